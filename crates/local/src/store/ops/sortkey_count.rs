//! sortkey_count: counts the rows of a hash key.

use pegasus_protocol::key;

use crate::store::error::StoreError;
use crate::store::limits::ReadBudget;
use crate::store::table_rows::PartitionRows;

/// The number of live rows of a hash key; -1 if the time is up before all are counted.
///
/// Real servers abort if the hash key is too long to be encoded. No row can have such a hash key,
/// so the count here is 0.
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
