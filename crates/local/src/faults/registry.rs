//! The fault rules of a cluster.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pegasus_protocol::frame::RequestFrame;

use super::fault::Fault;
use super::request::ObservedRequest;
use super::rule::{Effect, Rule};
use crate::topology::{Recipient, Topology};

/// A rule that has been added to a cluster. Dropping this value does not remove the rule.
#[derive(Debug, Clone)]
pub struct AddedFault {
    rule: Arc<Rule>,
    faults: Arc<Faults>,
}

impl AddedFault {
    /// The rule as it was given.
    pub fn fault(&self) -> &Fault {
        &self.rule.fault
    }

    /// How many requests the rule has taken.
    pub fn hits(&self) -> u64 {
        self.rule.hits()
    }

    /// Removes the rule, and returns whether it was still there. What happens to the requests that
    /// it has taken does not change.
    pub fn remove(&self) -> bool {
        self.faults.retain(|rule| !Arc::ptr_eq(rule, &self.rule))
    }
}

/// The fault rules of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Arc<Rule>>>,
    /// The number of rules, readable without the lock.
    count: AtomicUsize,
}

impl Faults {
    /// Adds a rule behind the others.
    pub(crate) fn add(self: &Arc<Self>, rule: Rule) -> AddedFault {
        let rule = Arc::new(rule);
        let mut rules = self.lock();
        rules.push(rule.clone());
        self.count.store(rules.len(), Ordering::Release);
        AddedFault { rule, faults: self.clone() }
    }

    /// All rules, in the order in which they were added.
    pub(crate) fn list(self: &Arc<Self>) -> Vec<AddedFault> {
        let added = |rule: &Arc<Rule>| AddedFault { rule: rule.clone(), faults: self.clone() };
        self.lock().iter().map(added).collect()
    }

    /// Removes all rules.
    pub(crate) fn clear(&self) {
        self.retain(|_| false);
    }

    /// What happens to a request; `None` if no rule takes it.
    pub(crate) fn judge(
        &self,
        topology: impl FnOnce() -> Arc<Topology>,
        recipient: &Recipient,
        frame: &RequestFrame,
    ) -> Option<Effect> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let topology = topology();
        let request = ObservedRequest::new(&topology, recipient, frame);
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
