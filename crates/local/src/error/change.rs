//! Why a change of the tables was not made.

use pegasus_protocol::types::ErrorCode;
use thiserror::Error;

use crate::store::StoreError;

/// Why a change was not made.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    /// It cannot be made; with the reason, where the servers give one.
    #[error("{0}: {1}")]
    Refused(ErrorCode, String),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChangeError {
    /// A refusal for which the servers give no reason.
    pub(crate) fn refused(err: ErrorCode) -> Self {
        Self::Refused(err, String::new())
    }

    /// What an answer says of it: an error and a hint. A failure of the storage is logged.
    pub(crate) fn answer(self) -> (ErrorCode, String) {
        match self {
            Self::Refused(err, hint) => (err, hint),
            Self::Store(error) => {
                tracing::error!(%error, "a change of the tables could not be stored");
                (ErrorCode::FileOperationFailed, error.to_string())
            }
        }
    }
}
