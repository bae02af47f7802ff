//! The I/O thread: goes on with all operations of an environment until it ends.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use pegasus_client::send_directly;
use tokio::runtime::{Builder, Handle, Runtime};

use super::queue::{Message, Shared, lock};
use super::running::Running;

/// The JavaScript thread's hold on it.
pub(super) struct IoThread {
    runtime: Handle,
    thread: JoinHandle<()>,
}

impl IoThread {
    pub(super) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new().name("pegasus-io".into());
        Ok(Self { runtime: handle, thread: thread.spawn(move || run(&runtime, shared))? })
    }

    /// Starts operations on the calling thread, the JavaScript thread, and sends their requests; the I/O
    /// thread goes on with them. Says whether it did: not while that is at work, or has messages to take
    /// first.
    pub(super) fn start_here(&self, shared: &Shared, messages: &mut Vec<Message>) -> bool {
        let Ok(mut running) = shared.running.try_lock() else { return false };
        let Some(driver) = running.driver.clone() else { return false };
        if !shared.is_inbox_empty() || shared.is_full() {
            return false;
        }
        let messages = std::mem::take(messages);
        // The lock goes before the requests do: the I/O thread may have their answers at once.
        send_directly(&self.runtime, move || {
            running.accept(messages);
            running.go_on(&mut Context::from_waker(&driver));
            shared.finish(running.finished.drain(..));
        });
        true
    }

    /// Waits for its end, which `Shared::close_inbox` brings about. A panic of it has been reported.
    pub(super) fn join(self) {
        let _panicked = self.thread.join();
    }
}

/// The driver is a task and not the runtime's own future: waking that costs a system call, even from
/// this thread.
fn run(runtime: &Runtime, shared: Arc<Shared>) {
    // The operations of all promises are one task; its budget would stop it every 128 of them.
    let driver = runtime.spawn(tokio::task::unconstrained(drive(shared)));
    if let Err(error) = runtime.block_on(driver)
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

async fn drive(shared: Arc<Shared>) {
    poll_fn(|context| {
        shared.driver.register(context.waker());
        let mut running = lock(&shared.running);
        running.driver = Some(context.waker().clone());
        loop {
            let (messages, closed) = shared.take_messages();
            if closed {
                // Here, where the runtime of their timers and tasks is.
                *running = Running::default();
                return Poll::Ready(());
            }
            let idle = messages.is_empty();
            running.accept(messages);
            // Whoever takes no results gets no more: these would pile up, large ones above all.
            if shared.is_full() {
                return Poll::Pending;
            }
            running.go_on(context);
            if running.finished.is_empty() && idle {
                return Poll::Pending;
            }
            shared.finish(running.finished.drain(..));
        }
    })
    .await;
}
