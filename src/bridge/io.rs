//! The I/O thread: runs all operations of an environment until it ends.

use std::any::Any;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::{AbortHandle, Abortable, Aborted, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::runtime::Runtime;

use super::queue::{Message, Shared, lock};
use super::{Completion, plain_token};
use crate::error::Failure;

/// The I/O thread: runs all operations of the environment until it ends.
///
/// The driver is a task and not the runtime's own future: waking that costs a system call, even from
/// this thread.
pub(super) fn run(runtime: &Runtime, shared: Arc<Shared>) {
    // The operations of all promises are one task; its budget would stop it every 128 of them.
    let driver = runtime.spawn(tokio::task::unconstrained(drive(shared)));
    if let Err(error) = runtime.block_on(driver)
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

async fn drive(shared: Arc<Shared>) {
    let mut running: FuturesUnordered<Operation> = FuturesUnordered::new();
    let mut cancellable = HashMap::new();
    let mut finished = Vec::new();
    poll_fn(|context| {
        shared.driver.register(context.waker());
        loop {
            let (messages, closed) = {
                let mut inbox = lock(&shared.inbox);
                (std::mem::take(&mut inbox.messages), inbox.closed)
            };
            if closed {
                return Poll::Ready(());
            }
            let idle = messages.is_empty();
            Running { operations: &running, cancellable: &mut cancellable }.accept(messages);
            // Whoever takes no results gets no more: these would pile up, large ones above all.
            if shared.is_full() {
                return Poll::Pending;
            }
            collect(context, &mut running, &mut finished);
            if finished.is_empty() && idle {
                return Poll::Pending;
            }
            finished.retain(|(token, _)| *token != 0);
            if !cancellable.is_empty() {
                finished.iter().for_each(|(token, _)| drop(cancellable.remove(token)));
            }
            shared.finish(finished.drain(..));
        }
    })
    .await;
}

/// The operations that run, for what starts more of them.
pub(crate) struct Running<'a> {
    operations: &'a FuturesUnordered<Operation>,
    cancellable: &'a mut HashMap<u32, AbortHandle>,
}

impl Running<'_> {
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

    fn accept(&mut self, messages: Vec<Message>) {
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

/// Polls what can go on and takes all that is done.
fn collect(
    context: &mut Context<'_>,
    running: &mut FuturesUnordered<Operation>,
    finished: &mut Vec<(u32, Completion)>,
) {
    while let Poll::Ready(Some(done)) = running.poll_next_unpin(context) {
        finished.push(done);
    }
}
