//! Why something was not done with a server.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::store::StoreError;

/// Why a server, a primary or the leading meta server was left as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No such server is at that address.
    #[error("there is no {kind} at {address}: {known}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// The address.
        address: String,
        /// Where there are some.
        known: String,
    },
    /// The server is not so that this could be done to it.
    #[error("the server {address} cannot be {order}: it is {condition}")]
    WrongCondition {
        /// The server.
        address: SocketAddr,
        /// What was to be done.
        order: &'static str,
        /// How it is.
        condition: &'static str,
    },
    /// No server is up that could do it.
    #[error("{reason}")]
    NoServer {
        /// What it would have been for.
        reason: String,
    },
    /// There is no such table.
    #[error("there is no table {name:?}")]
    NoTable {
        /// The name.
        name: String,
    },
    /// The table has no such partition.
    #[error("the table {name:?} has the partitions 0 to {}, not {index}", count - 1)]
    NoPartition {
        /// The table.
        name: String,
        /// How many partitions it has.
        count: usize,
        /// The one that was asked for.
        index: u32,
    },
    /// The system did not let the server do it.
    #[error("the server {address} cannot be {order}: {source}")]
    System {
        /// The server.
        address: SocketAddr,
        /// What was to be done.
        order: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// It was done to the server, but what becomes of its partitions cannot be stored: they stay.
    #[error("what becomes of the partitions cannot be stored: {0}")]
    Store(#[from] StoreError),
    /// The cluster is being stopped.
    #[error("the cluster is stopped")]
    ClusterStopped,
}

impl ServerError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } | Self::NoPartition { .. } => "ERR_INVALID_ARGUMENT",
            Self::WrongCondition { .. } | Self::NoServer { .. } => "ERR_INVALID_STATE",
            Self::NoTable { .. } => "ERR_APP_NOT_EXIST",
            Self::System { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "ERR_ADDRESS_ALREADY_USED"
            }
            Self::System { .. } => "ERR_NETWORK_INIT_FAILED",
            Self::Store(_) => "ERR_FILE_OPERATION_FAILED",
            Self::ClusterStopped => "ERR_CLUSTER_STOPPED",
        }
    }
}
