//! Why a table was not created, dropped or split.

use pegasus_protocol::types::ErrorCode;
use thiserror::Error;

use super::change::ChangeError;
use crate::store::StoreError;

/// Why a table was not created.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CreateTableError {
    /// The name or the partition count is invalid.
    #[error("{reason}")]
    InvalidTable {
        /// Why it is invalid.
        reason: String,
    },
    /// A table of that name exists.
    #[error("the table {name:?} is there already")]
    Exists {
        /// The name.
        name: String,
    },
    /// No replica server that could hold the table is up.
    #[error("no replica server is up that could hold the table")]
    NoServers,
    /// The table cannot be stored.
    #[error("the table cannot be stored: {0}")]
    Store(#[from] StoreError),
}

impl CreateTableError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTable { .. } => "ERR_INVALID_ARGUMENT",
            Self::Exists { .. } => "ERR_APP_EXIST",
            Self::NoServers => "ERR_NOT_ENOUGH_MEMBER",
            Self::Store(_) => "ERR_FILE_OPERATION_FAILED",
        }
    }
}

/// Why a table was not dropped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DropTableError {
    /// No table has that name.
    #[error("there is no table {name:?}")]
    NotFound {
        /// The name.
        name: String,
    },
    /// The table is being split.
    #[error("the table {name:?} is being split")]
    Splitting {
        /// The name.
        name: String,
    },
    /// The drop cannot be stored.
    #[error("the drop of the table cannot be stored: {0}")]
    Store(#[from] StoreError),
}

impl DropTableError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "ERR_APP_NOT_EXIST",
            Self::Splitting { .. } => "ERR_SPLITTING",
            Self::Store(_) => "ERR_FILE_OPERATION_FAILED",
        }
    }

    pub(crate) fn new(name: &str, error: ChangeError) -> Self {
        let name = name.to_owned();
        match error {
            ChangeError::Store(error) => Self::Store(error),
            ChangeError::Refused(ErrorCode::Splitting, _) => Self::Splitting { name },
            ChangeError::Refused(..) => Self::NotFound { name },
        }
    }
}

/// Why a table was not split.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SplitTableError {
    /// No table has that name.
    #[error("there is no table {name:?}")]
    NotFound {
        /// The name.
        name: String,
    },
    /// The table is being split already.
    #[error("the table {name:?} is being split already")]
    Splitting {
        /// The name.
        name: String,
    },
    /// The table would have more partitions than a table can have.
    #[error("the table {name:?} cannot have twice the partitions: {reason}")]
    TooMany {
        /// The name.
        name: String,
        /// The largest possible number of partitions.
        reason: String,
    },
    /// The split cannot be stored.
    #[error("the split cannot be stored: {0}")]
    Store(#[from] StoreError),
}

impl SplitTableError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "ERR_APP_NOT_EXIST",
            Self::Splitting { .. } => "ERR_BUSY",
            Self::TooMany { .. } => "ERR_INVALID_ARGUMENT",
            Self::Store(_) => "ERR_FILE_OPERATION_FAILED",
        }
    }

    pub(crate) fn new(name: &str, error: ChangeError) -> Self {
        let name = name.to_owned();
        match error {
            ChangeError::Store(error) => Self::Store(error),
            ChangeError::Refused(ErrorCode::Busy, _) => Self::Splitting { name },
            ChangeError::Refused(ErrorCode::InvalidParameters, reason) => Self::TooMany { name, reason },
            ChangeError::Refused(..) => Self::NotFound { name },
        }
    }
}
