//! Why a cluster did not start or stop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use crate::store::StoreError;

/// Why a cluster did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// An option is impossible.
    #[error("{reason}")]
    InvalidOption {
        /// Why it is impossible.
        reason: String,
    },
    /// The host is not an IPv4 address and does not resolve to one.
    #[error("the host {host:?} has no IPv4 address to listen at")]
    InvalidHost {
        /// The host from the options.
        host: String,
        /// The error of the name lookup.
        source: Option<io::Error>,
    },
    /// The server cannot listen at an address.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The data directory is in use.
    #[error("the data directory {} is in use by another process or cluster", data_dir.display())]
    DataDirInUse {
        /// The directory.
        data_dir: PathBuf,
    },
    /// The data directory cannot be opened, or its data cannot be read.
    #[error("the data in {} cannot be opened: {source}", location(data_dir.as_ref()))]
    Store {
        /// The directory, if one was given.
        data_dir: Option<PathBuf>,
        /// The error of the storage.
        source: StoreError,
    },
    /// A table in the data directory has another partition count than the options ask for.
    #[error("the table {name:?} is there already, with {stored} partitions and not {asked}")]
    OtherPartitionCount {
        /// The table.
        name: String,
        /// The stored partition count.
        stored: i32,
        /// The partition count from the options.
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

fn location(data_dir: Option<&PathBuf>) -> String {
    data_dir.map_or_else(|| "memory".to_owned(), |dir| dir.display().to_string())
}

/// Why a cluster did not stop cleanly. It has stopped nevertheless.
#[derive(Debug, Error)]
#[error("the data could not be written to disk: {0}")]
pub struct StopError(#[from] pub(crate) StoreError);

impl StopError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        "ERR_FILE_OPERATION_FAILED"
    }
}
