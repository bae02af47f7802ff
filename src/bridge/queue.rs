//! What both threads hold: operations on their way to the I/O thread, results on their way back.

use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::task::AtomicWaker;
use napi::sys;

use super::Completion;
use super::running::Running;

/// What JavaScript asks of the I/O thread.
pub(super) enum Message {
    Start(Box<dyn FnOnce(&mut Running) + Send>),
    Cancel(u32),
}

#[derive(Default)]
pub(super) struct Inbox {
    pub(super) messages: Vec<Message>,
    pub(super) closed: bool,
}

/// More bytes of results are not held for JavaScript: operations stand still until it takes these.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// Results, and the right to announce them.
pub(super) struct Gate {
    pub(super) live: bool,
    pub(super) announced: bool,
    /// Bounded by `held`, and by the promises that JavaScript has made: one result each.
    pub(super) finished: Vec<(u32, Completion)>,
    /// How many bytes the results hold.
    pub(super) held: usize,
}

/// What both threads hold.
pub(crate) struct Shared {
    /// Not bounded: each message is an operation whose promise JavaScript holds already.
    pub(super) inbox: Mutex<Inbox>,
    /// Wakes the I/O thread's driver.
    pub(super) driver: AtomicWaker,
    /// Locked by the thread that works on them: the I/O thread, or the JavaScript thread for a moment.
    pub(super) running: Mutex<Running>,
    pub(super) gate: Mutex<Gate>,
    pub(super) function: sys::napi_threadsafe_function,
}

// SAFETY: the raw pointer is only given to `napi_call_threadsafe_function`, which Node allows on any
// thread while the function lives, and that is while the gate, whose lock is held, is live.
unsafe impl Send for Shared {}
// SAFETY: as above; everything else in it is Sync by itself.
unsafe impl Sync for Shared {}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Queues results and asks for a visit to the JavaScript thread, unless one is coming already.
    pub(crate) fn finish(&self, results: impl IntoIterator<Item = (u32, Completion)>) {
        let mut gate = lock(&self.gate);
        if !gate.live {
            return;
        }
        for (token, completion) in results {
            gate.held += completion.held();
            gate.finished.push((token, completion));
        }
        self.announce(&mut gate);
    }

    /// Whether JavaScript has to take results before there may be more. It wakes the I/O thread then.
    pub(super) fn is_full(&self) -> bool {
        let gate = lock(&self.gate);
        gate.live && gate.held > MOST_HELD
    }

    fn announce(&self, gate: &mut Gate) {
        if gate.announced || gate.finished.is_empty() || !gate.live {
            return;
        }
        // SAFETY: the gate is live and its lock is held, so the function has not been released.
        let status = unsafe {
            sys::napi_call_threadsafe_function(
                self.function,
                ptr::null_mut(),
                sys::ThreadsafeFunctionCallMode::nonblocking,
            )
        };
        // The queue of the function is unbounded; it refuses only when it closes, and then
        // nobody waits for results.
        gate.announced = status == sys::Status::napi_ok;
    }

    /// What has finished. The visit stays announced, so that what follows needs no other one, until
    /// there is nothing.
    pub(super) fn take_finished(&self) -> Vec<(u32, Completion)> {
        let mut gate = lock(&self.gate);
        gate.announced = !gate.finished.is_empty();
        if std::mem::take(&mut gate.held) > MOST_HELD {
            self.driver.wake();
        }
        std::mem::take(&mut gate.finished)
    }

    /// Ends a visit that did not take all.
    pub(super) fn announce_rest(&self) {
        let mut gate = lock(&self.gate);
        gate.announced = false;
        self.announce(&mut gate);
    }

    /// Hands messages to the I/O thread, which is woken if it sleeps.
    pub(super) fn send(&self, messages: &mut Vec<Message>) {
        if messages.is_empty() {
            return;
        }
        lock(&self.inbox).messages.append(messages);
        self.driver.wake();
    }

    pub(super) fn is_inbox_empty(&self) -> bool {
        let inbox = lock(&self.inbox);
        inbox.messages.is_empty() && !inbox.closed
    }

    /// What was sent since the last time, and whether nothing more will be.
    pub(super) fn take_messages(&self) -> (Vec<Message>, bool) {
        let mut inbox = lock(&self.inbox);
        (std::mem::take(&mut inbox.messages), inbox.closed)
    }

    pub(super) fn close_inbox(&self) {
        lock(&self.inbox).closed = true;
        self.driver.wake();
    }
}
