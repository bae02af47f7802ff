//! What can go wrong while a cluster is started, changed and stopped.
//!
//! Each error says what happened in a sentence and has a stable [`code`](StartError::code).

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use pegasus_protocol::types::ErrorCode;
use thiserror::Error;

use crate::state::ChangeError;
pub use crate::store::StoreError;

/// Why a cluster did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// An option that cannot be.
    #[error("{reason}")]
    InvalidOption {
        /// Why it cannot be.
        reason: String,
    },
    /// A host that is no IPv4 address and has none.
    #[error("the host {host:?} has no IPv4 address to listen at")]
    InvalidHost {
        /// The host of the options.
        host: String,
        /// What looking its name up gave.
        source: Option<io::Error>,
    },
    /// An address at which nothing can listen.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The data directory is in use.
    #[error("the data directory {} is in use by another process or cluster", data_dir.display())]
    DataDirInUse {
        /// The directory.
        data_dir: PathBuf,
    },
    /// The data directory cannot be opened, or what is in it cannot be read.
    #[error("the data in {} cannot be opened: {source}", place(data_dir.as_ref()))]
    Store {
        /// The directory, if one was given.
        data_dir: Option<PathBuf>,
        /// What the storage says.
        source: StoreError,
    },
    /// A table of the data directory has another partition count than the options say.
    #[error("the table {name:?} is there already, with {stored} partitions and not {asked}")]
    OtherPartitionCount {
        /// The table.
        name: String,
        /// How many partitions it has.
        stored: i32,
        /// How many the options say.
        asked: u32,
    },
}

impl StartError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidOption { .. } | Self::InvalidHost { .. } | Self::OtherPartitionCount { .. } => {
                "ERR_INVALID_ARGUMENT"
            }
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "ERR_ADDRESS_ALREADY_USED"
            }
            Self::Listen { .. } => "ERR_NETWORK_INIT_FAILED",
            Self::DataDirInUse { .. } => "ERR_SERVICE_ALREADY_RUNNING",
            Self::Store { .. } => "ERR_FILE_OPERATION_FAILED",
        }
    }

    pub(crate) fn store(data_dir: Option<PathBuf>, source: StoreError) -> Self {
        match (data_dir, source) {
            (Some(data_dir), StoreError::InUse) => Self::DataDirInUse { data_dir },
            (data_dir, source) => Self::Store { data_dir, source },
        }
    }
}

fn place(data_dir: Option<&PathBuf>) -> String {
    data_dir.map_or_else(|| "memory".to_owned(), |dir| dir.display().to_string())
}

/// Why a table was not created.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CreateTableError {
    /// A name or partition count that cannot be.
    #[error("{reason}")]
    InvalidTable {
        /// Why it cannot be.
        reason: String,
    },
    /// There is a table of that name.
    #[error("the table {name:?} is there already")]
    Exists {
        /// The name.
        name: String,
    },
    /// No replica server is up that could hold it.
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

/// Why a table is not dropped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DropTableError {
    /// There is no table of that name.
    #[error("there is no table {name:?}")]
    NotFound {
        /// The name.
        name: String,
    },
    /// It is being split.
    #[error("the table {name:?} is being split")]
    Splitting {
        /// The name.
        name: String,
    },
    /// That it is dropped cannot be stored.
    #[error("that the table is dropped cannot be stored: {0}")]
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

/// Why a table is not split.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SplitTableError {
    /// There is no table of that name.
    #[error("there is no table {name:?}")]
    NotFound {
        /// The name.
        name: String,
    },
    /// It is being split already.
    #[error("the table {name:?} is being split already")]
    Splitting {
        /// The name.
        name: String,
    },
    /// It would have more partitions than a table can have.
    #[error("the table {name:?} cannot have twice the partitions: {reason}")]
    TooMany {
        /// The name.
        name: String,
        /// How many it can have.
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

/// Why a cluster did not stop cleanly. It has stopped all the same.
#[derive(Debug, Error)]
#[error("the data could not be written to disk: {0}")]
pub struct StopError(#[from] pub(crate) StoreError);

impl StopError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        "ERR_FILE_OPERATION_FAILED"
    }
}
