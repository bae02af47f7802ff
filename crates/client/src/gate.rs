//! The gate of a client: how many operations, with how many bytes, are in flight at once.
//!
//! While there is room, an operation is counted in and out with one atomic step each, and nothing is
//! allocated. When it is full, operations wait in the order in which they came, or are refused.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

use crate::error::{Error, ErrorKind};
use crate::options::{ClientOptions, WhenFull};

/// The state is one number: bytes in its low bits, operations above them, on top whether anyone waits.
const BYTE_BITS: u32 = 36;
const ONE: u64 = 1 << BYTE_BITS;
const BYTES: u64 = ONE - 1;
const QUEUED: u64 = 1 << 63;

/// The most that the state has room for, with some to spare for what is counted in without asking.
pub(crate) const MOST_OPERATIONS: usize = 100_000_000;
pub(crate) const MOST_BYTES: u64 = BYTES;

pub(crate) struct Gate {
    state: AtomicU64,
    max_operations: u64,
    max_bytes: u64,
    when_full: WhenFull,
    queue: Mutex<Queue>,
    closed: AtomicBool,
    idle: Notify,
}

/// Operations that wait, by ticket, so in the order in which they came.
///
/// Not bounded: each is a caller that waits for its future, until its deadline at the latest. Whoever
/// wants a bound has them refused.
#[derive(Default)]
struct Queue {
    last_ticket: u64,
    waiting: BTreeMap<u64, Waiter>,
}

struct Waiter {
    bytes: u64,
    waker: Option<Waker>,
}

/// Something that runs and is no operation on rows; the client is not closed before it ends.
pub(crate) struct Running<'a>(&'a Gate);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.leave(0);
    }
}

impl Gate {
    pub(crate) fn new(options: &ClientOptions) -> Self {
        Self {
            state: AtomicU64::new(0),
            max_operations: options.max_in_flight as u64,
            max_bytes: options.max_in_flight_bytes,
            when_full: options.when_full,
            queue: Mutex::default(),
            closed: AtomicBool::new(false),
            idle: Notify::new(),
        }
    }

    /// Counts something in that is no operation on rows, however full it is.
    pub(crate) fn enter(&self) -> Result<Running<'_>, Error> {
        self.state.fetch_add(ONE, Ordering::SeqCst);
        let running = Running(self);
        self.check_open().map(|()| running)
    }

    /// Counts an operation in that carries so many bytes, to be counted out with [`leave`](Self::leave).
    ///
    /// `false`: there is no room, so that it has to [`wait`](Self::wait).
    pub(crate) fn try_enter(&self, bytes: usize) -> Result<bool, Error> {
        let bytes = self.weight(bytes);
        if self.add(bytes, QUEUED) {
            return match self.check_open() {
                Ok(()) => Ok(true),
                Err(error) => {
                    self.take_out(bytes);
                    Err(error)
                }
            };
        }
        self.check_open()?;
        match self.when_full {
            WhenFull::Wait => Ok(false),
            WhenFull::Refuse => Err(Error::new(ErrorKind::TooManyRequests, self.full())),
        }
    }

    /// Waits for room; then the operation has been counted in. Dropping it leaves no trace.
    pub(crate) fn wait(&self, bytes: usize) -> Waiting<'_> {
        let bytes = self.weight(bytes);
        let ticket = {
            let mut queue = self.lock();
            queue.last_ticket += 1;
            let ticket = queue.last_ticket;
            queue.waiting.insert(ticket, Waiter { bytes, waker: None });
            self.state.fetch_or(QUEUED, Ordering::SeqCst);
            ticket
        };
        let waiting = Waiting { gate: self, ticket, bytes, has_entered: false };
        // What left before the queue could be seen has not looked into it.
        self.admit();
        waiting
    }

    /// Counts an operation out.
    pub(crate) fn leave(&self, bytes: usize) {
        self.take_out(self.weight(bytes));
    }

    /// What there is no room for, in words.
    pub(crate) fn full(&self) -> String {
        let state = self.state.load(Ordering::Relaxed) & !QUEUED;
        format!(
            "{} operations with {} bytes are in flight: at most {} and {} may be",
            state >> BYTE_BITS,
            state & BYTES,
            self.max_operations,
            self.max_bytes
        )
    }

    /// Refuses what comes, and waits until nothing runs.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        loop {
            let idle = self.idle.notified();
            if self.state.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }

    /// Comes after counting in, so that closing either waits for it or is seen by it.
    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::SeqCst) { Err(Error::closed()) } else { Ok(()) }
    }

    /// An operation that is larger than all the room takes all of it, and so runs alone.
    fn weight(&self, bytes: usize) -> u64 {
        (bytes as u64).min(self.max_bytes)
    }

    /// Whether nothing is counted and nobody waits.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.state.load(Ordering::SeqCst) == 0 && self.lock().waiting.is_empty()
    }

    /// Counts in if there is room, and none of the bits of `unless` is set.
    fn add(&self, bytes: u64, unless: u64) -> bool {
        let added = |state: u64| {
            let counted = state & !QUEUED;
            let has_room =
                counted >> BYTE_BITS < self.max_operations && (counted & BYTES) + bytes <= self.max_bytes;
            (has_room && state & unless == 0).then_some(state + ONE + bytes)
        };
        self.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, added).is_ok()
    }

    fn take_out(&self, bytes: u64) {
        let before = self.state.fetch_sub(ONE + bytes, Ordering::SeqCst);
        if before & QUEUED != 0 {
            self.admit();
        } else if before == ONE + bytes {
            self.idle.notify_waiters();
        }
    }

    /// Lets in who waits, in turn, as far as there is room.
    fn admit(&self) {
        let mut wakers = Vec::new();
        let mut queue = self.lock();
        while let Some(first) = queue.waiting.first_entry() {
            if !self.add(first.get().bytes, 0) {
                break;
            }
            wakers.extend(first.remove().waker);
        }
        if queue.waiting.is_empty() && self.state.fetch_and(!QUEUED, Ordering::SeqCst) & !QUEUED == 0 {
            self.idle.notify_waiters();
        }
        drop(queue);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation's place in the queue.
pub(crate) struct Waiting<'a> {
    gate: &'a Gate,
    ticket: u64,
    bytes: u64,
    /// Whether its caller knows that it was let in, and counts it out.
    has_entered: bool,
}

impl Future for Waiting<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(waiter) = self.gate.lock().waiting.get_mut(&self.ticket) {
            waiter.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.has_entered = true;
        Poll::Ready(())
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.has_entered {
            return;
        }
        let waited = self.gate.lock().waiting.remove(&self.ticket).is_some();
        if waited {
            // It may have been the one that those behind it had to wait for.
            self.gate.admit();
        } else {
            self.gate.take_out(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn gate(max_in_flight: usize, max_in_flight_bytes: u64, when_full: WhenFull) -> Gate {
        let options =
            ClientOptions { max_in_flight, max_in_flight_bytes, when_full, ..ClientOptions::new(["a:1"]) };
        Gate::new(&options)
    }

    fn state(gate: &Gate) -> (u64, u64, usize) {
        let state = gate.state.load(Ordering::SeqCst);
        let waiting = gate.lock().waiting.len();
        assert_eq!(state & QUEUED != 0, waiting > 0);
        ((state & !QUEUED) >> BYTE_BITS, state & BYTES, waiting)
    }

    #[test]
    fn operations_and_bytes_are_bounded() {
        let gate = gate(2, 100, WhenFull::Wait);
        assert!(gate.try_enter(60).unwrap());
        assert!(!gate.try_enter(41).unwrap());
        assert!(gate.try_enter(40).unwrap());
        assert!(!gate.try_enter(0).unwrap());
        gate.leave(60);
        assert!(gate.try_enter(60).unwrap());
        gate.leave(60);
        gate.leave(40);
        assert_eq!(state(&gate), (0, 0, 0));
    }

    #[test]
    fn what_is_larger_than_the_room_runs_alone() {
        let gate = gate(10, 100, WhenFull::Wait);
        assert!(gate.try_enter(1_000_000).unwrap());
        assert!(!gate.try_enter(1).unwrap());
        gate.leave(1_000_000);
        assert!(gate.try_enter(1).unwrap());
        assert!(!gate.try_enter(1_000_000).unwrap());
    }

    #[test]
    fn the_refusal_says_how_full_it_is() {
        let gate = gate(1, 100, WhenFull::Refuse);
        assert!(gate.try_enter(60).unwrap());
        let error = gate.try_enter(1).unwrap_err();
        assert_eq!(error.code(), "ERR_TOO_MANY_REQUESTS");
        assert!(error.is_retryable() && !error.is_maybe_applied());
        assert!(error.message().contains("1 operations with 60 bytes"), "{error}");
        gate.leave(60);
        assert!(gate.try_enter(1).unwrap());
    }

    #[test]
    fn who_waits_is_let_in_in_turn_and_nobody_overtakes() {
        let gate = gate(10, 100, WhenFull::Wait);
        assert!(gate.try_enter(100).unwrap());
        let (mut large, mut small) = (gate.wait(90), gate.wait(10));
        assert!((&mut large).now_or_never().is_none());
        assert!((&mut small).now_or_never().is_none());
        gate.leave(100);
        // There would be room for it, but not for those before it as well.
        assert!(!gate.try_enter(5).unwrap());
        assert!((&mut large).now_or_never().is_some() && (&mut small).now_or_never().is_some());
        assert_eq!(state(&gate), (2, 100, 0));
    }

    #[test]
    fn whoever_stops_waiting_leaves_no_trace_and_lets_others_pass() {
        let gate = gate(10, 100, WhenFull::Wait);
        assert!(gate.try_enter(50).unwrap());
        let large = gate.wait(90);
        let mut small = gate.wait(10);
        assert!((&mut small).now_or_never().is_none());
        drop(large);
        assert!((&mut small).now_or_never().is_some());
        assert_eq!(state(&gate), (2, 60, 0));
        // Let in, and given up before it could know.
        let unaware = gate.wait(40);
        assert_eq!(state(&gate), (3, 100, 0));
        drop(unaware);
        gate.leave(10);
        gate.leave(50);
        assert_eq!(state(&gate), (0, 0, 0));
    }

    #[tokio::test]
    async fn closing_waits_for_who_waits_and_refuses_who_comes() {
        let gate = gate(1, 100, WhenFull::Wait);
        assert!(gate.try_enter(1).unwrap());
        let mut waiting = gate.wait(2);
        let mut closing = Box::pin(gate.close());
        assert!((&mut closing).now_or_never().is_none());
        assert_eq!(gate.try_enter(0).unwrap_err().code(), "ERR_CLIENT_CLOSED");
        assert_eq!(gate.enter().err().unwrap().code(), "ERR_CLIENT_CLOSED");
        gate.leave(1);
        assert!((&mut closing).now_or_never().is_none());
        assert!((&mut waiting).now_or_never().is_some());
        gate.leave(2);
        closing.await;
    }

    /// Threads that come, wait, give up and leave: in the end nobody is counted.
    #[test]
    fn nothing_is_lost_among_threads() {
        let gate = gate(3, 100, WhenFull::Wait);
        let most = AtomicU64::new(0);
        let inside = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (gate, most, inside) = (&gate, &most, &inside);
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    for turn in 0..2000 {
                        let bytes = (thread * 31 + turn * 7) % 60;
                        if !gate.try_enter(bytes).unwrap() {
                            let waiting = gate.wait(bytes);
                            if turn % 3 == 0 {
                                continue;
                            }
                            runtime.block_on(waiting);
                        }
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        gate.leave(bytes);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 3);
        assert_eq!(state(&gate), (0, 0, 0));
    }
}
