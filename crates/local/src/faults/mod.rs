//! Faults as data: rules that say which requests a cluster answers otherwise, and how.
//!
//! [`Fault`] is a rule as it is given, [`check`] finds what cannot be meant, [`Rule`] counts and
//! decides, [`alter`] does to an answer what a rule says. [`Faults`] holds the rules of a cluster; it
//! is asked once for each request, and while there are no rules that is one look at a number.

mod alter;
mod check;
mod error;
mod names;
mod request;
mod rule;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pegasus_protocol::frame::RequestFrame;

pub(crate) use self::alter::{Altered, alter};
pub(crate) use self::check::check;
pub use self::error::FaultError;
use self::request::Request;
pub(crate) use self::rule::{Effect, Rule, Then};
use crate::dispatch::Node;
use crate::topology::Topology;

/// A rule: which requests it is for, and what happens to them. What is `None` is not looked at.
///
/// Among several rules the first one (in the order in which they were added) that takes a request
/// decides about it; a rule takes none while it skips, after it has had its `times`, and those that
/// are not in its `share`.
///
/// ```
/// use pegasus_local::{Fault, Reaction};
///
/// // The second write of the table is made, and the client is told that it timed out.
/// let reaction = Reaction::Answer { error: "ERR_TIMEOUT".to_owned(), carried_out: true };
/// let fault = Fault {
///     rpc: Some("put".to_owned()),
///     table: Some("temp".to_owned()),
///     skip: 1,
///     times: Some(1),
///     ..Fault::new(reaction)
/// };
/// # assert_eq!(fault.share, 1.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The RPC: its name on the wire (`RPC_RRDB_RRDB_GET`) or in the IDL (`get`, `query_cfg`).
    pub rpc: Option<String>,
    /// The table, by name: of a request to a partition, or one to a meta server about a table.
    pub table: Option<String>,
    /// The partition that the request is sent to, from 0.
    pub partition_index: Option<u32>,
    /// The server that the request has come to.
    pub server: Option<SocketAddr>,
    /// How many requests that it is for are left alone first.
    pub skip: u64,
    /// How many it takes at most; `None`: all.
    pub times: Option<u64>,
    /// The share that it takes: more than 0, at most 1. Which ones those are follows from `seed` and
    /// from how many requests came before, so runs repeat.
    pub share: f64,
    /// What `share` is drawn by.
    pub seed: u64,
    /// What happens.
    pub reaction: Reaction,
}

impl Fault {
    /// A rule for all requests.
    pub fn new(reaction: Reaction) -> Self {
        Self {
            rpc: None,
            table: None,
            partition_index: None,
            server: None,
            skip: 0,
            times: None,
            share: 1.0,
            seed: 0,
            reaction,
        }
    }
}

/// What happens to a request. Where it is `carried_out`, all is done that it asks for, and then the
/// answer is changed; otherwise nothing is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// The answer is an error: in the header, and at meta servers in the body, where those have it.
    Answer {
        /// The name, such as `ERR_BUSY`; one that no client knows will do.
        error: String,
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
    /// It is carried out at once and answered so much later. Others are answered meanwhile.
    Delay(Duration),
    /// There is no answer.
    Drop {
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
    /// It is carried out and answered twice.
    Duplicate,
    /// It is carried out, and every bit of the answer after its length is turned over.
    Corrupt,
    /// The connection ends. What came before on it is answered.
    Disconnect {
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
}

/// A rule of a cluster, to look at it and to remove it. Dropping this does not remove it.
#[derive(Debug, Clone)]
pub struct AddedFault {
    rule: Arc<Rule>,
    faults: Arc<Faults>,
}

impl AddedFault {
    /// The rule.
    pub fn fault(&self) -> &Fault {
        &self.rule.fault
    }

    /// How many requests it has taken.
    pub fn hits(&self) -> u64 {
        self.rule.hits()
    }

    /// Removes it, and says whether it was still there. What it has taken goes on as it said.
    pub fn remove(&self) -> bool {
        self.faults.retain(|rule| !Arc::ptr_eq(rule, &self.rule))
    }
}

/// The rules of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Arc<Rule>>>,
    /// How many there are, to be known without a lock.
    count: AtomicUsize,
}

impl Faults {
    /// Adds a rule after the others.
    pub(crate) fn add(self: &Arc<Self>, rule: Rule) -> AddedFault {
        let rule = Arc::new(rule);
        let mut rules = self.lock();
        rules.push(rule.clone());
        self.count.store(rules.len(), Ordering::Release);
        AddedFault { rule, faults: self.clone() }
    }

    /// All rules, in their order.
    pub(crate) fn list(self: &Arc<Self>) -> Vec<AddedFault> {
        let added = |rule: &Arc<Rule>| AddedFault { rule: rule.clone(), faults: self.clone() };
        self.lock().iter().map(added).collect()
    }

    /// Removes all rules.
    pub(crate) fn clear(&self) {
        self.retain(|_| false);
    }

    /// What happens to a request; nothing, mostly.
    pub(crate) fn judge(
        &self,
        topology: impl FnOnce() -> Arc<Topology>,
        node: &Node,
        frame: &RequestFrame,
    ) -> Option<Effect> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let topology = topology();
        let request = Request::new(&topology, node, frame);
        self.lock().iter().find_map(|rule| rule.take(&request))
    }

    fn retain(&self, keep: impl FnMut(&Arc<Rule>) -> bool) -> bool {
        let mut rules = self.lock();
        let before = rules.len();
        rules.retain(keep);
        self.count.store(rules.len(), Ordering::Release);
        rules.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Rule>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
