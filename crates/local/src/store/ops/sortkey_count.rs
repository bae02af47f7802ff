//! sortkey_count: how many rows a hash key has.

use pegasus_protocol::key;

use crate::store::limits::Budget;
use crate::store::{Partition, StoreError};

/// The live rows of a hash key; -1 when the time does not suffice to count them.
///
/// The servers abort on a hash key too long to be packed; no row has one, so it counts 0 here.
pub(crate) fn sortkey_count(partition: Partition<'_>, hash_key: &[u8], now: u32) -> Result<i64, StoreError> {
    let Ok(prefix) = key::encode(hash_key, &[]) else {
        return Ok(0);
    };
    let mut budget = Budget::new(u32::MAX, u64::MAX, partition.table.limits.time);
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
