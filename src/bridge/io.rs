//! The I/O thread: runs all operations of an environment until it ends.

use std::collections::HashMap;
use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::future::AbortHandle;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::Completion;
use super::queue::{Message, Operation, Shared, lock};

/// The I/O thread: runs all operations of the environment until it ends.
pub(super) async fn drive(shared: &Shared) {
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
            accept(messages, &mut running, &mut cancellable);
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

fn accept(
    messages: Vec<Message>,
    running: &mut FuturesUnordered<Operation>,
    cancellable: &mut HashMap<u32, AbortHandle>,
) {
    for message in messages {
        match message {
            Message::Run(operation) => running.push(operation),
            Message::RunCancellable(token, handle, operation) => {
                cancellable.insert(token, handle);
                running.push(operation);
            }
            Message::Cancel(token) => {
                if let Some(handle) = cancellable.get(&token) {
                    handle.abort();
                }
            }
        }
    }
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
