//! Why an operation on a server failed.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::store::StoreError;

/// Why an operation on a server, on a partition's primary or on the meta leader failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No such server is at the address.
    #[error("there is no {kind} at {address}: {known}")]
    Unknown {
        /// The kind of server that was looked for.
        kind: &'static str,
        /// The address.
        address: String,
        /// The addresses of the servers of that kind.
        known: String,
    },
    /// The condition of the server does not allow the operation.
    #[error("the server {address} cannot be {order}: it is {condition}")]
    WrongCondition {
        /// The server.
        address: SocketAddr,
        /// The operation.
        order: &'static str,
        /// The condition of the server.
        condition: &'static str,
    },
    /// No server that is up can do it.
    #[error("{reason}")]
    NoServer {
        /// What it would have been needed for.
        reason: String,
    },
    /// The table does not exist.
    #[error("there is no table {name:?}")]
    NoTable {
        /// The name.
        name: String,
    },
    /// The table does not have that partition.
    #[error("the table {name:?} has the partitions 0 to {}, not {index}", count - 1)]
    NoPartition {
        /// The table.
        name: String,
        /// How many partitions the table has.
        count: usize,
        /// The requested partition.
        index: u32,
    },
    /// The operating system refused the operation.
    #[error("the server {address} cannot be {order}: {source}")]
    System {
        /// The server.
        address: SocketAddr,
        /// The operation.
        order: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The operation on the server succeeded, but the new placement of its partitions could not be
    /// stored. The old placement stays.
    #[error("the new placement of the partitions cannot be stored: {0}")]
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
