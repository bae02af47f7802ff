//! Bounds the operations in flight of one client: their number, and the bytes of their requests.
//!
//! While there is room, acquiring and releasing a permit is one atomic step each and allocates nothing.
//! When the limit is reached, operations queue in the order in which they came, or are refused.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

use crate::error::{Error, ErrorKind};
use crate::options::{ClientOptions, MOST_BYTES, WhenFull};

/// One number holds the state: bytes in its low bits, operations above them, and the top bit says whether
/// operations are queued.
const BYTE_BITS: u32 = 36;
const ONE: u64 = 1 << BYTE_BITS;
const BYTES: u64 = MOST_BYTES;
const QUEUED: u64 = 1 << 63;

/// Grants permits to operations.
pub(crate) struct Limiter {
    state: AtomicU64,
    max_operations: u64,
    max_bytes: u64,
    when_full: WhenFull,
    queue: Mutex<Queue>,
    closed: AtomicBool,
    idle: Notify,
}

/// Queued operations by ticket, that is, in the order in which they came.
///
/// The queue has no bound of its own: each entry is a caller that awaits its future until its deadline at the
/// latest. [`WhenFull::Refuse`] is for callers that need a bound.
#[derive(Default)]
struct Queue {
    last_ticket: u64,
    waiting: BTreeMap<u64, QueuedOperation>,
}

struct QueuedOperation {
    bytes: u64,
    waker: Option<Waker>,
}

/// The right to be in flight, for a call that is not an operation on rows. Closing the client waits for it.
pub(crate) struct Permit<'a>(&'a Limiter);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release(0);
    }
}

impl Limiter {
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

    /// Grants a permit beyond the limit, for a call that is not an operation on rows.
    pub(crate) fn permit(&self) -> Result<Permit<'_>, Error> {
        self.state.fetch_add(ONE, Ordering::SeqCst);
        let permit = Permit(self);
        self.check_open().map(|()| permit)
    }

    /// Acquires a permit for an operation with this many bytes; [`release`](Self::release) gives it back.
    ///
    /// `false`: the limit is reached, so the operation must [`acquire`](Self::acquire) its permit.
    pub(crate) fn try_acquire(&self, bytes: usize) -> Result<bool, Error> {
        let bytes = self.weight(bytes);
        if self.add(bytes, QUEUED) {
            return match self.check_open() {
                Ok(()) => Ok(true),
                Err(error) => {
                    self.subtract(bytes);
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

    /// Waits for a permit. Dropping the future takes the operation out of the queue, or gives the permit back.
    pub(crate) fn acquire(&self, bytes: usize) -> Acquire<'_> {
        let bytes = self.weight(bytes);
        let ticket = {
            let mut queue = self.lock();
            queue.last_ticket += 1;
            let ticket = queue.last_ticket;
            queue.waiting.insert(ticket, QueuedOperation { bytes, waker: None });
            self.state.fetch_or(QUEUED, Ordering::SeqCst);
            ticket
        };
        let acquire = Acquire { limiter: self, ticket, bytes, holds_permit: false };
        // An operation that ended before this one was queued did not see the queue.
        self.admit();
        acquire
    }

    /// Gives a permit for this many bytes back.
    pub(crate) fn release(&self, bytes: usize) {
        self.subtract(self.weight(bytes));
    }

    /// Says in words that the limit is reached.
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

    /// Refuses new operations, and waits until none is in flight.
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

    /// Call it after counting: then closing waits for the operation, or the operation sees the closing.
    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::SeqCst) { Err(Error::closed()) } else { Ok(()) }
    }

    /// An operation larger than the limit takes the whole limit, so it runs alone.
    fn weight(&self, bytes: usize) -> u64 {
        (bytes as u64).min(self.max_bytes)
    }

    /// Whether nothing is in flight and nothing is queued.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.state.load(Ordering::SeqCst) == 0 && self.lock().waiting.is_empty()
    }

    /// Counts the operation if the limit allows it and no bit of `unless` is set.
    fn add(&self, bytes: u64, unless: u64) -> bool {
        let added = |state: u64| {
            let counted = state & !QUEUED;
            let has_room =
                counted >> BYTE_BITS < self.max_operations && (counted & BYTES) + bytes <= self.max_bytes;
            (has_room && state & unless == 0).then_some(state + ONE + bytes)
        };
        self.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, added).is_ok()
    }

    fn subtract(&self, bytes: u64) {
        let before = self.state.fetch_sub(ONE + bytes, Ordering::SeqCst);
        if before & QUEUED != 0 {
            self.admit();
        } else if before == ONE + bytes {
            self.idle.notify_waiters();
        }
    }

    /// Grants permits to queued operations, in order, as far as the limit allows.
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

/// A queued operation.
pub(crate) struct Acquire<'a> {
    limiter: &'a Limiter,
    ticket: u64,
    bytes: u64,
    /// Whether the caller has learned of its permit, and so releases it.
    holds_permit: bool,
}

impl Future for Acquire<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(waiter) = self.limiter.lock().waiting.get_mut(&self.ticket) {
            waiter.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.holds_permit = true;
        Poll::Ready(())
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if self.holds_permit {
            return;
        }
        let waited = self.limiter.lock().waiting.remove(&self.ticket).is_some();
        if waited {
            // A large operation may have held up smaller ones behind it.
            self.limiter.admit();
        } else {
            self.limiter.subtract(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests;
