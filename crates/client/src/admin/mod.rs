//! Managing tables and looking at the cluster: requests to the leading meta server.

mod answers;
mod tables;
mod types;

pub use types::{
    ClusterInfo, CreateTableOptions, NodeInfo, NodeStatus, PartitionInfo, TableInfo, TableLayout, TableStatus,
};

use std::sync::Arc;
use std::time::Duration;

use pegasus_protocol::rpc::Rpc;
use tokio::time::Instant;

use crate::client::ClientCore;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::meta::MetaAnswer;

/// How long an administrative call may take where it does not say: creating a table on a cluster
/// takes seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The administrative calls of a client.
///
/// A change is sent once: when its outcome is unknown the error says so, and the state can be looked at. A server that restricts them answers `ERR_ACL_DENY`.
#[derive(Clone)]
pub struct Admin {
    client: Arc<ClientCore>,
}

impl Admin {
    pub(crate) fn new(client: Arc<ClientCore>) -> Self {
        Self { client }
    }

    /// Has the leader change something; `timeout` `None` is half a minute.
    async fn change<R>(&self, request: &R::Request, timeout: Option<Duration>) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let _running = self.client.gate().enter()?;
        self.client.meta().change::<R>(request, deadline(timeout)).await
    }

    /// Asks the leader; `timeout` `None` is half a minute.
    async fn ask<R>(&self, request: &R::Request, timeout: Option<Duration>) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let _running = self.client.gate().enter()?;
        let limit = timeout.unwrap_or(TIMEOUT);
        self.client.meta().ask::<R>(request, deadline(timeout), limit).await
    }
}

fn deadline(timeout: Option<Duration>) -> Instant {
    Deadline::after(timeout.unwrap_or(TIMEOUT)).instant()
}

/// Refuses an empty name: the real servers take one, and fall over it.
fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() { Err(Error::invalid_argument("the table name is empty")) } else { Ok(()) }
}

/// A number that the wire carries as i32.
fn wire_number(what: &str, number: u32) -> Result<i32, Error> {
    i32::try_from(number)
        .map_err(|_| Error::invalid_argument(format!("{what} is {number}: at most {} is possible", i32::MAX)))
}

/// An answer that makes no sense.
fn nonsense(message: String) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}
