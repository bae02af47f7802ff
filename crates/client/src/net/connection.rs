//! A live connection as callers use it: reserve a sequence id, queue the request, await the reply.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::Gpid;

use super::direct;
use super::error::{NetError, NetErrorKind};
use super::health::Health;
use super::inflight::{self, Addressee, Inflight, Outcome};
use super::shared::{Pulse, Sender, SharedConnection};

/// A handle on a connection. The driver ends when the last handle is dropped.
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
        let id = self.shared.queue(|inflight, frame_start, out| {
            let id = inflight.reserve(Addressee::of::<R>(header), frame_start, waker.cloned());
            encode_request::<R>(header, id, request, out);
            id
        })?;
        let stage = if waker.is_some() { Stage::Registered } else { Stage::Waiting };
        Ok(Call { connection: Arc::clone(self), id, stage })
    }

    /// Sends a request without waiting for a reply.
    pub(crate) fn cast<R: Rpc>(&self, header: &RequestHeader, request: &R::Request) -> Result<(), NetError> {
        self.shared.queue(|inflight, _, out| {
            let id = inflight.next_id();
            encode_request::<R>(header, id, request, out);
        })
    }

    /// Whether the connection accepts calls.
    pub(crate) fn is_live(&self) -> bool {
        self.shared.lock().ended.is_none()
    }

    /// Whether the connection accepts calls, and the server has sent something on it.
    pub(super) fn is_proven(&self) -> bool {
        let state = self.shared.lock();
        state.ended.is_none() && state.inflight.was_heard()
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

    /// Reports that a call timed out. From now on, silence may end the connection.
    pub(crate) fn note_timeout(&self) {
        self.shared.timed_out.notify_one();
    }

    /// Fails the calls to a partition that wait for a reply. Their frames may have left or be about to.
    pub(super) fn give_up(&self, partition: Gpid, error: &NetError) {
        let wakers = self.shared.lock().inflight.give_up(partition, error);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends the connection; waiting calls fail with the reason.
    pub(crate) fn close(&self) {
        self.shared.end(NetError::new(NetErrorKind::Closed, "the client is closed"));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// A call in flight. Dropping it abandons the reply.
pub(crate) struct Call {
    connection: Arc<Connection>,
    id: i32,
    stage: Stage,
}

enum Stage {
    /// The waker of the next poll is registered already.
    Registered,
    Waiting,
    /// The reply was taken; there is nothing left to cancel.
    Answered,
}

impl Call {
    /// The connection that carries the call.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The call, for another task that goes on waiting for its reply; `None` when that was taken. Dropping this one
    /// then abandons nothing.
    pub(crate) fn hand_over(&mut self) -> Option<Self> {
        match std::mem::replace(&mut self.stage, Stage::Answered) {
            Stage::Registered | Stage::Waiting => {
                Some(Self { connection: Arc::clone(&self.connection), id: self.id, stage: Stage::Waiting })
            }
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
            self.connection.shared.lock().inflight.cancel(self.id);
        }
    }
}

impl SharedConnection {
    /// Queues a frame and makes sure that one side sends it.
    fn queue<T>(
        self: &Arc<Self>,
        encode: impl FnOnce(&mut Inflight, u64, &mut BytesMut) -> T,
    ) -> Result<T, NetError> {
        let mut guard = self.lock();
        let state = &mut *guard;
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        let before = state.outgoing.len();
        if before > self.most_queued {
            drop(guard);
            let error = NetError::new(
                NetErrorKind::Reset,
                format!("the server takes no requests: {before} bytes wait to be sent"),
            );
            self.end(error.clone());
            return Err(error);
        }
        let result = encode(&mut state.inflight, state.queued, &mut state.outgoing);
        state.queued += (state.outgoing.len() - before) as u64;
        let is_first = state.sender == Sender::Nobody;
        if is_first {
            state.sender = Sender::Asked;
        }
        let starts_pulse = std::mem::replace(&mut state.pulse, Pulse::BeatsOn) == Pulse::Stopped;
        drop(guard);
        if starts_pulse {
            self.busy.notify_one();
        }
        if is_first && !direct::takes_over(self) {
            self.writer.wake();
        }
        Ok(result)
    }
}
