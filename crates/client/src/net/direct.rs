//! Sends requests on the calling thread. When that thread is not the runtime's, waking the runtime costs more
//! than the system call that sends.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use bytes::{Buf, BytesMut};
use tokio::runtime::Handle;

use super::shared::{Sender, SharedConnection, emptied};

thread_local! {
    /// While this thread sends directly: the connections on which it has queued frames.
    static TAKEN: RefCell<Option<Vec<Arc<SharedConnection>>>> = const { RefCell::new(None) };
}

/// Runs `ask` and then sends, on this thread, the requests that it queued. `ask` polls futures of this client
/// on a thread outside their runtime.
///
/// Such futures also work without this function; then the runtime is woken to send. When a socket is full, or
/// the connection's own task is sending, that task sends these requests too. So this function never waits.
///
/// ```no_run
/// use std::pin::pin;
/// use std::task::{Context, Waker};
///
/// # fn example(runtime: &tokio::runtime::Runtime, table: &pegasus_client::Table) {
/// let mut get = pin!(table.get(b"user:42", b"name", Default::default()));
/// pegasus_client::send_directly(runtime.handle(), || {
///     assert!(get.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
/// });
/// // The request is on its way; the runtime awaits the reply.
/// let name = runtime.block_on(get);
/// # }
/// ```
pub fn send_directly<T>(runtime: &Handle, ask: impl FnOnce() -> T) -> T {
    // Deadlines need the runtime's timers.
    let _entered = runtime.enter();
    // In a nested call, the outer call sends.
    let _send = TAKEN.with_borrow_mut(|taken| match taken {
        Some(_) => None,
        None => {
            *taken = Some(Vec::new());
            Some(SendTaken)
        }
    });
    ask()
}

/// Sends when it is dropped, also after a panic in `ask`: queued frames must leave.
struct SendTaken;

impl Drop for SendTaken {
    fn drop(&mut self) {
        let taken = TAKEN.take();
        taken.into_iter().flatten().for_each(|shared| shared.send_queued());
    }
}

/// Whether this thread will send what is queued on a connection that has no sender.
pub(super) fn takes_over(shared: &Arc<SharedConnection>) -> bool {
    TAKEN.with_borrow_mut(|taken| taken.as_mut().map(|taken| taken.push(Arc::clone(shared))).is_some())
}

impl SharedConnection {
    /// Sends what is queued, unless the writer has taken it meanwhile.
    fn send_queued(&self) {
        let Some(frames) = self.take_for_caller() else { return };
        let written = match self.socket.get().and_then(Weak::upgrade) {
            // The writer gets the same error from a broken connection and ends it.
            Some(socket) => socket.try_write(&frames).unwrap_or(0),
            None => 0,
        };
        self.give_back(frames, written);
    }

    fn take_for_caller(&self) -> Option<BytesMut> {
        let mut state = self.lock();
        if state.sender != Sender::Asked || state.outgoing.is_empty() {
            return None;
        }
        state.sender = Sender::Caller;
        Some(std::mem::take(&mut state.outgoing))
    }

    /// Leaves the bytes that the socket did not take to the writer, ahead of frames queued meanwhile.
    fn give_back(&self, mut frames: BytesMut, written: usize) {
        let mut state = self.lock();
        if state.ended.is_some() {
            return;
        }
        if written < frames.len() {
            frames.advance(written);
            frames.extend_from_slice(&state.outgoing);
            state.outgoing = frames;
        } else if state.outgoing.is_empty() {
            state.outgoing = emptied(frames);
            state.sender = Sender::Nobody;
            return;
        }
        state.sender = Sender::Asked;
        drop(state);
        self.writer.wake();
    }
}
