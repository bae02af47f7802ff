//! All servers of a client, by address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::server::Server;
use crate::address::ServerAddress;

/// All servers that a client knows.
pub(crate) struct Pool {
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    servers: Mutex<HashMap<ServerAddress, Weak<Server>>>,
}

impl Pool {
    /// `most_queued`: the bytes that may wait to be sent on a connection before it is given up.
    pub(crate) fn new(connect_timeout: Duration, session_reset: Duration, most_queued: usize) -> Self {
        Self { connect_timeout, session_reset, most_queued, servers: Mutex::new(HashMap::new()) }
    }

    /// The server at this address: the same object as long as anybody uses it.
    pub(crate) fn server(&self, address: &ServerAddress) -> Arc<Server> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(address).and_then(Weak::upgrade) {
            return server;
        }
        servers.retain(|_, server| server.strong_count() > 0);
        let (connect, reset) = (self.connect_timeout, self.session_reset);
        let server = Arc::new(Server::new(address.clone(), connect, reset, self.most_queued));
        servers.insert(address.clone(), Arc::downgrade(&server));
        server
    }

    /// Closes every connection; calls in flight fail.
    pub(crate) fn close(&self) {
        let servers = std::mem::take(&mut *self.servers.lock().unwrap_or_else(PoisonError::into_inner));
        for server in servers.values().filter_map(Weak::upgrade) {
            server.close();
        }
    }
}
