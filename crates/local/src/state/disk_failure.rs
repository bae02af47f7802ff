//! What writes are refused with once the disk was full, or failed.

use std::sync::OnceLock;

use pegasus_protocol::types::ErrorCode;

use crate::store::StoreError;

/// Why no write can be made any more, if that is so: after a write that it could not finish the
/// storage engine makes no other, until it is opened again.
#[derive(Debug, Default)]
pub(crate) struct DiskFailure(OnceLock<ErrorCode>);

impl DiskFailure {
    /// Notes that a commit has failed.
    pub(crate) fn note_commit(&self, error: &StoreError) {
        self.0.get_or_init(|| {
            if error.is_full() { ErrorCode::DiskInsufficient } else { ErrorCode::DiskIoError }
        });
    }

    /// Notes that a write has failed; but not every failure of one is the disk's.
    pub(crate) fn note_write(&self, error: &StoreError) {
        if error.is_full() {
            self.note_commit(error);
        }
    }

    /// What the servers call it.
    pub(crate) fn code(&self) -> Option<&ErrorCode> {
        self.0.get()
    }
}
