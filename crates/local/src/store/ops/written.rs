//! The outcome of a write, and the keys that can be stored.

use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// The outcome of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Ok, or why the write was refused.
    pub(crate) status: Status,
    /// The decree of the write: its number in the partition.
    pub(crate) decree: i64,
}

impl Written {
    /// A write that changes nothing, but gets a decree all the same.
    pub(crate) fn refused(partition: PartitionRows<'_>, status: Status) -> Result<Self, StoreError> {
        Ok(Self { status, decree: partition.write().commit()? })
    }
}

/// Whether a row may be stored under this encoded key. Real servers do not check this: they abort
/// on an invalid key, in the write or when a scan meets the row.
pub(super) fn is_storable(encoded_key: &[u8]) -> bool {
    key::hash(encoded_key).is_ok()
}
