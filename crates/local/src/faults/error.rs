//! Why a rule cannot be.

use thiserror::Error;

use crate::error::ServerError;

/// Why a rule was not added.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FaultError {
    /// What it says cannot be, or contradicts itself.
    #[error("{reason}")]
    Invalid {
        /// Why it cannot be.
        reason: String,
    },
    /// It names a server, a table or a partition that is not there.
    #[error(transparent)]
    Missing(#[from] ServerError),
}

impl FaultError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "ERR_INVALID_ARGUMENT",
            Self::Missing(error) => error.code(),
        }
    }
}
