//! Results on their way to JavaScript, and the right to announce them.

#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::ptr;
use std::sync::Mutex;

use napi::sys;

use super::completion::Completion;
use super::lock::lock;

/// When the results hold more bytes, operations stand still until JavaScript takes the results.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// Results that JavaScript has not taken yet.
pub(super) struct Outbox {
    content: Mutex<Content>,
    function: sys::napi_threadsafe_function,
}

struct Content {
    /// Whether the function may be called: from its making until its release.
    live: bool,
    /// Whether a visit to the JavaScript thread is coming.
    announced: bool,
    /// Bounded by `held`, and by the promises that JavaScript has made: one result each.
    finished: VecDeque<(u32, Completion)>,
    /// The bytes that `finished` holds.
    held: usize,
}

// SAFETY: the raw pointer is only given to `napi_call_threadsafe_function`, which Node allows on any
// thread while the function lives: as long as the outbox, whose lock is held, is live. The two other
// users of the pointer (`release` and the bridge) are on the JavaScript thread.
unsafe impl Send for Outbox {}
// SAFETY: as above; everything else in it is Sync by itself.
unsafe impl Sync for Outbox {}

impl Outbox {
    /// An outbox that announces its results with the function. A null function makes it one that drops them.
    pub(super) fn new(function: sys::napi_threadsafe_function) -> Self {
        let live = !function.is_null();
        let content = Content { live, announced: false, finished: VecDeque::new(), held: 0 };
        Self { content: Mutex::new(content), function }
    }

    /// For calls on the JavaScript thread.
    pub(super) fn function(&self) -> sys::napi_threadsafe_function {
        self.function
    }

    /// Queues results and asks for a visit to the JavaScript thread, unless one is coming already.
    pub(super) fn add(&self, results: impl IntoIterator<Item = (u32, Completion)>) {
        let mut content = lock(&self.content);
        if !content.live {
            return;
        }
        for (token, completion) in results {
            content.held += completion.held();
            content.finished.push_back((token, completion));
        }
        self.announce(&mut content);
    }

    /// Whether JavaScript has to take results before operations may go on.
    pub(super) fn is_full(&self) -> bool {
        let content = lock(&self.content);
        content.live && content.held > MOST_HELD
    }

    fn announce(&self, content: &mut Content) {
        if content.announced || content.finished.is_empty() || !content.live {
            return;
        }
        // SAFETY: the outbox is live and its lock is held, so the function has not been released.
        let status = unsafe {
            sys::napi_call_threadsafe_function(
                self.function,
                ptr::null_mut(),
                sys::ThreadsafeFunctionCallMode::nonblocking,
            )
        };
        // The queue of the function is unbounded. It refuses only when it closes, and then nobody waits
        // for results.
        content.announced = status == sys::Status::napi_ok;
    }

    /// The oldest results that cost no more than `budget` together, or the oldest one alone if it costs more; and
    /// whether this ends a time in which the outbox was full. The costs are taken off the budget.
    ///
    /// The visit stays announced until it finds no result, so results that come during the visit need no
    /// announcement of their own.
    pub(super) fn take(&self, budget: &mut u32) -> (VecDeque<(u32, Completion)>, bool) {
        let mut content = lock(&self.content);
        let was_full = content.held > MOST_HELD;
        let mut taken = 0;
        let mut held = 0;
        for (_, completion) in &content.finished {
            if *budget == 0 {
                break;
            }
            *budget = budget.saturating_sub(completion.cost());
            held += completion.held();
            taken += 1;
        }
        content.announced = taken > 0;
        content.held -= held;
        let results = if taken == content.finished.len() {
            std::mem::take(&mut content.finished)
        } else {
            // From the front: those that stay are not moved, however many they are.
            content.finished.drain(..taken).collect()
        };
        (results, was_full && content.held <= MOST_HELD)
    }

    /// Ends a visit that could not take everything: the rest gets a visit of its own.
    pub(super) fn announce_rest(&self) {
        let mut content = lock(&self.content);
        content.announced = false;
        self.announce(&mut content);
    }

    /// Releases the function. Results are dropped from now on, and those that wait.
    pub(super) unsafe fn release(&self) {
        let waiting = {
            let mut content = lock(&self.content);
            content.live = false;
            // SAFETY: the caller is on the JavaScript thread, once. The function lived until now, and
            // nobody can use it later, since every call looks at `live` under this lock.
            unsafe {
                sys::napi_release_threadsafe_function(
                    self.function,
                    sys::ThreadsafeFunctionReleaseMode::abort,
                );
            }
            std::mem::take(&mut content.finished)
        };
        drop(waiting);
    }
}
