//! get and ttl: one row.

use crate::store::row::Row;
use crate::store::{Partition, StoreError};

/// The row of an encoded key, if there is one that has not expired.
pub(crate) fn get(partition: Partition<'_>, key: &[u8], now: u32) -> Result<Option<Row>, StoreError> {
    Ok(partition.get(key)?.and_then(|row| row.live(now)))
}
