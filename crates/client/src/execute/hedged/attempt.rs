//! Who is asked first, and what happens when nobody else has to be asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pegasus_protocol::rpc::Rpc;
use tokio::time::{Instant, timeout_at};

use super::super::attempt::{attempt_at_primary, read_answer, send};
use super::super::context::OperationContext;
use super::super::missed::Missed;
use super::read::{Asked, HedgedRead, Turn};
use super::requests::{is_answer, is_gone};
use crate::hedging::{Hedging, Probe};
use crate::net::{Class, Role};
use crate::operation::Operation;
use crate::routing::Snapshot;

/// The common case is over after this time: what else may have to be done for a call that waits, the race knows.
const COMMON: Duration = Duration::from_millis(50);

/// One attempt. Errors from a secondary are ignored; only the primary's outcome decides.
pub(crate) async fn attempt<O: Operation>(
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
    let (outcome, asked) = match read.first() {
        Turn::Primary => read.primary_first().await,
        secondary => Box::pin(read.race(secondary, None)).await,
    };
    match outcome {
        Err(missed) if hedging.on_unreachable() && is_gone(&missed) => {
            read.note_gone(&missed);
            read.without_primary(&asked).await.ok_or(missed)
        }
        outcome => outcome,
    }
}

impl<O: Operation> HedgedRead<'_, O> {
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

    /// Asks the primary. The common case ends here: it answers before anybody else is asked.
    async fn primary_first(&self) -> (Result<O::Output, Missed>, Asked) {
        let until = match self.expected {
            _ if self.is_suspect() => self.started,
            Some(expected) => {
                (self.started + expected.delay.min(COMMON)).min(self.context.deadline.instant())
            }
            None => {
                return (attempt_at_primary(self.context, self.snapshot).await, Asked::default());
            }
        };
        let mut call = match send(self.context, self.snapshot).await {
            Ok(call) => call,
            Err(missed) => return (Err(missed), Asked::default()),
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
        (outcome, Asked::default())
    }

    /// The primary is gone: asks the secondaries that were not asked one after the other, while a refresh runs.
    async fn without_primary(&self, asked: &Asked) -> Option<O::Output> {
        for (_, server) in self.secondaries().iter().enumerate().filter(|(at, _)| !asked.has(*at)) {
            if let Some(output) = self.ask(server).await {
                return Some(output);
            }
        }
        None
    }
}
