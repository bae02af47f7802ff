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
        Self { connect_timeout, session_reset, most_queued, servers: Mutex::default() }
    }

    /// The server at this address: the same object as long as anybody uses it.
    pub(crate) fn server(&self, address: &ServerAddress) -> Arc<Server> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.by_address.get(address).and_then(Weak::upgrade) {
            return server;
        }
        let (connect, reset) = (self.connect_timeout, self.session_reset);
        let server = Arc::new(Server::new(address.clone(), connect, reset, self.most_queued));
        servers.add(&server);
        server
    }

    /// Closes every connection; calls in flight fail.
    pub(crate) fn close(&self) {
        let servers = std::mem::take(&mut *self.servers.lock().unwrap_or_else(PoisonError::into_inner));
        for server in servers.by_address.values().filter_map(Weak::upgrade) {
            server.close();
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
