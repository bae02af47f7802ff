//! One attempt of a hedged read: at the primary, and at a secondary too when the primary is slow or gone.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{Either, select};
use pegasus_protocol::frame::RequestHeader;
use tokio::time::{Instant, timeout, timeout_at};

use super::attempt::{attempt_at_primary, header, read_answer};
use super::context::OperationContext;
use super::missed::Missed;
use crate::hedging::{Hedging, note_maybe_stale};
use crate::net::Server;
use crate::operation::Operation;
use crate::retry::is_primary_gone;
use crate::routing::{Route, Snapshot};

/// One attempt. Errors from a secondary are ignored; only the primary's outcome decides.
pub(super) async fn attempt<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
    hedging: &Hedging,
) -> Result<O::Output, Missed> {
    let route = snapshot.route(context.operation.target()).ok_or(Missed::Resized)?;
    let read = HedgedRead { context, snapshot, hedging, route, in_turn: OnceLock::new() };
    let (outcome, asked) = read.hedged().await;
    match outcome {
        Err(missed) if hedging.on_unreachable() && missed.failure().is_some_and(is_primary_gone) => {
            read.without_primary(asked).await.ok_or(missed)
        }
        outcome => outcome,
    }
}

/// A hedged read in progress.
struct HedgedRead<'a, O: Operation> {
    context: &'a OperationContext<'a, O>,
    snapshot: &'a Arc<Snapshot>,
    hedging: &'a Hedging,
    route: Route<'a>,
    /// The secondaries in the order in which they are asked, once they are needed.
    in_turn: OnceLock<Vec<&'a Arc<Server>>>,
}

impl<'a, O: Operation> HedgedRead<'a, O> {
    /// The secondaries, rotated at random to share the load, with suspect servers last.
    fn secondaries(&self) -> &[&'a Arc<Server>] {
        self.in_turn.get_or_init(|| {
            let (after, before) =
                self.route.secondaries.split_at(fastrand::usize(..self.route.secondaries.len().max(1)));
            let mut servers: Vec<_> = before.iter().chain(after).collect();
            servers.sort_by_key(|server| server.is_suspect());
            servers
        })
    }

    /// Asks the primary and, when it does not answer in time, the first secondary too. Also returns how many
    /// secondaries were asked.
    async fn hedged(&self) -> (Result<O::Output, Missed>, usize) {
        let started = Instant::now();
        let mut primary = pin!(attempt_at_primary(self.context, self.snapshot));
        let waited = match self.wait_alone() {
            Some(delay) => timeout(delay, &mut primary).await,
            None => Ok(primary.as_mut().await),
        };
        let hedge = match waited {
            Ok(answer) => return (self.answered(answer, started), 0),
            Err(_) => self.secondaries().first().filter(|_| self.is_suspect() || self.hedging.may_spend()),
        };
        let Some(server) = hedge else { return (self.answered(primary.await, started), 0) };
        let outcome = match select(primary, pin!(self.ask(server))).await {
            Either::Left((Err(missed), hedge)) => {
                if missed.failure().is_some_and(is_primary_gone) {
                    self.context.table.router().refresh_soon(self.snapshot);
                }
                hedge.await.ok_or(missed)
            }
            Either::Left((answer, _)) => self.answered(answer, started),
            Either::Right((Some(output), _given_up)) => {
                self.give_up_primary(started);
                Ok(output)
            }
            Either::Right((None, primary)) => self.answered(primary.await, started),
        };
        (outcome, 1)
    }

    /// How long to wait for the primary before a secondary is asked too.
    fn wait_alone(&self) -> Option<Duration> {
        if self.is_suspect() { Some(Duration::ZERO) } else { self.hedging.delay() }
    }

    /// Whether the primary may hang. It is asked all the same, so that its return is noticed.
    fn is_suspect(&self) -> bool {
        self.hedging.on_unreachable() && self.route.primary.is_some_and(|server| server.is_suspect())
    }

    fn answered(&self, answer: Result<O::Output, Missed>, started: Instant) -> Result<O::Output, Missed> {
        if answer.is_ok() {
            self.hedging.record(started.elapsed());
        }
        answer
    }

    /// A secondary answered first. If the primary is silent to everybody, its connection must be replaced; if it
    /// is dead, another server may be primary by now. Perhaps no other operation is there to find that out.
    fn give_up_primary(&self, started: Instant) {
        self.hedging.record(started.elapsed());
        let Some(server) = self.route.primary else { return };
        if let Some(connection) = server.live() {
            connection.note_timeout();
        }
        if server.is_suspect() {
            self.context.table.router().refresh_soon(self.snapshot);
        }
    }

    /// The primary is gone: asks the remaining secondaries one after the other, while a refresh runs.
    async fn without_primary(&self, asked: usize) -> Option<O::Output> {
        self.context.table.router().refresh_soon(self.snapshot);
        for server in &self.secondaries()[asked..] {
            if let Some(output) = self.ask(server).await {
                return Some(output);
            }
        }
        None
    }

    /// Asks a secondary. It gets half of the remaining time, so a hanging one leaves time for the next.
    async fn ask(&self, server: &Arc<Server>) -> Option<O::Output> {
        let until = self.context.deadline.half_left();
        let connection = timeout_at(until, server.connect()).await.ok()?.ok()?;
        let header = RequestHeader { is_backup: true, ..header(&self.route, self.context.deadline) };
        let call = connection.call::<O::Rpc>(&header, self.context.operation.request()).ok()?;
        let Ok(answer) = timeout_at(until, call).await else {
            connection.note_timeout();
            return None;
        };
        let output = read_answer(self.context.operation, &answer.ok()?).ok()?;
        note_maybe_stale();
        Some(output)
    }
}
