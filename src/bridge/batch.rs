//! Results laid out for JavaScript: records, a slab with the small values, an array with the rest.

#![allow(unsafe_code)]

use std::collections::vec_deque::IntoIter;
use std::iter::Peekable;
use std::rc::Rc;

use napi::{Env, Result, sys};

use super::completion::Completion;
use super::failures::FailureObjects;
use super::handle::Bridge;
use super::node_api::buffer_copy;
use super::record::{MAYBE_STALE, RECORD_LENGTH, RecordKind};
use super::token::NO_TOKEN;
use super::value::{MakeValue, make_value};
use crate::failure::Failure;

/// Values up to this length share a slab; longer ones get a Buffer of their own.
const SLAB_VALUE: usize = 4096;

/// No slab is longer, so that a small value that JavaScript keeps holds little other memory.
const SLAB: usize = 64 * 1024;

/// Results laid out for JavaScript.
pub(super) struct Batch {
    /// The number of records.
    pub(super) count: usize,
    /// The number of operations that end with this batch.
    pub(super) answers: u32,
    pub(super) slab: Vec<u8>,
    pub(super) extras: Vec<sys::napi_value>,
    failures: FailureObjects,
}

/// Kind, `a` and `b` of a record.
type Layout = (u32, u32, u32);

impl Batch {
    /// Lays out results until the records or the slab are full.
    pub(super) fn take(
        env: Env,
        bridge: &Rc<Bridge>,
        records: &mut [u32],
        finished: &mut Peekable<IntoIter<(u32, Completion)>>,
    ) -> Self {
        let mut batch = Self {
            count: 0,
            answers: 0,
            slab: Vec::new(),
            extras: Vec::new(),
            failures: FailureObjects::default(),
        };
        for record in records.chunks_exact_mut(RECORD_LENGTH as usize) {
            if batch.slab.len() + SLAB_VALUE > SLAB {
                break;
            }
            let Some((token, completion)) = finished.next() else { break };
            let answers = token != NO_TOKEN && !matches!(completion, Completion::Progress(_));
            let (kind, a, b) = batch.lay_out(env, bridge, completion);
            record.copy_from_slice(&[token, kind, a, b]);
            batch.count += 1;
            batch.answers += u32::from(answers);
        }
        batch
    }

    fn lay_out(&mut self, env: Env, bridge: &Rc<Bridge>, completion: Completion) -> Layout {
        match completion {
            Completion::Done => (RecordKind::Done as u32, 0, 0),
            Completion::Absent => (RecordKind::Absent as u32, 0, 0),
            Completion::Bytes(bytes) if bytes.len() > bridge.most_bytes() => {
                let failure = Failure::too_large(bytes.len(), bridge.most_bytes());
                self.lay_out(env, bridge, failure.into())
            }
            Completion::Bytes(bytes) if bytes.len() <= SLAB_VALUE => {
                // Aligned for the numbers that a page of rows starts with.
                let at = self.slab.len().next_multiple_of(4);
                self.slab.resize(at, 0);
                self.slab.extend_from_slice(&bytes);
                (RecordKind::Bytes as u32, at as u32, bytes.len() as u32)
            }
            Completion::Bytes(bytes) => {
                // SAFETY: batches are laid out on the JavaScript thread.
                self.make(env, RecordKind::Extra, |env| unsafe { buffer_copy(env.raw(), &bytes) })
            }
            Completion::Number(number) => halves(RecordKind::Number, number),
            Completion::Boolean(value) => (RecordKind::Boolean as u32, u32::from(value), 0),
            Completion::BigInt(number) => halves(RecordKind::BigInt, number),
            Completion::Extra(make) => self.make(env, RecordKind::Extra, make),
            Completion::Object(make) => {
                let bridge = Rc::clone(bridge);
                self.make(env, RecordKind::Extra, |env| make(env, bridge))
            }
            Completion::Failure(failure) => {
                let mut failures = std::mem::take(&mut self.failures);
                let layout = self.make(env, RecordKind::Failure, |env| failures.make(env, *failure));
                self.failures = failures;
                layout
            }
            Completion::MaybeStale(answer) => {
                let (kind, a, b) = self.lay_out(env, bridge, *answer);
                (kind + MAYBE_STALE, a, b)
            }
            Completion::Cancelled => (RecordKind::Cancelled as u32, 0, 0),
            Completion::Log(make) => self.make(env, RecordKind::Log, make),
            Completion::Progress(make) => self.make(env, RecordKind::Progress, make),
        }
    }

    /// Makes a value. When that fails, the operation fails.
    fn make(
        &mut self,
        env: Env,
        kind: RecordKind,
        make: impl FnOnce(Env) -> Result<sys::napi_value>,
    ) -> Layout {
        let (kind, value) = match make(env) {
            Ok(value) => (kind, value),
            Err(error) => match failure(&error)(env) {
                Ok(value) => (RecordKind::Failure, value),
                Err(_) => return (RecordKind::Cancelled as u32, 0, 0),
            },
        };
        self.extras.push(value);
        (kind as u32, (self.extras.len() - 1) as u32, 0)
    }
}

fn halves(kind: RecordKind, number: i64) -> Layout {
    (kind as u32, number as u32, (number >> 32) as u32)
}

fn failure(error: &napi::Error) -> MakeValue {
    make_value(Failure::internal(error.to_string()))
}
