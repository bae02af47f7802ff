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
    servers: Mutex<KnownServers>,
}

/// The servers by address. Entries of servers that nobody uses any more stay until the next sweep.
#[derive(Default)]
struct KnownServers {
    by_address: HashMap<ServerAddress, Weak<Server>>,
    /// At this number of entries they are swept: twice as many as the last sweep left. So each entry is
    /// looked at twice or so while a table of any size is opened.
    sweep_at: usize,
    /// How many entries sweeps have looked at.
    #[cfg(test)]
    swept: usize,
}

/// So few entries are not worth a sweep.
const SWEEP_AT_LEAST: usize = 64;

impl KnownServers {
    fn add(&mut self, server: &Arc<Server>) {
        if self.by_address.len() >= self.sweep_at.max(SWEEP_AT_LEAST) {
            #[cfg(test)]
            {
                self.swept += self.by_address.len();
            }
            self.by_address.retain(|_, server| server.strong_count() > 0);
            self.sweep_at = self.by_address.len() * 2;
        }
        self.by_address.insert(server.address().clone(), Arc::downgrade(server));
    }
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
        Self { dialler: Arc::new(dialler), closed: watch::Sender::new(false), servers: Mutex::default() }
    }

    /// The server at this address: the same object as long as anybody uses it.
    pub(crate) fn server(&self, address: &ServerAddress) -> Arc<Server> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.by_address.get(address).and_then(Weak::upgrade) {
            return server;
        }
        let server = Arc::new(Server::new(address.clone(), Arc::clone(&self.dialler)));
        if *self.closed.borrow() {
            server.close();
        }
        servers.add(&server);
        server
    }

    /// Closes every connection, made or being made, for good; calls in flight fail.
    pub(crate) fn close(&self) {
        let servers = {
            let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
            self.closed.send_replace(true);
            std::mem::take(&mut *servers)
        };
        for server in servers.by_address.values().filter_map(Weak::upgrade) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> ServerAddress {
        let [_, a, b, c] = number.to_be_bytes();
        ServerAddress::parse(&format!("10.{a}.{b}.{c}:34801")).unwrap()
    }

    fn pool() -> Pool {
        Pool::new(Duration::from_secs(1), Duration::from_secs(1), 1 << 20)
    }

    fn counts(pool: &Pool) -> (usize, usize) {
        let servers = pool.servers.lock().unwrap();
        (servers.by_address.len(), servers.swept)
    }

    #[tokio::test]
    async fn the_servers_of_a_large_table_are_looked_at_about_once_each() {
        for servers in [8_192, 65_536] {
            let pool = pool();
            let kept: Vec<_> = (0..servers).map(|number| pool.server(&address(number))).collect();
            let (known, swept) = counts(&pool);
            assert_eq!(known, kept.len());
            assert!(swept <= kept.len(), "{swept} looks at {servers} servers");
            assert!(Arc::ptr_eq(&pool.server(&address(7)), &kept[7]));
        }
    }

    #[tokio::test]
    async fn servers_that_nobody_uses_are_forgotten() {
        let pool = pool();
        let kept = pool.server(&address(0));
        for number in 1..10_000 {
            drop(pool.server(&address(number)));
            assert!(counts(&pool).0 <= SWEEP_AT_LEAST, "after {number}");
        }
        assert!(Arc::ptr_eq(&pool.server(&address(0)), &kept));
    }
}
