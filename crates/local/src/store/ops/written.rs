//! The outcome of a write, and which keys one may have.

use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// What a write answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Done, or why not.
    pub(crate) status: Status,
    /// The number of this write in its partition.
    pub(crate) decree: i64,
}

impl Written {
    /// A write that changes nothing but is counted all the same.
    pub(crate) fn refused(partition: PartitionRows<'_>, status: Status) -> Result<Self, StoreError> {
        Ok(Self { status, decree: partition.write().commit()? })
    }
}

/// Whether a row may be stored under this key. The servers do not check but abort on others, here
/// or when a scan meets the row.
pub(super) fn is_storable(encoded_key: &[u8]) -> bool {
    key::hash(encoded_key).is_ok()
}
