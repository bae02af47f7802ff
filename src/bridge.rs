//! THE crossing between the JavaScript thread and the I/O thread.
//!
//! One thread-safe function and one I/O thread serve a Node environment (the main thread or a
//! worker). Operations cross in a queue that wakes the I/O thread only when it sleeps; results cross
//! in a queue that is drained in one visit to the JavaScript thread, however many there are.
//!
//! This is the only module with raw Node-API calls. What makes them sound:
//!
//! * The function is called only under the lock of [`Gate`] and only while the gate is `live`. The
//!   environment's clean-up hook takes the same lock, sets `live` to false and releases the function,
//!   so no call can happen later: Node aborts the process otherwise when a worker is terminated.
//! * Everything else here runs on the JavaScript thread of its environment: [`Bridge`] is neither
//!   `Send` nor `Sync`, and Node runs the drain and the hook there.
//! * The function holds the process open only while operations are pending.

#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use bytes::Bytes;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::task::AtomicWaker;
use napi::{Env, Error, Result, Status, sys};

use crate::error::Failure;

/// Set in a token when the operation may be cancelled; see `lib/native.ts`.
const CANCELLABLE: u32 = 0x8000_0000;

/// Values up to this length share a slab; longer ones get a Buffer of their own.
const SLAB_VALUE: usize = 4096;

/// No slab is longer, so that a small value that is kept keeps little else.
const SLAB: usize = 64 * 1024;

/// Records in one call of JavaScript.
const RECORDS: usize = 1024;

/// Numbers in a record: token, kind, and two that depend on the kind.
const RECORD_LENGTH: usize = 4;

/// A result on its way to JavaScript.
pub(crate) enum Completion {
    Done,
    Absent,
    Bytes(Bytes),
    Number(i64),
    Boolean(bool),
    BigInt(i64),
    /// Made on the JavaScript thread: a page of rows.
    Extra(Extra),
    /// Made on the JavaScript thread: a native object, which keeps the bridge.
    Object(Box<dyn FnOnce(Env, Rc<Bridge>) -> Result<sys::napi_value> + Send>),
    Failure(Box<Failure>),
    Cancelled,
    /// A line for a logger; belongs to no operation.
    Log(Extra),
    /// How far an operation has come; its result is still to come.
    Progress(Extra),
}

/// The token without the bit that says how it was started.
pub(crate) fn plain_token(token: u32) -> u32 {
    token & !CANCELLABLE
}

/// Makes a JavaScript value, on the thread where that is allowed.
pub(crate) type Extra = Box<dyn FnOnce(Env) -> Result<sys::napi_value> + Send>;

type Operation = Pin<Box<dyn Future<Output = (u32, Completion)> + Send>>;

/// What JavaScript asks of the I/O thread.
enum Message {
    Run(Operation),
    RunCancellable(u32, AbortHandle, Operation),
    Cancel(u32),
}

#[derive(Default)]
struct Inbox {
    messages: Vec<Message>,
    closed: bool,
}

/// Results, and the right to announce them.
struct Gate {
    live: bool,
    announced: bool,
    finished: Vec<(u32, Completion)>,
}

/// What both threads hold.
pub(crate) struct Shared {
    /// Not bounded: each message is an operation whose promise JavaScript holds already.
    inbox: Mutex<Inbox>,
    /// Wakes the I/O thread's driver.
    driver: AtomicWaker,
    gate: Mutex<Gate>,
    function: sys::napi_threadsafe_function,
}

// SAFETY: the raw pointer is only given to `napi_call_threadsafe_function`, which Node allows on any
// thread while the function lives, and that is while the gate, whose lock is held, is live.
unsafe impl Send for Shared {}
// SAFETY: as above; everything else in it is Sync by itself.
unsafe impl Sync for Shared {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Queues results and asks for a visit to the JavaScript thread, unless one is coming already.
    pub(crate) fn finish(&self, results: impl IntoIterator<Item = (u32, Completion)>) {
        let mut gate = lock(&self.gate);
        if !gate.live {
            return;
        }
        gate.finished.extend(results);
        if !gate.announced && !gate.finished.is_empty() {
            // SAFETY: the gate is live and its lock is held, so the function has not been released.
            let status = unsafe {
                sys::napi_call_threadsafe_function(
                    self.function,
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                )
            };
            // The queue of the function is unbounded; it refuses only when it closes, and then
            // nobody waits for results.
            gate.announced = status == sys::Status::napi_ok;
        }
    }

    fn send(&self, message: Message) {
        lock(&self.inbox).messages.push(message);
        self.driver.wake();
    }

    fn close_inbox(&self) {
        lock(&self.inbox).closed = true;
        self.driver.wake();
    }
}

/// The JavaScript thread's end of the crossing. One for each `attach`, alive as long as its environment.
pub(crate) struct Bridge {
    env: sys::napi_env,
    shared: Arc<Shared>,
    /// Operations without a result so far.
    pending: Cell<u32>,
    /// Started with the first operation.
    io_thread: RefCell<Option<JoinHandle<()>>>,
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
            let gate = Gate { live: function.is_ok(), announced: false, finished: Vec::new() };
            Self {
                env: raw_env,
                shared: Arc::new(Shared {
                    inbox: Mutex::default(),
                    driver: AtomicWaker::new(),
                    gate: Mutex::new(gate),
                    function: function.unwrap_or(ptr::null_mut()),
                }),
                pending: Cell::new(0),
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
        self.start_io_thread()?;
        let plain = plain_token(token);
        let message = if token == plain {
            Message::Run(Box::pin(async move { (plain, operation.await) }))
        } else {
            let (handle, registration) = AbortHandle::new_pair();
            let abortable = Abortable::new(operation, registration);
            let run = async move { (plain, abortable.await.unwrap_or(Completion::Cancelled)) };
            Message::RunCancellable(plain, handle, Box::pin(run))
        };
        if self.pending.replace(self.pending.get() + 1) == 0 {
            // SAFETY: JavaScript thread of a live environment.
            check(unsafe { sys::napi_ref_threadsafe_function(self.env, self.shared.function) })?;
        }
        self.shared.send(message);
        Ok(())
    }

    /// Starts something of which JavaScript hears nothing and which does not hold the process open.
    pub(crate) fn run_silently<F>(&self, operation: F) -> Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.start_io_thread()?;
        // Token 0 is no operation's: its completion is dropped on the way.
        self.shared.send(Message::Run(Box::pin(async move {
            operation.await;
            (0, Completion::Done)
        })));
        Ok(())
    }

    /// Gives up an operation that was started as cancellable.
    pub(crate) fn cancel(&self, token: u32) {
        self.shared.send(Message::Cancel(plain_token(token)));
    }

    fn start_io_thread(&self) -> Result<()> {
        let mut io_thread = self.io_thread.borrow_mut();
        if io_thread.is_some() {
            return Ok(());
        }
        let failed = |what: &str, error: std::io::Error| {
            Error::new(Status::GenericFailure, format!("cannot start {what}: {error}"))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed("the I/O runtime", error))?;
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name("pegasus-io".into())
            // The operations of all promises are one task; its budget would stop it every 128 of them.
            .spawn(move || runtime.block_on(tokio::task::unconstrained(drive(&shared))))
            .map_err(|error| failed("the I/O thread", error))?;
        *io_thread = Some(thread);
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

/// The I/O thread: runs all operations of the environment until it ends.
async fn drive(shared: &Shared) {
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
    let finished = {
        let mut gate = lock(&bridge.shared.gate);
        gate.announced = false;
        std::mem::take(&mut gate.finished)
    };
    let mut finished = finished.into_iter().peekable();
    while finished.peek().is_some() {
        // SAFETY: JavaScript thread of this environment, inside a handle scope of Node's.
        let delivered = unsafe { deliver(env, on_batch, &bridge, &mut finished) };
        if let Err(error) = delivered {
            // SAFETY: as above. The error becomes an uncaught exception: it must not pass unseen.
            unsafe { report(env, &error) };
        }
    }
}

/// Gives one batch to JavaScript.
unsafe fn deliver(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: &mut std::iter::Peekable<std::vec::IntoIter<(u32, Completion)>>,
) -> Result<()> {
    // SAFETY: the caller's.
    unsafe {
        let mut array = ptr::null_mut();
        check(sys::napi_get_reference_value(env, bridge.records.get(), &mut array))?;
        let records = records_slice(env, array)?;
        let batch = Batch::take(Env::from_raw(env), bridge, records, finished);
        bridge.settled(batch.answers);
        let (mut slab, mut extras, mut count) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        check(sys::napi_create_buffer_copy(
            env,
            batch.slab.len(),
            batch.slab.as_ptr().cast(),
            ptr::null_mut(),
            &mut slab,
        ))?;
        check(sys::napi_create_array_with_length(env, batch.extras.len(), &mut extras))?;
        for (index, value) in batch.extras.into_iter().enumerate() {
            check(sys::napi_set_element(env, extras, index as u32, value))?;
        }
        check(sys::napi_create_uint32(env, batch.count as u32, &mut count))?;
        let arguments = [array, count, slab, extras];
        let mut this = ptr::null_mut();
        check(sys::napi_get_undefined(env, &mut this))?;
        let mut result = ptr::null_mut();
        check(sys::napi_call_function(env, this, on_batch, 4, arguments.as_ptr(), &mut result))
    }
}

/// Results laid out for JavaScript.
struct Batch {
    count: usize,
    answers: u32,
    slab: Vec<u8>,
    extras: Vec<sys::napi_value>,
}

impl Batch {
    /// Lays out results until records or slab are full.
    fn take(
        env: Env,
        bridge: &Rc<Bridge>,
        records: &mut [u32],
        finished: &mut std::iter::Peekable<std::vec::IntoIter<(u32, Completion)>>,
    ) -> Self {
        let mut batch = Self { count: 0, answers: 0, slab: Vec::new(), extras: Vec::new() };
        for record in records.chunks_exact_mut(RECORD_LENGTH) {
            if batch.slab.len() + SLAB_VALUE > SLAB {
                break;
            }
            let Some((token, completion)) = finished.next() else { break };
            let answers = token != 0 && !matches!(completion, Completion::Progress(_));
            let (kind, a, b) = batch.lay_out(env, bridge, completion);
            record.copy_from_slice(&[token, kind, a, b]);
            batch.count += 1;
            batch.answers += u32::from(answers);
        }
        batch
    }

    /// Kind and numbers as `lib/native.ts` lists them.
    fn lay_out(&mut self, env: Env, bridge: &Rc<Bridge>, completion: Completion) -> (u32, u32, u32) {
        match completion {
            Completion::Done => (0, 0, 0),
            Completion::Absent => (1, 0, 0),
            Completion::Bytes(bytes) if bytes.len() <= SLAB_VALUE => {
                let at = self.slab.len() as u32;
                self.slab.extend_from_slice(&bytes);
                (2, at, bytes.len() as u32)
            }
            Completion::Bytes(bytes) => {
                self.make(env, 6, |env| new_buffer(env, bytes.len(), |out| out.copy_from_slice(&bytes)))
            }
            Completion::Number(number) => (3, number as u32, (number >> 32) as u32),
            Completion::Boolean(value) => (4, u32::from(value), 0),
            Completion::BigInt(number) => (5, number as u32, (number >> 32) as u32),
            Completion::Extra(extra) => self.make(env, 6, extra),
            Completion::Object(make) => {
                let bridge = Rc::clone(bridge);
                self.make(env, 6, |env| make(env, bridge))
            }
            Completion::Failure(failure) => self.make(env, 7, failure.into_extra()),
            Completion::Cancelled => (8, 0, 0),
            Completion::Log(extra) => self.make(env, 9, extra),
            Completion::Progress(extra) => self.make(env, 10, extra),
        }
    }

    /// Makes a value; one that cannot be made becomes a failure of its operation.
    fn make(
        &mut self,
        env: Env,
        kind: u32,
        make: impl FnOnce(Env) -> Result<sys::napi_value>,
    ) -> (u32, u32, u32) {
        let (kind, value) = match make(env) {
            Ok(value) => (kind, value),
            Err(error) => match Failure::internal(&error).into_extra()(env) {
                Ok(value) => (7, value),
                Err(_) => return (8, 0, 0),
            },
        };
        self.extras.push(value);
        (kind, (self.extras.len() - 1) as u32, 0)
    }
}

/// A new Buffer of JavaScript's own memory, filled by `fill`.
pub(crate) fn new_buffer(env: Env, length: usize, fill: impl FnOnce(&mut [u8])) -> Result<sys::napi_value> {
    let (mut data, mut value) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: called on the JavaScript thread (extras run nowhere else); both results are checked.
    check(unsafe { sys::napi_create_buffer(env.raw(), length, &mut data, &mut value) })?;
    if length > 0 {
        // SAFETY: Node has just allocated `length` bytes there, and nobody else knows of them yet.
        // They are not initialised, which matters to no u8 that is written before it is read.
        let bytes = unsafe {
            ptr::write_bytes(data.cast::<u8>(), 0, length);
            std::slice::from_raw_parts_mut(data.cast::<u8>(), length)
        };
        fill(bytes);
    }
    Ok(value)
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
    // It must be gone before the code under it may be unloaded. A panic of it has been reported.
    if let Some(thread) = bridge.io_thread.take() {
        let _panicked = thread.join();
    }
}

unsafe fn create_function(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    context: *mut c_void,
) -> Result<sys::napi_threadsafe_function> {
    const NAME: &std::ffi::CStr = c"pegasus";
    let (mut name, mut function) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread; pointers are to locals or live for the call.
    unsafe {
        check(sys::napi_create_string_utf8(env, NAME.as_ptr(), NAME.count_bytes() as isize, &mut name))?;
        check(sys::napi_create_threadsafe_function(
            env,
            on_batch,
            ptr::null_mut(),
            name,
            0,
            1,
            ptr::null_mut(),
            None,
            context,
            Some(on_announcement),
            &mut function,
        ))?;
        // A forgotten idle client must not keep the process alive.
        check(sys::napi_unref_threadsafe_function(env, function))?;
    }
    Ok(function)
}

/// The Uint32Array in which records are written, made once; JavaScript reads it during the call only.
unsafe fn make_records(env: sys::napi_env) -> Result<sys::napi_ref> {
    let length = RECORDS * RECORD_LENGTH;
    let (mut data, mut buffer, mut array, mut reference) =
        (ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread; each result is checked before it is used.
    unsafe {
        check(sys::napi_create_arraybuffer(env, length * 4, &mut data, &mut buffer))?;
        check(sys::napi_create_typedarray(
            env,
            sys::TypedarrayType::uint32_array,
            length,
            buffer,
            0,
            &mut array,
        ))?;
        check(sys::napi_create_reference(env, array, 1, &mut reference))?;
    }
    Ok(reference)
}

/// The memory of that array.
unsafe fn records_slice<'a>(env: sys::napi_env, array: sys::napi_value) -> Result<&'a mut [u32]> {
    let (mut length, mut data) = (0, ptr::null_mut());
    // SAFETY: `array` is the typed array of `make_records`; unused results may be null.
    unsafe {
        check(sys::napi_get_typedarray_info(
            env,
            array,
            ptr::null_mut(),
            &mut length,
            &mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        ))?;
        // A detached array has neither length nor memory.
        if data.is_null() {
            return Ok(&mut []);
        }
        // SAFETY: u32-aligned by its making, and only this thread touches it, here, before JavaScript
        // is called with it.
        Ok(std::slice::from_raw_parts_mut(data.cast::<u32>(), length))
    }
}

/// Makes an error an uncaught exception.
unsafe fn report(env: sys::napi_env, error: &Error) {
    let (mut pending, mut exception) = (false, ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread. Nothing more can be done if these fail.
    unsafe {
        sys::napi_is_exception_pending(env, &mut pending);
        if pending {
            sys::napi_get_and_clear_last_exception(env, &mut exception);
        } else {
            let (mut message, text) = (ptr::null_mut(), error.to_string());
            sys::napi_create_string_utf8(env, text.as_ptr().cast(), text.len() as isize, &mut message);
            sys::napi_create_error(env, ptr::null_mut(), message, &mut exception);
        }
        if !exception.is_null() {
            sys::napi_fatal_exception(env, exception);
        }
    }
}

fn check(status: sys::napi_status) -> Result<()> {
    if status == sys::Status::napi_ok {
        return Ok(());
    }
    Err(Error::new(Status::from(status), format!("Node-API refused with status {status}")))
}
