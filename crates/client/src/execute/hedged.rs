//! One attempt of a hedged read: at the primary, and at secondaries too or first when the primary is slow or gone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use pegasus_protocol::rpc::Rpc;
use tokio::time::{Instant, timeout_at};

use super::attempt::{attempt_at_primary, read_answer, send};
use super::context::OperationContext;
use super::missed::Missed;
use super::race::{Asked, Turn};
use super::requests::{is_answer, is_gone};
use crate::hedging::{Expected, Hedging, Probe, is_quick, is_slow};
use crate::net::{Class, Role, Server};
use crate::operation::Operation;
use crate::routing::{Route, Snapshot};

/// One attempt. Errors from a secondary are ignored; only the primary's outcome decides.
pub(super) async fn attempt<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
    hedging: &Hedging,
) -> Result<O::Output, Missed> {
    let route = snapshot.route(context.operation.target()).ok_or(Missed::Resized)?;
    let started = Instant::now();
    let servers = || snapshot.servers().iter().map(|server| &**server.health());
    let class = Class::of(O::Rpc::CODE);
    let read = HedgedRead {
        context,
        snapshot,
        hedging,
        route,
        class,
        started,
        expected: hedging.expected(class, started, servers),
        in_turn: OnceLock::new(),
        is_over: AtomicBool::new(false),
        is_paid: AtomicBool::new(false),
    };
    match read.first() {
        Turn::Primary => read.primary_first().await,
        secondary => Box::pin(read.race(secondary, None)).await,
    }
}

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

    /// Who is asked first: a secondary when the primary is slow compared with its peers, except now and then to see
    /// whether it still is.
    fn first(&self) -> Turn {
        let (Some(expected), Some(primary)) = (self.expected, self.route.primary) else {
            return Turn::Primary;
        };
        let pace = primary.health().pace(self.class, Role::Primary);
        if !pace.is_slow() || !expected.may_demote {
            return Turn::Primary;
        }
        if pace.take_unanswered() {
            // Perhaps another server leads the partition by now, and no other operation is there to find that out.
            self.context.table.router().refresh_soon(self.snapshot);
        }
        let Some(at) = self.quick_secondary(&Asked::default()) else { return Turn::Primary };
        match self.hedging.take_probe(pace, self.started) {
            Probe::No => return Turn::Secondary(at),
            Probe::Paid => self.is_paid.store(true, Ordering::Relaxed),
            Probe::Unpaid => {}
        }
        Turn::Primary
    }

    pub(super) fn quick_secondary(&self, asked: &Asked) -> Option<usize> {
        let is_good = |server: &Server| !server.is_suspect() && is_quick(server.health(), self.class);
        (0..self.secondaries().len()).find(|at| !asked.has(*at) && is_good(self.secondaries()[*at]))
    }

    /// Asks the primary. The common case ends here: it answers before anybody else is asked.
    async fn primary_first(&self) -> Result<O::Output, Missed> {
        let until = match self.expected {
            _ if self.is_suspect() => self.started,
            Some(expected) => (self.started + expected.delay).min(self.context.deadline.instant()),
            None => {
                let outcome = attempt_at_primary(self.context, self.snapshot).await;
                return self.or_without_primary(outcome, &Asked::default()).await;
            }
        };
        let mut call = match send(self.context, self.snapshot).await {
            Ok(call) => call,
            Err(missed) => return self.or_without_primary(Err(missed), &Asked::default()).await,
        };
        let Ok(answered) = timeout_at(until, &mut call).await else {
            return Box::pin(self.race(Turn::Primary, Some(call))).await;
        };
        if self.is_paid.swap(false, Ordering::Relaxed) {
            self.hedging.refund();
        }
        let outcome = match answered {
            Ok(reply) => read_answer(self.context.operation, &reply),
            Err(error) => Err(Missed::Net(error)),
        };
        if let (Some(server), true, true) = (self.route.primary, self.expected.is_some(), is_answer(&outcome))
        {
            server.health().pace(self.class, Role::Primary).note(false);
        }
        self.or_without_primary(outcome, &Asked::default()).await
    }

    /// Whether the primary may hang. It is asked all the same, so that its return is noticed.
    pub(super) fn is_suspect(&self) -> bool {
        self.hedging.on_unreachable() && self.route.primary.is_some_and(|server| server.is_suspect())
    }

    /// The outcome, or what the other secondaries answer when the primary is gone. A refresh runs meanwhile.
    pub(super) async fn or_without_primary(
        &self,
        outcome: Result<O::Output, Missed>,
        asked: &Asked,
    ) -> Result<O::Output, Missed> {
        let missed = match outcome {
            Err(missed) if self.hedging.on_unreachable() && is_gone(&missed) => missed,
            outcome => return outcome,
        };
        self.context.table.router().refresh_soon(self.snapshot);
        for (_, server) in self.secondaries().iter().enumerate().filter(|(at, _)| !asked.has(*at)) {
            if let Some(output) = self.ask(server).await {
                return Ok(output);
            }
        }
        Err(missed)
    }
}
