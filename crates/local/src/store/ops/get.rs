//! get and ttl: one row.

use crate::store::error::StoreError;
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;

/// The row of an encoded key, if there is one that has not expired.
pub(crate) fn get(partition: PartitionRows<'_>, key: &[u8], now: u32) -> Result<Option<Row>, StoreError> {
    Ok(partition.get(key)?.and_then(|row| row.live(now)))
}
