//! The operations that run: the futures behind all promises of an environment.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Aborted, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::queue::Message;
use super::{Completion, plain_token};
use crate::error::Failure;

/// The operations that run.
#[derive(Default)]
pub(crate) struct Running {
    operations: FuturesUnordered<Operation>,
    cancellable: HashMap<u32, AbortHandle>,
    /// Results that are not on their way to JavaScript yet.
    pub(super) finished: Vec<(u32, Completion)>,
    /// Wakes the I/O thread's driver, once that has begun: the operations are its, whoever starts them.
    pub(super) driver: Option<Waker>,
}

impl Running {
    /// Runs an operation; its completion goes back with the token.
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

    pub(super) fn accept(&mut self, messages: Vec<Message>) {
        for message in messages {
            match message {
                Message::Start(start) => start(self),
                Message::Cancel(token) => {
                    if let Some(handle) = self.cancellable.get(&token) {
                        handle.abort();
                    }
                }
            }
        }
    }

    /// Polls what can go on and takes all that is done.
    pub(super) fn go_on(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some((token, completion))) = self.operations.poll_next_unpin(context) {
            if !self.cancellable.is_empty() {
                self.cancellable.remove(&token);
            }
            if token != 0 {
                self.finished.push((token, completion));
            }
        }
    }
}

type Operation = Pin<Box<dyn Future<Output = (u32, Completion)> + Send>>;

/// How an operation ended: with a completion, or in a panic.
type Ended = Result<Completion, Box<dyn Any + Send>>;

/// What becomes of an operation that panicked; the panic's text has gone to stderr.
fn panicked(_: Box<dyn Any + Send>) -> Completion {
    Completion::Failure(Box::new(Failure::new(
        "ERR_INTERNAL",
        "the operation panicked: a defect of the client",
    )))
}
