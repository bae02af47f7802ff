//! The state of a connection, shared by its callers, its driver and threads that send directly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use bytes::BytesMut;
use futures_util::task::AtomicWaker;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use super::error::NetError;
use super::health::Health;
use super::inflight::Inflight;

/// A write buffer that has grown beyond this is freed after use.
const KEPT_BUFFER: usize = 1024 * 1024;

/// The state of a connection, shared by its callers and its driver.
pub(super) struct SharedConnection {
    state: Mutex<ConnectionState>,
    /// Wakes the driver's writer.
    pub(super) writer: AtomicWaker,
    /// Tells the driver's watch that a call has timed out.
    pub(super) timed_out: Notify,
    /// Starts the driver's pulse.
    pub(super) busy: Notify,
    /// The driver owns the socket and closes it when it ends.
    pub(super) socket: Weak<OwnedWriteHalf>,
    /// A connection on which more bytes wait than operations in flight can have is given up.
    pub(super) most_queued: usize,
    pub(super) health: Arc<Health>,
}

pub(super) struct ConnectionState {
    pub(super) inflight: Inflight,
    /// Frames that the driver has not taken yet.
    ///
    /// Frames of operations in flight are bounded where those start. Frames of operations that were
    /// given up stay, and with a server that takes none they would pile up: see `most_queued`.
    pub(super) outgoing: BytesMut,
    /// The bytes queued since the connection was made.
    pub(super) queued: u64,
    pub(super) sender: Sender,
    pub(super) pulse: Pulse,
    /// Why the connection is over, once it is.
    pub(super) ended: Option<NetError>,
}

/// Who writes queued frames to the socket: one sender at a time, so frames stay whole.
#[derive(PartialEq, Eq)]
pub(super) enum Sender {
    /// Nothing is queued, and the writer sleeps.
    Nobody,
    /// The writer was woken, or a calling thread is about to send.
    Asked,
    Writer,
    /// A calling thread; see `direct`.
    Caller,
}

/// The state of the driver's 50 ms timer; see its `beat`.
#[derive(PartialEq, Eq)]
pub(super) enum Pulse {
    Stopped,
    /// The next beat stops it.
    Beats,
    /// A frame was queued since the last beat.
    BeatsOn,
}

impl SharedConnection {
    pub(super) fn new(most_queued: usize, socket: Weak<OwnedWriteHalf>, health: Arc<Health>) -> Self {
        let state = ConnectionState {
            inflight: Inflight::new(Arc::clone(&health)),
            outgoing: BytesMut::new(),
            queued: 0,
            sender: Sender::Asked,
            pulse: Pulse::Stopped,
            ended: None,
        };
        Self {
            state: Mutex::new(state),
            writer: AtomicWaker::new(),
            timed_out: Notify::new(),
            busy: Notify::new(),
            socket,
            most_queued,
            health,
        }
    }

    /// A plain mutex: it is held for a few hundred nanoseconds, never across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One beat of the timer; says whether another one follows.
    pub(super) fn beats_on(&self) -> bool {
        let pulse = &mut self.lock().pulse;
        *pulse = if *pulse == Pulse::BeatsOn { Pulse::Beats } else { Pulse::Stopped };
        *pulse == Pulse::Beats
    }

    /// Ends the connection for all its callers; the first reason is kept.
    pub(super) fn end(&self, error: NetError) {
        let wakers = {
            let mut state = self.lock();
            if state.ended.is_some() {
                return;
            }
            let handed = state.queued - state.outgoing.len() as u64;
            state.outgoing = BytesMut::new();
            let wakers = state.inflight.fail_all(&error, handed);
            state.ended = Some(error);
            wakers
        };
        self.writer.wake();
        self.timed_out.notify_one();
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// An empty buffer for the next frames: the same one, unless it has grown too large.
pub(super) fn emptied(mut frames: BytesMut) -> BytesMut {
    if frames.capacity() > KEPT_BUFFER {
        return BytesMut::new();
    }
    frames.clear();
    frames
}
