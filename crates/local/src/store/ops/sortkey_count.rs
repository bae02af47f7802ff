//! sortkey_count: how many rows a hash key has.

use pegasus_protocol::key;

use crate::store::error::StoreError;
use crate::store::limits::ReadBudget;
use crate::store::table_rows::PartitionRows;

/// The live rows of a hash key; -1 when the time does not suffice to count them.
///
/// The servers abort on a hash key too long to be packed; no row has one, so it counts 0 here.
pub(crate) fn sortkey_count(
    partition: PartitionRows<'_>,
    hash_key: &[u8],
    now: u32,
) -> Result<i64, StoreError> {
    let Ok(prefix) = key::encode(hash_key, &[]) else {
        return Ok(0);
    };
    let mut budget = ReadBudget::new(u32::MAX, u64::MAX, partition.table.limits.time);
    let mut count = 0;
    for row in partition.view().ascend(&prefix) {
        let (key, row) = row?;
        if !key.starts_with(&prefix) {
            break;
        }
        if budget.is_late() {
            return Ok(-1);
        }
        count += i64::from(row.live(now).is_some());
    }
    Ok(count)
}
