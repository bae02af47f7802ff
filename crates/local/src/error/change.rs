//! Why a change of the tables was not made.

use pegasus_protocol::types::ErrorCode;
use thiserror::Error;

use crate::store::StoreError;

/// Why a change was not made.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    /// The change is not possible. The text is the reason, if real servers give one.
    #[error("{0}: {1}")]
    Refused(ErrorCode, String),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChangeError {
    /// A refusal without a reason.
    pub(crate) fn refused(err: ErrorCode) -> Self {
        Self::Refused(err, String::new())
    }

    /// The error and the hint for the answer. A storage failure is logged.
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
