//! Why a rule was not added.

use thiserror::Error;

use crate::error::ServerError;

/// Why a rule was not added.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The rule is impossible, or contradicts itself.
    #[error("{reason}")]
    Invalid {
        /// Why it is impossible.
        reason: String,
    },
    /// The rule names a server, a table or a partition that does not exist.
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
