//! The state of a connection, shared by its callers, its driver and threads that send directly.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use futures_util::task::AtomicWaker;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::error::NetError;
use super::health::Health;
use super::held::Held;
use super::inflight::Inflight;

/// A write buffer that has grown beyond this is freed after use.
const KEPT_BUFFER: usize = 1024 * 1024;

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The time to make a connection.
    pub(crate) connect_timeout: Duration,
    /// The silence that ends a connection on which calls time out.
    pub(crate) session_reset: Duration,
    /// A connection on which more bytes wait than operations in flight can have is given up.
    pub(crate) most_queued: usize,
}

/// The state of a connection, shared by its callers and its driver.
pub(super) struct SharedConnection {
    state: Mutex<ConnectionState>,
    /// Wakes the driver's writer; before there is a socket, the task that makes the connection.
    pub(super) writer: AtomicWaker,
    /// Tells the driver's watch that a call has timed out.
    pub(super) timed_out: Notify,
    /// Starts the driver's pulse.
    pub(super) busy: Notify,
    /// Tells `doubt` that the connection is doubtful.
    pub(super) doubted: Notify,
    /// Tells those who wait for the connection that it was made, or is over.
    made: Notify,
    /// The driver owns the socket and closes it when it ends. Not set: the connection is being made.
    pub(super) socket: OnceLock<Weak<OwnedWriteHalf>>,
    pub(super) limits: Limits,
    pub(super) health: Arc<Health>,
}

pub(super) struct ConnectionState {
    pub(super) inflight: Inflight,
    /// The frames of calls that wait until the connection can be used.
    pub(super) held: Option<Held>,
    /// Frames that the driver has not taken yet.
    ///
    /// Frames of operations in flight are bounded where those start. Frames of operations that were
    /// given up stay, and with a server that takes none they would pile up: see `Limits::most_queued`.
    pub(super) outgoing: BytesMut,
    /// The bytes queued since the connection was made.
    pub(super) queued: u64,
    pub(super) sender: Sender,
    /// When something was last sent or heard.
    pub(super) last_active: Instant,
    pub(super) pulse: Pulse,
    /// Why the connection is over, once it is.
    pub(super) ended: Option<NetError>,
}

/// Who writes queued frames to the socket: one sender at a time, so frames stay whole.
#[derive(PartialEq, Eq)]
pub(super) enum Sender {
    /// Nothing is queued, and the writer sleeps.
    Nobody,
    /// The writer was woken or starts soon, or a calling thread is about to send.
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
    /// A connection that is being made: it holds what is sent on it until it has a socket.
    pub(super) fn new(limits: Limits, health: Arc<Health>) -> Self {
        let state = ConnectionState {
            inflight: Inflight::new(Arc::clone(&health)),
            held: Some(Held::default()),
            outgoing: BytesMut::new(),
            queued: 0,
            sender: Sender::Asked,
            last_active: Instant::now(),
            pulse: Pulse::Stopped,
            ended: None,
        };
        Self {
            state: Mutex::new(state),
            writer: AtomicWaker::new(),
            timed_out: Notify::new(),
            busy: Notify::new(),
            doubted: Notify::new(),
            made: Notify::new(),
            socket: OnceLock::new(),
            limits,
            health,
        }
    }

    /// A plain mutex: it is held for a few hundred nanoseconds, never across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection was made: what it holds may leave. `was_heard`: the server has answered on it already.
    pub(super) fn establish(&self, socket: Weak<OwnedWriteHalf>, was_heard: bool) {
        let now = Instant::now();
        let mut state = self.lock();
        state.inflight.connected(now, was_heard);
        state.last_active = now;
        state.release(now);
        drop(state);
        // There is one driver, so this is the only time.
        let _ = self.socket.set(socket);
        self.made.notify_waiters();
    }

    /// Waits until the connection was made.
    ///
    /// # Errors
    ///
    /// The connection is over.
    pub(super) async fn established(&self) -> Result<(), NetError> {
        loop {
            let made = self.made.notified();
            if let Some(error) = &self.lock().ended {
                return Err(error.clone());
            }
            if self.socket.get().is_some() {
                return Ok(());
            }
            made.await;
        }
    }

    /// Waits until the connection is over. For the task that makes it.
    pub(super) async fn over(&self) {
        poll_fn(|context| {
            self.writer.register(context.waker());
            if self.lock().ended.is_some() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
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
            state.held = None;
            let wakers = state.inflight.fail_all(&error, handed);
            state.ended = Some(error);
            wakers
        };
        self.writer.wake();
        self.timed_out.notify_one();
        self.made.notify_waiters();
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
