//! The I/O thread: polls all operations of an environment until the environment ends.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use pegasus_client::send_directly;
use tokio::runtime::{Builder, Handle, Runtime};

use super::exchange::Exchange;
use super::inbox::Message;
use super::lock::lock;
use super::operation_set::OperationSet;

/// The JavaScript thread's hold on the I/O thread.
pub(super) struct IoThread {
    runtime: Handle,
    thread: JoinHandle<()>,
}

impl IoThread {
    pub(super) fn start(exchange: Arc<Exchange>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new().name("pegasus-io".into());
        Ok(Self { runtime: handle, thread: thread.spawn(move || run(runtime, exchange))? })
    }

    /// Starts operations on the calling thread, the JavaScript thread, and sends their requests. The I/O
    /// thread polls them from then on. Returns false, and does nothing, while the I/O thread is at work or
    /// has messages to take first.
    pub(super) fn start_here(&self, exchange: &Exchange, messages: &mut Vec<Message>) -> bool {
        let Ok(mut operations) = exchange.operations.try_lock() else { return false };
        let Some(driver) = operations.driver.clone() else { return false };
        if !exchange.inbox.is_idle() || exchange.outbox.is_full() {
            return false;
        }
        let messages = std::mem::take(messages);
        // The closure drops the lock before the requests leave: the I/O thread may get their answers at once.
        send_directly(&self.runtime, move || {
            messages.into_iter().for_each(|message| message.apply(&mut operations));
            operations.poll(&mut Context::from_waker(&driver));
            exchange.outbox.add(operations.finished.drain(..));
        });
        true
    }

    /// Waits until the thread ends, which `Exchange::close` brings about. A panic of it has been reported.
    pub(super) fn join(self) {
        let _panicked = self.thread.join();
    }
}

/// The driver is a task and not the runtime's own future: waking that future costs a system call, even
/// from this thread.
fn run(runtime: Runtime, exchange: Arc<Exchange>) {
    // All operations are one task; without `unconstrained`, the task's budget would stop it after 128 of them.
    let driver = runtime.spawn(tokio::task::unconstrained(drive(exchange)));
    let ended = runtime.block_on(driver);
    // Dropping the runtime would wait for blocking work, which nothing can interrupt.
    runtime.shutdown_background();
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

async fn drive(exchange: Arc<Exchange>) {
    poll_fn(|context| {
        exchange.driver.register(context.waker());
        let mut operations = lock(&exchange.operations);
        operations.driver = Some(context.waker().clone());
        loop {
            let (messages, closed) = exchange.inbox.drain();
            if closed {
                // Dropped here, inside the runtime that their timers and tasks belong to.
                *operations = OperationSet::default();
                return Poll::Ready(());
            }
            let idle = messages.is_empty();
            messages.into_iter().for_each(|message| message.apply(&mut operations));
            // While JavaScript takes no results, operations make no more: results would pile up, large
            // ones above all.
            if exchange.outbox.is_full() {
                return Poll::Pending;
            }
            operations.poll(context);
            if operations.finished.is_empty() && idle {
                return Poll::Pending;
            }
            exchange.outbox.add(operations.finished.drain(..));
        }
    })
    .await;
}
