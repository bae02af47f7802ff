//! The JavaScript thread's end of the crossing: operations are started here, in bursts.

#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::ptr;
use std::sync::Arc;

use futures_util::future::FutureExt;
use napi::{Error, Result, Status, sys};

use super::completion::Completion;
use super::exchange::Exchange;
use super::inbox::Message;
use super::io_thread::IoThread;
use super::node_api::check;
use super::operation_set::OperationSet;
use super::token::{NO_TOKEN, plain_token};
use crate::failure::Failure;

/// What the results of one ration may cost: 4,096 answers, 64 failures or 4 MiB. It is spent in a few milliseconds.
/// With fewer answers, a steady stream of them would often wait for the next turn.
pub(super) const RATION: u32 = 4096;

/// A burst of this many messages is handed over before its end: the I/O thread works while JavaScript goes on.
const LONGEST_BURST: usize = 64;

/// The JavaScript thread's end of the crossing. One for each `attach`; it lives as long as its environment.
pub(crate) struct Bridge {
    pub(super) env: sys::napi_env,
    exchange: Arc<Exchange>,
    /// The number of operations without a result so far.
    pending: Cell<u32>,
    /// Messages of the burst that JavaScript is making.
    burst: RefCell<Vec<Message>>,
    /// Started with the first operation.
    pub(super) io_thread: RefCell<Option<IoThread>>,
    /// The Uint32Array, kept on the JavaScript side, for the records.
    pub(super) records: Cell<sys::napi_ref>,
    /// The JavaScript function that takes results.
    pub(super) on_batch: Cell<sys::napi_ref>,
    /// What results may still cost in this ration; see `visit`.
    pub(super) ration_left: Cell<u32>,
    most_bytes: usize,
}

impl Bridge {
    pub(super) fn new(env: sys::napi_env, exchange: Exchange, most_bytes: usize) -> Self {
        Self {
            env,
            exchange: Arc::new(exchange),
            pending: Cell::new(0),
            burst: RefCell::default(),
            io_thread: RefCell::new(None),
            records: Cell::new(ptr::null_mut()),
            on_batch: Cell::new(ptr::null_mut()),
            ration_left: Cell::new(RATION),
            most_bytes,
        }
    }

    /// The longest result, in bytes. A longer one is a failure of its operation.
    pub(crate) fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// For what reports to JavaScript on its own, such as a log.
    pub(crate) fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }

    /// Starts an operation; its completion comes back with the token.
    pub(crate) fn run<F>(&self, token: u32, operation: F) -> Result<()>
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        if let Err(error) = self.start_io_thread() {
            self.count(1)?;
            self.exchange
                .finish(plain_token(token), Failure::out_of_resources("the I/O thread", &error).into());
            return Ok(());
        }
        self.start(1, move |operations| operations.start(token, operation))
    }

    /// Starts several operations. `start` runs on the thread that polls operations, and must lead to `count`
    /// completions.
    pub(crate) fn start<S>(&self, count: u32, start: S) -> Result<()>
    where
        S: FnOnce(&mut OperationSet) + Send + 'static,
    {
        self.start_io_thread().map_err(|error| {
            Error::new(Status::GenericFailure, format!("the I/O thread cannot start: {error}"))
        })?;
        self.count(count)?;
        self.add(Message::Start(Box::new(start)));
        Ok(())
    }

    /// Starts work of which JavaScript hears nothing and which does not hold the process open.
    pub(crate) fn run_silently<F>(&self, work: F) -> Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work = work.map(|()| Completion::Done);
        self.start(0, move |operations| operations.start(NO_TOKEN, work))?;
        self.flush();
        Ok(())
    }

    /// Cancels an operation that was started as cancellable.
    pub(crate) fn cancel(&self, token: u32) {
        self.add(Message::Cancel(plain_token(token)));
    }

    /// Adds a message to the burst.
    fn add(&self, message: Message) {
        let mut burst = self.burst.borrow_mut();
        burst.push(message);
        if burst.len() >= LONGEST_BURST {
            self.exchange.send(&mut burst);
        }
    }

    /// Hands over the burst. JavaScript calls it at the end of each burst.
    pub(crate) fn flush(&self) {
        self.exchange.send(&mut self.burst.borrow_mut());
    }

    /// As [`flush`](Self::flush), for a burst that takes less time to start than to hand over: it starts on
    /// this thread, unless the I/O thread is at work.
    pub(crate) fn flush_small(&self) {
        let mut burst = self.burst.borrow_mut();
        let io_thread = self.io_thread.borrow();
        if !io_thread.as_ref().is_some_and(|io_thread| io_thread.start_here(&self.exchange, &mut burst)) {
            self.exchange.send(&mut burst);
        }
    }

    /// Whether the burst is empty.
    pub(crate) fn is_flushed(&self) -> bool {
        self.burst.borrow().is_empty()
    }

    /// Starts the I/O thread, unless it runs. After a failure the next operation tries again.
    fn start_io_thread(&self) -> io::Result<()> {
        let mut io_thread = self.io_thread.borrow_mut();
        if io_thread.is_none() {
            *io_thread = Some(IoThread::start(Arc::clone(&self.exchange))?);
        }
        Ok(())
    }

    /// Counts operations that begin. Until they have ended, the process stays open.
    fn count(&self, count: u32) -> Result<()> {
        if count > 0 && self.pending.replace(self.pending.get() + count) == 0 {
            // SAFETY: JavaScript thread of a live environment.
            check(unsafe { sys::napi_ref_threadsafe_function(self.env, self.exchange.outbox.function()) })?;
        }
        Ok(())
    }

    /// Counts operations that have ended. After the last one the process may end.
    pub(super) fn settled(&self, count: u32) {
        let left = self.pending.get().saturating_sub(count);
        if count > 0 && self.pending.replace(left) > 0 && left == 0 {
            // SAFETY: JavaScript thread of a live environment. If Node refuses, the process only stays open.
            unsafe { sys::napi_unref_threadsafe_function(self.env, self.exchange.outbox.function()) };
        }
    }
}
