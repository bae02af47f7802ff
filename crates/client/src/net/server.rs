//! A server as the client knows it, with its one live connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::connection::Connection;
use super::dial::dial;
use super::error::{NetError, NetErrorKind};
use crate::address::ServerAddress;
use crate::single_flight::SingleFlight;

/// A server and the connection to it. It lives as long as a snapshot or an operation refers to it.
pub(crate) struct Server {
    address: ServerAddress,
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    current: ArcSwapOption<Connection>,
    /// Whether a connection to it ever broke or could not be made.
    failed: AtomicBool,
    dialling: SingleFlight<Result<(), NetError>>,
}

impl Server {
    pub(super) fn new(
        address: ServerAddress,
        connect_timeout: Duration,
        session_reset: Duration,
        most_queued: usize,
    ) -> Self {
        Self {
            address,
            connect_timeout,
            session_reset,
            most_queued,
            current: ArcSwapOption::empty(),
            failed: AtomicBool::new(false),
            dialling: SingleFlight::new(),
        }
    }

    pub(crate) fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// The latest connection. It may be over; a call on it then fails.
    pub(crate) fn connection(&self) -> Option<Arc<Connection>> {
        self.current.load_full()
    }

    /// The live connection, if there is one.
    pub(crate) fn live(&self) -> Option<Arc<Connection>> {
        self.connection().filter(|connection| connection.is_live())
    }

    /// Whether the server failed and has not answered since. A new connection proves little: the kernel of a
    /// hanging process accepts it too.
    pub(crate) fn is_suspect(&self) -> bool {
        match self.connection() {
            Some(connection) => !connection.is_proven() && (self.has_failed() || !connection.is_live()),
            None => self.has_failed(),
        }
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// The live connection, or a new one. Concurrent callers share one dial.
    pub(crate) async fn connect(self: &Arc<Self>) -> Result<Arc<Connection>, NetError> {
        if let Some(connection) = self.live() {
            return Ok(connection);
        }
        let server = Arc::clone(self);
        let dialled = self.dialling.run(|| async move {
            let dialled = dial(
                server.address.clone(),
                server.connect_timeout,
                server.session_reset,
                server.most_queued,
            )
            .await;
            if dialled.is_err() || server.connection().is_some() {
                server.failed.store(true, Ordering::Relaxed);
            }
            server.current.store(Some(dialled?));
            Ok(())
        });
        dialled
            .await
            .unwrap_or_else(|| Err(NetError::new(NetErrorKind::Closed, "the runtime shuts down")))?;
        self.live().ok_or_else(|| {
            NetError::new(NetErrorKind::Reset, format!("{} closed the connection at once", self.address))
        })
    }

    /// Closes the connection; calls in flight fail.
    pub(super) fn close(&self) {
        if let Some(connection) = self.current.swap(None) {
            connection.close();
        }
    }
}
