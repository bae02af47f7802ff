//! The addresses of a server in the order in which they are tried, as they become known.

use std::collections::VecDeque;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::names::{Found, LookUp, Names};
use crate::address::ServerAddress;

/// The time that a look-up has before other addresses are tried: the one beside the name, and those that the name
/// had at the last look-up. It is half of the connect timeout, if that is less.
const LOOK_UP_ALONE: Duration = Duration::from_millis(250);

/// The addresses of one server.
pub(super) struct Candidates {
    waiting: VecDeque<SocketAddr>,
    /// All that were ever known.
    known: Vec<SocketAddr>,
    /// The address beside the name.
    beside: Option<SocketAddr>,
    look_up: Option<Running>,
    /// Why the look-up failed.
    failure: Option<String>,
}

/// A look-up that has no result yet.
struct Running {
    look_up: LookUp,
    port: u16,
    /// When the other addresses are tried; `None`: they are.
    others_at: Option<Instant>,
}

impl Candidates {
    pub(super) fn of(address: &ServerAddress, names: &Names, limit: Duration) -> Self {
        let mut candidates = Self {
            waiting: VecDeque::new(),
            known: Vec::new(),
            beside: address.ip(),
            look_up: None,
            failure: None,
        };
        match address.name() {
            Some((name, port)) => {
                let others_at = Some(Instant::now() + LOOK_UP_ALONE.min(limit / 2));
                candidates.look_up = Some(Running { look_up: names.look_up(name), port, others_at });
            }
            None => candidates.add_beside(),
        }
        candidates
    }

    /// The next address to try, if one is known.
    pub(super) fn next(&mut self) -> Option<SocketAddr> {
        self.waiting.pop_front()
    }

    /// The number of known addresses that were not tried yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether there is more than one address, or may be.
    pub(super) fn are_several(&self) -> bool {
        self.known.len() > 1 || self.look_up.is_some()
    }

    /// Whether more addresses may become known.
    pub(super) fn may_grow(&self) -> bool {
        self.look_up.is_some()
    }

    /// Waits until more is known about the addresses; for ever if nothing can be.
    pub(super) async fn grow(&mut self) {
        let Some(running) = &mut self.look_up else { return pending().await };
        let (others_at, port) = (running.others_at, running.port);
        let others = async {
            match others_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            found = running.look_up.found() => self.looked_up(found, port),
            () = others => {
                running.others_at = None;
                let kept = running.look_up.kept().to_vec();
                self.add(&kept, port);
                self.add_beside();
            }
        }
    }

    fn looked_up(&mut self, found: Found, port: u16) {
        self.look_up = None;
        match found {
            Ok(addresses) => self.add(&addresses, port),
            Err(reason) => self.failure = Some(reason.to_string()),
        }
        self.add_beside();
    }

    fn add(&mut self, addresses: &[IpAddr], port: u16) {
        addresses.iter().for_each(|ip| self.add_one(SocketAddr::new(*ip, port)));
    }

    fn add_beside(&mut self) {
        self.beside.take().into_iter().for_each(|address| self.add_one(address));
    }

    fn add_one(&mut self, address: SocketAddr) {
        if !self.known.contains(&address) {
            self.known.push(address);
            self.waiting.push_back(address);
        }
    }

    /// What is to be said about the name of this server, when no address could be used.
    pub(super) fn complaint(&self, address: &ServerAddress) -> Option<String> {
        let (name, _) = address.name()?;
        if let Some(reason) = &self.failure {
            return Some(format!("the name {name} could not be looked up: {reason}"));
        }
        self.look_up.as_ref().map(|running| running.look_up.progress())
    }
}
