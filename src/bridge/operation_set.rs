//! The operations in progress: the futures behind all promises of an environment.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::completion::Completion;
use super::token::{NO_TOKEN, plain_token};
use crate::failure::Failure;

/// The operations in progress.
#[derive(Default)]
pub(crate) struct OperationSet {
    operations: FuturesUnordered<Operation>,
    cancellable: HashMap<u32, AbortHandle>,
    /// Results that are not in the outbox yet.
    pub(super) finished: Vec<(u32, Completion)>,
    /// Wakes the driver, once the driver has begun. Whichever thread starts an operation, the driver is the
    /// one to be woken for it.
    pub(super) driver: Option<Waker>,
}

impl OperationSet {
    /// Starts an operation; its completion goes back with the token.
    pub(crate) fn start<F>(&mut self, token: u32, operation: F)
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        let plain = plain_token(token);
        // A defect costs the operation that meets it, not the thread that runs all others.
        let operation = AssertUnwindSafe(operation).catch_unwind();
        if token == plain {
            let done = move |ended: Ended| (plain, ended.unwrap_or_else(panicked));
            return self.operations.push(Box::pin(operation.map(done)));
        }
        let (handle, registration) = AbortHandle::new_pair();
        self.cancellable.insert(plain, handle);
        let ended = |ended: Result<Ended, Aborted>| match ended {
            Ok(ended) => ended.unwrap_or_else(panicked),
            Err(Aborted) => Completion::Cancelled,
        };
        let operation = Abortable::new(operation, registration).map(move |done| (plain, ended(done)));
        self.operations.push(Box::pin(operation));
    }

    /// Cancels an operation, unless it has ended.
    pub(super) fn cancel(&self, token: u32) {
        if let Some(handle) = self.cancellable.get(&token) {
            handle.abort();
        }
    }

    /// Polls the operations that can go on, and collects the results of those that end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some((token, completion))) = self.operations.poll_next_unpin(context) {
            if !self.cancellable.is_empty() {
                self.cancellable.remove(&token);
            }
            if token != NO_TOKEN {
                self.finished.push((token, completion));
            }
        }
    }
}

type Operation = Pin<Box<dyn Future<Output = (u32, Completion)> + Send>>;

/// How an operation ended: with a completion, or in a panic.
type Ended = Result<Completion, Box<dyn Any + Send>>;

/// The completion of an operation that panicked. The text of the panic has gone to stderr.
fn panicked(_: Box<dyn Any + Send>) -> Completion {
    Failure::internal("the operation panicked: a defect of the client").into()
}
