//! What the JavaScript thread and the I/O thread share.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::task::AtomicWaker;
use napi::sys;

use super::completion::Completion;
use super::inbox::{Inbox, Message};
use super::operation_set::OperationSet;
use super::outbox::Outbox;

/// What both threads hold.
pub(crate) struct Exchange {
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
    /// Wakes the driver, which is the I/O thread's one task.
    pub(super) driver: AtomicWaker,
    /// Locked by the thread that polls the operations: the I/O thread, or for a moment the JavaScript thread.
    pub(super) operations: Mutex<OperationSet>,
}

impl Exchange {
    pub(super) fn new(function: sys::napi_threadsafe_function) -> Self {
        Self {
            inbox: Inbox::default(),
            outbox: Outbox::new(function),
            driver: AtomicWaker::new(),
            operations: Mutex::default(),
        }
    }

    /// Gives a result to JavaScript.
    pub(crate) fn finish(&self, token: u32, completion: Completion) {
        self.outbox.add([(token, completion)]);
    }

    /// Hands messages to the I/O thread, and wakes it if it sleeps.
    pub(super) fn send(&self, messages: &mut Vec<Message>) {
        if messages.is_empty() {
            return;
        }
        self.inbox.append(messages);
        self.driver.wake();
    }

    /// The oldest results, as [`Outbox::take`] gives them. Operations that stood still because of them go on.
    pub(super) fn take_results(&self, budget: &mut u32) -> VecDeque<(u32, Completion)> {
        let (finished, was_full) = self.outbox.take(budget);
        if was_full {
            self.driver.wake();
        }
        finished
    }

    /// Ends the I/O thread.
    pub(super) fn close(&self) {
        self.inbox.close();
        self.driver.wake();
    }
}
