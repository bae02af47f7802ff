//! remove: removes one row, whether it exists or not.

use bytes::Bytes;
use pegasus_protocol::status::Status;

use super::written::{Written, is_storable};
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Removes the row with an encoded key.
pub(crate) fn remove(partition: PartitionRows<'_>, key: &Bytes) -> Result<Written, StoreError> {
    if !is_storable(key) {
        return Written::refused(partition, Status::InvalidArgument);
    }
    let mut write = partition.write();
    write.remove(key.clone());
    Ok(Written { status: Status::Ok, decree: write.commit()? })
}
