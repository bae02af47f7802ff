//! THE crossing between the JavaScript thread and the I/O thread.
//!
//! One thread-safe function and one I/O thread serve a Node environment (the main thread or a
//! worker). Operations cross in a queue that wakes the I/O thread only when it sleeps; results cross
//! in a queue that is drained in one visit to the JavaScript thread, however many there are.
//!
//! This module and its parts (`queue`: what both threads hold; `running`: the operations; `io`: the I/O
//! thread; `batch`: results laid out for JavaScript; `raw`: single Node-API calls) are the only ones with raw
//! Node-API calls. What makes them sound:
//!
//! * The function is called only under the lock of [`Gate`] and only while the gate is `live`. The
//!   environment's clean-up hook takes the same lock, sets `live` to false and releases the function,
//!   so no call can happen later: Node aborts the process otherwise when a worker is terminated.
//! * Everything else here runs on the JavaScript thread of its environment: [`Bridge`] is neither
//!   `Send` nor `Sync`, and Node runs the drain and the hook there.
//! * The function holds the process open only while operations are pending.

#![allow(unsafe_code)]

mod batch;
mod io;
mod queue;
mod raw;
mod running;

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::FutureExt;
use futures_util::task::AtomicWaker;
use napi::{Env, Error, Result, Status, sys};

use self::batch::deliver;
use self::io::IoThread;
pub(crate) use self::queue::Shared;
use self::queue::{Gate, Message, lock};
use self::raw::{check, create_function, make_records, report};
pub(crate) use self::running::Running;
use crate::error::Failure;

/// How often one visit to the JavaScript thread looks for results.
const VISIT_ROUNDS: usize = 4;

/// So many operations are handed over without waiting for more: the I/O thread works while JavaScript
/// goes on.
const LONGEST_BURST: usize = 64;

/// Set in a token when the operation may be cancelled; see `lib/native.ts`.
const CANCELLABLE: u32 = 0x8000_0000;

/// A result on its way to JavaScript.
pub(crate) enum Completion {
    Done,
    Absent,
    Bytes(Bytes),
    Number(i64),
    Boolean(bool),
    BigInt(i64),
    /// Made on the JavaScript thread: the failures of a batch.
    Extra(Extra),
    /// Made on the JavaScript thread: a native object, which keeps the bridge.
    Object(Box<dyn FnOnce(Env, Rc<Bridge>) -> Result<sys::napi_value> + Send>),
    Failure(Box<Failure>),
    /// The answer of a secondary.
    MaybeStale(Box<Completion>),
    Cancelled,
    /// A line for a logger; belongs to no operation.
    Log(Extra),
    /// How far an operation has come; its result is still to come.
    Progress(Extra),
}

impl Completion {
    /// How many bytes it holds, where they may be many.
    fn held(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::MaybeStale(answer) => answer.held(),
            _ => 0,
        }
    }
}

/// The token without the bit that says how it was started.
pub(crate) fn plain_token(token: u32) -> u32 {
    token & !CANCELLABLE
}

/// Makes a JavaScript value, on the thread where that is allowed.
pub(crate) type Extra = Box<dyn FnOnce(Env) -> Result<sys::napi_value> + Send>;

/// The JavaScript thread's end of the crossing. One for each `attach`, alive as long as its environment.
pub(crate) struct Bridge {
    env: sys::napi_env,
    shared: Arc<Shared>,
    /// Operations without a result so far.
    pending: Cell<u32>,
    /// Operations that wait for the end of the burst in which JavaScript makes them.
    burst: RefCell<Vec<Message>>,
    /// Started with the first operation.
    io_thread: RefCell<Option<IoThread>>,
    /// The JavaScript side's own Uint32Array, in which records are written.
    records: Cell<sys::napi_ref>,
}

impl Bridge {
    /// Makes the crossing of an environment; `on_batch` is the JavaScript function that takes results.
    pub(crate) fn attach(env: &Env, on_batch: sys::napi_value) -> Result<Rc<Self>> {
        let raw_env = env.raw();
        let bridge = Rc::new_cyclic(|weak: &std::rc::Weak<Self>| {
            let context = weak.as_ptr().cast::<c_void>().cast_mut();
            // SAFETY: `env` is the environment of this call. The context is this very bridge, which
            // lives until the environment ends: the clean-up hook below owns a count of it.
            let function = unsafe { create_function(raw_env, on_batch, context) };
            let gate = Gate { live: function.is_ok(), announced: false, finished: Vec::new(), held: 0 };
            Self {
                env: raw_env,
                shared: Arc::new(Shared {
                    inbox: Mutex::default(),
                    driver: AtomicWaker::new(),
                    running: Mutex::default(),
                    gate: Mutex::new(gate),
                    function: function.unwrap_or(ptr::null_mut()),
                }),
                pending: Cell::new(0),
                burst: RefCell::default(),
                io_thread: RefCell::new(None),
                records: Cell::new(ptr::null_mut()),
            }
        });
        if bridge.shared.function.is_null() {
            return Err(Error::new(Status::GenericFailure, "cannot make the thread-safe function"));
        }
        // SAFETY: JavaScript thread of this environment; see `make_records`.
        bridge.records.set(unsafe { make_records(raw_env) }?);
        let owned = Rc::into_raw(Rc::clone(&bridge)).cast::<c_void>().cast_mut();
        // SAFETY: the hook gets the count that was just taken and gives it back exactly once. Hooks
        // run last in first out, so this one runs before the function's own.
        check(unsafe { sys::napi_add_env_cleanup_hook(raw_env, Some(clean_up), owned) })?;
        Ok(bridge)
    }

    /// For things that report to JavaScript by themselves, such as logs.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Starts an operation; its completion comes back with the token.
    pub(crate) fn run<F>(&self, token: u32, operation: F) -> Result<()>
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        self.start(1, move |running| running.start(token, operation))
    }

    /// Starts `operations` of them: `start` does it, on the thread that works on them; one completion for
    /// each will come.
    pub(crate) fn start<S>(&self, operations: u32, start: S) -> Result<()>
    where
        S: FnOnce(&mut Running) + Send + 'static,
    {
        self.start_io_thread()?;
        if operations > 0 && self.pending.replace(self.pending.get() + operations) == 0 {
            // SAFETY: JavaScript thread of a live environment.
            check(unsafe { sys::napi_ref_threadsafe_function(self.env, self.shared.function) })?;
        }
        let mut burst = self.burst.borrow_mut();
        burst.push(Message::Start(Box::new(start)));
        if burst.len() >= LONGEST_BURST {
            self.shared.send(&mut burst);
        }
        Ok(())
    }

    /// Starts something of which JavaScript hears nothing and which does not hold the process open.
    pub(crate) fn run_silently<F>(&self, operation: F) -> Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // Token 0 is no operation's: its completion is dropped on the way.
        let operation = operation.map(|()| Completion::Done);
        self.start(0, move |running| running.start(0, operation))?;
        self.flush();
        Ok(())
    }

    /// Gives up an operation that was started as cancellable.
    pub(crate) fn cancel(&self, token: u32) {
        self.burst.borrow_mut().push(Message::Cancel(plain_token(token)));
        self.flush();
    }

    /// Hands over what was started since the last time: JavaScript calls it at the end of each burst.
    pub(crate) fn flush(&self) {
        self.shared.send(&mut self.burst.borrow_mut());
    }

    /// As [`flush`](Self::flush), for a burst that costs less to start than to hand over: it is started on this
    /// thread, if the I/O thread is not at work.
    pub(crate) fn flush_small(&self) {
        let mut burst = self.burst.borrow_mut();
        let io_thread = self.io_thread.borrow();
        if !io_thread.as_ref().is_some_and(|io_thread| io_thread.start_here(&self.shared, &mut burst)) {
            self.shared.send(&mut burst);
        }
    }

    /// Whether nothing waits for the end of its burst.
    pub(crate) fn is_flushed(&self) -> bool {
        self.burst.borrow().is_empty()
    }

    fn start_io_thread(&self) -> Result<()> {
        let mut io_thread = self.io_thread.borrow_mut();
        if io_thread.is_some() {
            return Ok(());
        }
        let started = IoThread::start(Arc::clone(&self.shared)).map_err(|error| {
            Error::new(Status::GenericFailure, format!("cannot start the I/O thread: {error}"))
        })?;
        *io_thread = Some(started);
        Ok(())
    }

    /// Counts operations out; with the last one the process may end.
    fn settled(&self, count: u32) {
        let left = self.pending.get().saturating_sub(count);
        if count > 0 && self.pending.replace(left) > 0 && left == 0 {
            // SAFETY: JavaScript thread of a live environment. A refusal would only keep the process.
            unsafe { sys::napi_unref_threadsafe_function(self.env, self.shared.function) };
        }
    }
}

/// Node calls this on the JavaScript thread once for each announcement.
unsafe extern "C" fn on_announcement(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() || on_batch.is_null() {
        return; // The environment is going away: nobody waits for results.
    }
    // SAFETY: the context is the bridge that `attach` gave, and the clean-up hook, after which no
    // announcement comes with an environment, still owns a count of it.
    let bridge = unsafe {
        Rc::increment_strong_count(context.cast::<Bridge>());
        Rc::from_raw(context.cast::<Bridge>())
    };
    // What finishes meanwhile comes along, without an announcement of its own. Not for ever: other
    // parts of the program want the thread too.
    for _ in 0..VISIT_ROUNDS {
        let finished = bridge.shared.take_finished();
        if finished.is_empty() {
            return;
        }
        // SAFETY: JavaScript thread of this environment, inside a handle scope of Node's.
        unsafe { deliver_all(env, on_batch, &bridge, finished) };
    }
    bridge.shared.announce_rest();
}

/// Gives results to JavaScript, batch by batch.
unsafe fn deliver_all(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: Vec<(u32, Completion)>,
) {
    let mut finished = finished.into_iter().peekable();
    while finished.peek().is_some() {
        let before = finished.len();
        // A panic must not unwind into Node.
        let delivered = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the caller's.
            unsafe { deliver(env, on_batch, bridge, &mut finished) }
        }));
        let delivered =
            delivered.unwrap_or_else(|_| Err(Error::from_reason("a result could not be laid out")));
        if let Err(error) = delivered {
            // SAFETY: the caller's. The error becomes an uncaught exception: it must not pass unseen.
            unsafe { report(env, &error) };
        }
        // Nothing of it could be laid out, so trying again would go on for ever.
        if finished.len() == before {
            break;
        }
    }
}

/// The environment ends: nothing may call it any more, and the I/O thread stops.
unsafe extern "C" fn clean_up(owned: *mut c_void) {
    // SAFETY: this is the count that `attach` took for this hook, which runs once.
    let bridge = unsafe { Rc::from_raw(owned.cast::<Bridge>()) };
    let waiting = {
        let mut gate = lock(&bridge.shared.gate);
        gate.live = false;
        // SAFETY: still live until now, JavaScript thread; nobody can use it after this, as all
        // calls look at `live` under this lock.
        unsafe {
            sys::napi_release_threadsafe_function(
                bridge.shared.function,
                sys::ThreadsafeFunctionReleaseMode::abort,
            );
        }
        std::mem::take(&mut gate.finished)
    };
    drop(waiting);
    bridge.shared.close_inbox();
    // It must be gone before the code under it may be unloaded.
    if let Some(io_thread) = bridge.io_thread.take() {
        io_thread.join();
    }
    // SAFETY: JavaScript thread of this environment, whose last batch has been delivered. A refusal would
    // leave a few bytes behind.
    unsafe { sys::napi_delete_reference(bridge.env, bridge.records.replace(ptr::null_mut())) };
}
