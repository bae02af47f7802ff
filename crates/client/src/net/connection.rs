//! A live connection as callers use it: reserve a sequence id, queue the request, await the reply.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::rpc::{Rpc, RpcKind};
use pegasus_protocol::types::Gpid;
use tokio::time::Instant;

use super::error::{NetError, NetErrorKind, Sent};
use super::health::Health;
use super::inflight::{self, Addressee, Outcome};
use super::shared::SharedConnection;

/// A handle on a connection, made or being made. The driver ends when the last handle is dropped.
///
/// A connection exists before its socket does. Calls on one that is being made are held back, and leave in the
/// order in which they were made once it is there. When it cannot be made they fail, and nothing was sent.
pub(crate) struct Connection {
    shared: Arc<SharedConnection>,
}

impl Connection {
    pub(super) fn new(shared: Arc<SharedConnection>) -> Self {
        Self { shared }
    }

    /// Sends a request. The returned call resolves to the reply.
    ///
    /// # Errors
    ///
    /// The connection has ended; nothing was sent.
    pub(crate) fn call<R: Rpc>(
        self: &Arc<Self>,
        header: &RequestHeader,
        request: &R::Request,
    ) -> Result<Call, NetError> {
        self.reserve_and_send::<R>(header, request, None)
    }

    /// Like [`Self::call`], for a caller that awaits the call at once in the task of this waker.
    pub(crate) fn call_waking<R: Rpc>(
        self: &Arc<Self>,
        header: &RequestHeader,
        request: &R::Request,
        waker: &Waker,
    ) -> Result<Call, NetError> {
        self.reserve_and_send::<R>(header, request, Some(waker))
    }

    fn reserve_and_send<R: Rpc>(
        self: &Arc<Self>,
        header: &RequestHeader,
        request: &R::Request,
        waker: Option<&Waker>,
    ) -> Result<Call, NetError> {
        let once = !matches!(R::CODE.kind(), RpcKind::Read | RpcKind::IdempotentWrite);
        let (id, made_at) = self.shared.queue(once, |inflight, place, now, out| {
            let id = inflight.reserve(Addressee::of::<R>(header), place, now, waker.cloned());
            encode_request::<R>(header, id, request, out);
            id
        })?;
        let stage = if waker.is_some() { Stage::Registered } else { Stage::Waiting };
        Ok(Call { connection: Arc::clone(self), id, made_at, stage })
    }

    /// Sends a request without waiting for a reply.
    pub(crate) fn cast<R: Rpc>(&self, header: &RequestHeader, request: &R::Request) -> Result<(), NetError> {
        let queued = self.shared.queue(false, |inflight, _, _, out| {
            let id = inflight.next_id();
            encode_request::<R>(header, id, request, out);
            id
        });
        queued.map(drop)
    }

    /// Waits until the connection was made.
    ///
    /// # Errors
    ///
    /// The connection is over.
    pub(super) async fn established(&self) -> Result<(), NetError> {
        self.shared.established().await
    }

    /// Whether the connection is over. Otherwise it accepts calls.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.lock().ended.is_some()
    }

    /// Whether the connection has a socket and is not over.
    pub(crate) fn is_live(&self) -> bool {
        self.shared.socket.get().is_some() && !self.is_over()
    }

    /// Whether the connection accepts calls, and the server has answered on it.
    pub(super) fn is_proven(&self) -> bool {
        let state = self.shared.lock();
        state.ended.is_none() && state.inflight.has_answered()
    }

    /// The number of calls that wait for a reply or have not taken theirs.
    #[cfg(test)]
    pub(crate) fn waiters(&self) -> usize {
        self.shared.lock().inflight.len()
    }

    /// What is known about the server at the other end.
    pub(crate) fn health(&self) -> &Health {
        &self.shared.health
    }

    /// Reports that a call timed out. Until the server sends something, silence may end the connection.
    pub(crate) fn note_timeout(&self) {
        self.shared.lock().inflight.note_timeout();
        self.shared.timed_out.notify_one();
    }

    /// Fails the waiting calls to partitions for which `deposed` gives a reason.
    pub(super) fn give_up(&self, deposed: impl Fn(Gpid, Instant) -> Option<String>) {
        let mut state = self.shared.lock();
        let (held, wakers) = state.inflight.give_up(deposed);
        let frames = state.held.as_mut();
        frames.into_iter().for_each(|frames| held.iter().for_each(|position| frames.remove(*position)));
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends the connection; waiting calls fail with the reason.
    pub(crate) fn close(&self) {
        self.shared.end(NetError::closed());
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// A call in flight. Dropping it gives it up.
pub(crate) struct Call {
    connection: Arc<Connection>,
    id: i32,
    made_at: Instant,
    stage: Stage,
}

enum Stage {
    /// The waker of the next poll is registered already.
    Registered,
    Waiting,
    /// The reply was taken, or the call was given up: there is nothing left to cancel.
    Answered,
}

impl Call {
    /// When the request was queued.
    pub(crate) fn made_at(&self) -> Instant {
        self.made_at
    }

    /// The connection that carries the call.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Gives the call up, and says whether its request may have been sent. One that has not been is not sent
    /// any more.
    pub(crate) fn abandon(&mut self) -> Sent {
        self.stage = Stage::Answered;
        self.connection.shared.abandon(self.id)
    }

    /// The call, for another task that goes on waiting for its reply; `None` when that was taken. Dropping this one
    /// then abandons nothing.
    pub(crate) fn hand_over(&mut self) -> Option<Self> {
        match std::mem::replace(&mut self.stage, Stage::Answered) {
            Stage::Registered | Stage::Waiting => Some(Self {
                connection: Arc::clone(&self.connection),
                id: self.id,
                made_at: self.made_at,
                stage: Stage::Waiting,
            }),
            Stage::Answered => None,
        }
    }
}

impl Future for Call {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        if matches!(self.stage, Stage::Registered) {
            self.stage = Stage::Waiting;
            return Poll::Pending;
        }
        let polled = self.connection.shared.lock().inflight.poll(self.id, context.waker());
        let outcome = match polled {
            inflight::Poll::Pending => return Poll::Pending,
            inflight::Poll::Done(outcome) => outcome,
            inflight::Poll::Gone => Err(NetError::new(NetErrorKind::Closed, "the call was answered before")),
        };
        self.stage = Stage::Answered;
        Poll::Ready(outcome)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Answered) {
            self.connection.shared.abandon(self.id);
        }
    }
}
