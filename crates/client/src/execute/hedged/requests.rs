//! The requests of a hedged read: to the primary, and to a secondary.

use std::sync::Arc;

use pegasus_protocol::frame::RequestHeader;
use tokio::time::{Instant, timeout_at};

use super::super::attempt::{attempt_at_primary, await_reply, header, read_answer, send};
use super::super::missed::Missed;
use super::read::{HedgedRead, Turn};
use super::watched::{Watch, Watched};
use crate::hedging::note_maybe_stale;
use crate::net::{Call, Role, Server};
use crate::operation::Operation;
use crate::retry::{is_primary_gone, refutes_primary};

/// Whether the server answered the question, be it with an error of the storage engine.
pub(super) fn is_answer<T>(outcome: &Result<T, Missed>) -> bool {
    matches!(outcome, Ok(_) | Err(Missed::Storage(..)))
}

/// Whether the failure shows that the primary is gone.
pub(super) fn is_gone(missed: &Missed) -> bool {
    missed.failure().is_some_and(is_primary_gone)
}

impl<O: Operation> HedgedRead<'_, O> {
    /// One request, or the waiting for one that was sent already. The failure of a secondary is `None`.
    pub(super) async fn request(
        &self,
        turn: Turn,
        sent: Option<Call>,
    ) -> (Turn, Result<O::Output, Option<Missed>>) {
        let outcome = match turn {
            Turn::Primary => self.at_primary(sent).await.map_err(Some),
            Turn::Secondary(at) => match self.secondaries().get(at) {
                Some(server) => self.ask(server).await.ok_or(None),
                None => Err(None),
            },
        };
        (turn, outcome)
    }

    async fn at_primary(&self, sent: Option<Call>) -> Result<O::Output, Missed> {
        let server = self.route.primary.ok_or(Missed::NoPrimary)?;
        let started = if sent.is_some() { self.started } else { Instant::now() };
        let Some(watch) = self.watch(server, Role::Primary, started) else {
            return match sent {
                Some(mut call) => {
                    let reply = await_reply(self.context, self.snapshot, &mut call).await?;
                    read_answer(self.context.operation, &reply)
                }
                None => attempt_at_primary(self.context, self.snapshot).await,
            };
        };
        let request = async {
            let call = match sent {
                Some(call) => call,
                None => send(self.context, self.snapshot).await?,
            };
            let mut watched = Watched::new(call, &watch, &self.is_over);
            let reply = await_reply(self.context, self.snapshot, &mut watched.call).await?;
            read_answer(self.context.operation, &reply)
        };
        let (outcome, is_in_time) = watch.over(request).await;
        if is_in_time && is_answer(&outcome) {
            watch.note(false);
        }
        outcome
    }

    /// Asks a secondary. It gets half of the remaining time, so a hanging one leaves time for the next.
    pub(super) async fn ask(&self, server: &Arc<Server>) -> Option<O::Output> {
        let watch = self.watch(server, Role::Secondary, Instant::now());
        let request = async {
            let until = self.context.deadline.half_left();
            let connection = timeout_at(until, server.connect()).await.ok()?.ok()?;
            let header = RequestHeader { is_backup: true, ..header(&self.route, self.context.deadline) };
            let mut call = connection.call::<O::Rpc>(&header, self.context.operation.request()).ok()?;
            let answered = match &watch {
                Some(watch) => timeout_at(until, &mut Watched::new(call, watch, &self.is_over).call).await,
                None => timeout_at(until, &mut call).await,
            };
            let Ok(answer) = answered else {
                connection.note_timeout();
                return None;
            };
            read_answer(self.context.operation, &answer.ok()?).ok()
        };
        let output = match &watch {
            Some(watch) => {
                let (output, is_in_time) = watch.over(request).await;
                if is_in_time {
                    // A secondary that cannot answer is no better than a slow one.
                    watch.note(output.is_none());
                }
                output
            }
            None => request.await,
        }?;
        note_maybe_stale();
        Some(output)
    }

    /// How a request is watched; `None`: nothing is expected of the servers.
    fn watch(&self, server: &Server, role: Role, started: Instant) -> Option<Watch> {
        Some(Watch {
            health: Arc::clone(server.health()),
            class: self.class,
            role,
            late_at: started + self.expected?.late,
            deadline: self.context.deadline.instant(),
        })
    }

    /// A secondary answered, and the primary has not. If that one is silent to everybody, its connection must be
    /// replaced; if it is dead, another server may be primary by now. Perhaps no other operation is there to find
    /// that out.
    pub(super) fn note_given_up(&self) {
        let Some(server) = self.route.primary else { return };
        if let Some(connection) = server.live() {
            connection.note_timeout();
        }
        if server.is_suspect() {
            self.find_leader(server.live().is_none());
        }
    }

    /// The primary is gone. The reads to come should know who leads now, also when a secondary answers this one.
    pub(super) fn note_gone(&self, missed: &Missed) {
        self.find_leader(missed.failure().is_some_and(refutes_primary));
    }

    fn find_leader(&self, is_refuted: bool) {
        let router = self.context.table.router();
        if is_refuted {
            router.refute(self.snapshot, self.context.operation.target());
        }
        router.refresh_soon(self.snapshot);
    }
}
