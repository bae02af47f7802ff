//! All servers of a client, by address.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::dial::Dialler;
use super::error::NetError;
use super::server::Server;
use super::shared::Limits;
use crate::address::ServerAddress;
use crate::resolve::{Resolve, SystemResolver};

/// All servers that a client knows.
pub(crate) struct Pool {
    dialler: Arc<Dialler>,
    closed: watch::Sender<bool>,
    servers: Mutex<HashMap<ServerAddress, Weak<Server>>>,
}

impl Pool {
    /// `most_queued`: the bytes that may wait to be sent on a connection before it is given up.
    pub(crate) fn new(connect_timeout: Duration, session_reset: Duration, most_queued: usize) -> Self {
        let dialler =
            Dialler::new(Limits { connect_timeout, session_reset, most_queued }, Arc::new(SystemResolver));
        Self::with_dialler(dialler)
    }

    /// The same, with another resolver.
    pub(crate) fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Self::with_dialler(Dialler::new(self.dialler.limits, resolver))
    }

    fn with_dialler(dialler: Dialler) -> Self {
        Self {
            dialler: Arc::new(dialler),
            closed: watch::Sender::new(false),
            servers: Mutex::new(HashMap::new()),
        }
    }

    /// The server at this address: the same object as long as anybody uses it.
    pub(crate) fn server(&self, address: &ServerAddress) -> Arc<Server> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(address).and_then(Weak::upgrade) {
            return server;
        }
        servers.retain(|_, server| server.strong_count() > 0);
        let server = Arc::new(Server::new(address.clone(), Arc::clone(&self.dialler)));
        if *self.closed.borrow() {
            server.close();
        }
        servers.insert(address.clone(), Arc::downgrade(&server));
        server
    }

    /// Closes every connection, made or being made, for good; calls in flight fail.
    pub(crate) fn close(&self) {
        let servers = {
            let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
            self.closed.send_replace(true);
            std::mem::take(&mut *servers)
        };
        for server in servers.values().filter_map(Weak::upgrade) {
            server.close();
        }
        self.dialler.names.close();
    }

    /// Runs work in the background, which ends when the client is closed.
    ///
    /// # Errors
    ///
    /// The client is closed.
    pub(crate) async fn until_closed<T>(&self, work: impl Future<Output = T>) -> Result<T, NetError> {
        let mut closed = self.closed.subscribe();
        tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => Err(NetError::closed()),
            done = work => Ok(done),
        }
    }
}
