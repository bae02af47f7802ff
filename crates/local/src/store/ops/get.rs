//! get and ttl: read one row.

use crate::store::error::StoreError;
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;

/// The row with an encoded key, unless it has expired.
pub(crate) fn get(partition: PartitionRows<'_>, key: &[u8], now: u32) -> Result<Option<Row>, StoreError> {
    Ok(partition.get(key)?.and_then(|row| row.live(now)))
}
