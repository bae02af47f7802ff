//! Results laid out for JavaScript, as `lib/native.ts` describes it.

use std::iter::Peekable;
use std::ptr;
use std::rc::Rc;
use std::vec::IntoIter;

use napi::{Env, Result, sys};

use super::raw::{check, records_slice};
use super::{Bridge, Completion};
use crate::error::Failure;

/// Values up to this length share a slab; longer ones get a Buffer of their own.
const SLAB_VALUE: usize = 4096;

/// No slab is longer, so that a small value that is kept keeps little else.
const SLAB: usize = 64 * 1024;

/// Records in one call of JavaScript.
pub(super) const RECORDS: usize = 1024;

/// Numbers in a record: token, kind, and two that depend on the kind.
pub(super) const RECORD_LENGTH: usize = 4;

/// Added to a kind; see `lib/native.ts`.
const MAYBE_STALE: u32 = 0x100;

/// Gives one batch to JavaScript.
pub(super) unsafe fn deliver(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: &mut Peekable<IntoIter<(u32, Completion)>>,
) -> Result<()> {
    // SAFETY: the caller's.
    unsafe {
        let mut array = ptr::null_mut();
        check(sys::napi_get_reference_value(env, bridge.records.get(), &mut array))?;
        let records = records_slice(env, array)?;
        let batch = Batch::take(Env::from_raw(env), bridge, records, finished);
        bridge.settled(batch.answers);
        let slab = buffer_copy(env, &batch.slab)?;
        let (mut extras, mut count) = (ptr::null_mut(), ptr::null_mut());
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
        finished: &mut Peekable<IntoIter<(u32, Completion)>>,
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
                // Aligned for the numbers that a page of rows starts with.
                let at = self.slab.len().next_multiple_of(4);
                self.slab.resize(at, 0);
                self.slab.extend_from_slice(&bytes);
                (2, at as u32, bytes.len() as u32)
            }
            Completion::Bytes(bytes) => {
                // SAFETY: as all of a batch, on the JavaScript thread.
                self.make(env, 6, |env| unsafe { buffer_copy(env.raw(), &bytes) })
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
            Completion::MaybeStale(answer) => {
                let (kind, a, b) = self.lay_out(env, bridge, *answer);
                (kind + MAYBE_STALE, a, b)
            }
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

/// A new Buffer of JavaScript's own memory. Only for the JavaScript thread of the environment.
unsafe fn buffer_copy(env: sys::napi_env, bytes: &[u8]) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller's thread; the bytes live for the call, and the result is checked.
    check(unsafe {
        sys::napi_create_buffer_copy(env, bytes.len(), bytes.as_ptr().cast(), ptr::null_mut(), &mut value)
    })?;
    Ok(value)
}
