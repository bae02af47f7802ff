//! Remembers that the disk was full or failed, so that later writes are refused.

use std::sync::OnceLock;

use pegasus_protocol::types::ErrorCode;

use crate::store::StoreError;

/// The error for all later writes, once the disk has failed. The storage engine makes no write
/// after one that it could not finish, until it is opened again.
#[derive(Debug, Default)]
pub(crate) struct DiskFailure(OnceLock<ErrorCode>);

impl DiskFailure {
    /// Notes that a commit has failed.
    pub(crate) fn note_commit(&self, error: &StoreError) {
        self.0.get_or_init(|| {
            if error.is_full() { ErrorCode::DiskInsufficient } else { ErrorCode::DiskIoError }
        });
    }

    /// Notes that a write has failed. Only a full disk counts; the write may have failed for
    /// another reason.
    pub(crate) fn note_write(&self, error: &StoreError) {
        if error.is_full() {
            self.note_commit(error);
        }
    }

    /// The error for writes, if the disk has failed.
    pub(crate) fn code(&self) -> Option<&ErrorCode> {
        self.0.get()
    }
}
