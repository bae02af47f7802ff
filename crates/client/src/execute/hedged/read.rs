//! A hedged read in progress: what it knows of the replicas, and whom it has asked.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::super::context::OperationContext;
use crate::hedging::{Expected, Hedging, is_quick, is_slow};
use crate::net::{Class, Server};
use crate::operation::Operation;
use crate::routing::{Route, Snapshot};

/// A hedged read in progress.
pub(super) struct HedgedRead<'a, O: Operation> {
    pub(super) context: &'a OperationContext<'a, O>,
    pub(super) snapshot: &'a Arc<Snapshot>,
    pub(super) hedging: &'a Hedging,
    pub(super) route: Route<'a>,
    pub(super) class: Class,
    pub(super) started: Instant,
    /// `None`: the primary is waited for without limit.
    pub(super) expected: Option<Expected>,
    /// The secondaries in the order in which they are asked, once they are needed.
    pub(super) in_turn: OnceLock<Vec<&'a Arc<Server>>>,
    /// Whether the read has its answer, so that what it still waits for is only watched.
    pub(super) is_over: AtomicBool,
    /// Whether the budget has paid for the second request before that is needed.
    pub(super) is_paid: AtomicBool,
}

/// Who is asked next. A secondary is told by its place among those `in_turn`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Primary,
    Secondary(usize),
}

/// Who has been asked.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) primary: bool,
    /// One bit for each secondary; a partition has at most 8.
    pub(super) secondaries: u32,
}

impl Asked {
    pub(super) fn add(&mut self, turn: Turn) {
        match turn {
            Turn::Primary => self.primary = true,
            Turn::Secondary(at) => self.secondaries |= 1 << at,
        }
    }

    pub(super) fn has(&self, secondary: usize) -> bool {
        self.secondaries & 1 << secondary != 0
    }
}

impl<'a, O: Operation> HedgedRead<'a, O> {
    /// The secondaries, rotated at random to share the load, with suspect and slow servers last.
    pub(super) fn secondaries(&self) -> &[&'a Arc<Server>] {
        self.in_turn.get_or_init(|| {
            let (after, before) =
                self.route.secondaries.split_at(fastrand::usize(..self.route.secondaries.len().max(1)));
            let mut servers: Vec<_> = before.iter().chain(after).collect();
            servers.sort_by_key(|server| (server.is_suspect(), is_slow(server.health(), self.class)));
            servers
        })
    }

    /// A secondary that is known to be quick and was not asked.
    pub(super) fn quick_secondary(&self, asked: &Asked) -> Option<usize> {
        let is_good = |server: &Server| !server.is_suspect() && is_quick(server.health(), self.class);
        (0..self.secondaries().len()).find(|at| !asked.has(*at) && is_good(self.secondaries()[*at]))
    }

    /// Whether the primary may hang. It is asked all the same, so that its return is noticed.
    pub(super) fn is_suspect(&self) -> bool {
        self.hedging.on_unreachable() && self.route.primary.is_some_and(|server| server.is_suspect())
    }
}
