//! How an administrative call reaches the leading meta server.

use std::sync::Arc;
use std::time::Duration;

use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::rpc::Rpc;
use tokio::time::Instant;

use crate::context::ClientContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::meta::MetaAnswer;

/// The default deadline of an administrative call. Creating a table on a cluster takes seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The administrative calls of a client.
///
/// Each call goes to the leading meta server. `timeout` is the deadline of the whole call; `None` is 30 s.
///
/// A change is sent once. When its outcome is unknown, the error [says so](Error::is_maybe_applied), and a
/// query shows the state.
///
/// # Errors
///
/// * `ERR_ACL_DENY`: the cluster restricts administrative calls.
/// * `ERR_TIMEOUT`, `ERR_NETWORK_FAILURE`: no meta server had a useful reply.
/// * `ERR_SESSION_RESET`: the reply to a change was lost.
/// * `ERR_CLIENT_CLOSED`: the client is closed.
#[derive(Clone)]
pub struct Admin {
    client: Arc<ClientContext>,
}

impl Admin {
    pub(crate) fn new(client: Arc<ClientContext>) -> Self {
        Self { client }
    }

    /// Sends a change to the leader; `timeout` `None` is 30 s.
    pub(super) async fn change<R>(
        &self,
        request: &R::Request,
        timeout: Option<Duration>,
    ) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let _permit = self.client.limiter().permit()?;
        self.client.meta().change::<R>(request, deadline(timeout)).await
    }

    /// Sends a query to the leader; `timeout` `None` is 30 s.
    pub(super) async fn ask<R>(
        &self,
        request: &R::Request,
        timeout: Option<Duration>,
    ) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let _permit = self.client.limiter().permit()?;
        let limit = timeout.unwrap_or(TIMEOUT);
        self.client.meta().ask::<R>(request, deadline(timeout), limit).await
    }

    /// Queries the configuration of a table.
    pub(super) async fn configuration(
        &self,
        name: &str,
        deadline: Instant,
    ) -> Result<QueryCfgResponse, Error> {
        let _permit = self.client.limiter().permit()?;
        self.client.meta().query_configuration(name, deadline).await
    }
}

pub(super) fn deadline(timeout: Option<Duration>) -> Instant {
    Deadline::after(timeout.unwrap_or(TIMEOUT)).instant()
}

/// Refuses an empty name: real servers accept one and crash on it.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() { Err(Error::invalid_argument("the table name is empty")) } else { Ok(()) }
}

/// Checks a number that the protocol carries as an `i32`.
pub(super) fn wire_number(what: &str, number: u32) -> Result<i32, Error> {
    i32::try_from(number)
        .map_err(|_| Error::invalid_argument(format!("{what} is {number}: at most {} is possible", i32::MAX)))
}

/// The error for a reply that contradicts itself.
pub(super) fn nonsense(message: String) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}
