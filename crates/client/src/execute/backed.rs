//! An attempt of a read that a secondary may answer.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{Either, select};
use pegasus_protocol::frame::RequestHeader;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Missed, Task, attempt_at_primary, header, read_answer};
use crate::backup::{Backup, note_maybe_stale};
use crate::net::Node;
use crate::ops::Operation;
use crate::retry::is_primary_gone;
use crate::routing::{Route, Snapshot};

/// One attempt: at the primary, at a secondary too when that is slow or gone.
///
/// What goes wrong at a secondary fails nothing: what counts then is what the primary did.
pub(super) async fn attempt<O: Operation>(
    task: &Task<'_, O>,
    snapshot: &Arc<Snapshot>,
    backup: &Backup,
) -> Result<O::Output, Missed> {
    let route = snapshot.route(task.operation.target()).ok_or(Missed::Resized)?;
    let read = BackedRead { task, snapshot, backup, route, in_turn: OnceLock::new() };
    let (outcome, asked) = read.hedged().await;
    match outcome {
        Err(missed) if backup.on_unreachable() && missed.failure().is_some_and(is_primary_gone) => {
            read.without_primary(asked).await.ok_or(missed)
        }
        outcome => outcome,
    }
}

/// A read that is under way.
struct BackedRead<'a, O: Operation> {
    task: &'a Task<'a, O>,
    snapshot: &'a Arc<Snapshot>,
    backup: &'a Backup,
    route: Route<'a>,
    /// The secondaries, once they are needed.
    in_turn: OnceLock<Vec<&'a Arc<Node>>>,
}

impl<'a, O: Operation> BackedRead<'a, O> {
    /// The secondaries in a random turn, so that they share what comes, those that failed behind the
    /// others.
    fn secondaries(&self) -> &[&'a Arc<Node>] {
        self.in_turn.get_or_init(|| {
            let (after, before) =
                self.route.secondaries.split_at(fastrand::usize(..self.route.secondaries.len().max(1)));
            let mut nodes: Vec<_> = before.iter().chain(after).collect();
            nodes.sort_by_key(|node| node.is_suspect());
            nodes
        })
    }

    /// Asks the primary and, when it does not answer in time, the first secondary too. Says how many
    /// secondaries were asked.
    async fn hedged(&self) -> (Result<O::Output, Missed>, usize) {
        let started = Instant::now();
        let mut primary = pin!(attempt_at_primary(self.task, self.snapshot));
        let waited = match self.wait_alone() {
            Some(delay) => timeout(delay, &mut primary).await,
            None => Ok(primary.as_mut().await),
        };
        let hedge = match waited {
            Ok(answer) => return (self.answered(answer, started), 0),
            Err(_) => self.secondaries().first().filter(|_| self.is_suspect() || self.backup.may_spend()),
        };
        let Some(node) = hedge else { return (self.answered(primary.await, started), 0) };
        let outcome = match select(primary, pin!(self.ask(node))).await {
            Either::Left((Err(missed), hedge)) => {
                if missed.failure().is_some_and(is_primary_gone) {
                    self.task.table.router().refresh_soon(self.snapshot);
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

    /// How long the primary is waited for alone.
    fn wait_alone(&self) -> Option<Duration> {
        if self.is_suspect() { Some(Duration::ZERO) } else { self.backup.delay() }
    }

    /// Whether the primary is one that may hang: it is asked all the same, to hear when it is back.
    fn is_suspect(&self) -> bool {
        self.backup.on_unreachable() && self.route.primary.is_some_and(|node| node.is_suspect())
    }

    fn answered(&self, answer: Result<O::Output, Missed>, started: Instant) -> Result<O::Output, Missed> {
        if answer.is_ok() {
            self.backup.record(started.elapsed());
        }
        answer
    }

    /// A secondary was quicker. If the primary says nothing to anybody its connection has to end, and
    /// if it is dead another one may lead by now: no other operation may be there to find out.
    fn give_up_primary(&self, started: Instant) {
        self.backup.record(started.elapsed());
        let Some(node) = self.route.primary else { return };
        if let Some(connection) = node.live() {
            connection.note_timeout();
        }
        if node.is_suspect() {
            self.task.table.router().refresh_soon(self.snapshot);
        }
    }

    /// The primary is gone: asks the secondaries that were not asked yet, one after the other. The routes
    /// are refreshed meanwhile.
    async fn without_primary(&self, asked: usize) -> Option<O::Output> {
        self.task.table.router().refresh_soon(self.snapshot);
        for node in &self.secondaries()[asked..] {
            if let Some(output) = self.ask(node).await {
                return Some(output);
            }
        }
        None
    }

    /// Asks a secondary. It has half of the time that is left, so that one that hangs leaves some for
    /// whoever is asked next.
    async fn ask(&self, node: &Arc<Node>) -> Option<O::Output> {
        let until = self.task.deadline.half_left();
        let connection = timeout_at(until, node.connect()).await.ok()?.ok()?;
        let header = RequestHeader { is_backup: true, ..header(&self.route, self.task.deadline) };
        let call = connection.call::<O::Rpc>(&header, self.task.operation.request()).ok()?;
        let Ok(answer) = timeout_at(until, call).await else {
            connection.note_timeout();
            return None;
        };
        let output = read_answer(self.task.operation, &answer.ok()?).ok()?;
        note_maybe_stale();
        Some(output)
    }
}
