//! Outcomes of the items of a batch. Thousands may fail in one moment and for few reasons: each reason crosses once.

use std::collections::HashMap;

use bytes::Bytes;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::Error;

use super::completions::extra;
use super::pages::values_page;
use crate::bridge::completion::Completion;
use crate::failure::Failure;

/// The outcome of an item that succeeded. Other numbers name a failure: 1 is the first.
#[napi]
pub const SUCCEEDED: u32 = 0;

/// The outcomes of a batch.
#[napi(object, object_from_js = false)]
pub struct NativeOutcomes {
    /// For each item `SUCCEEDED` or the number of its failure: a u32, in the byte order of this machine.
    pub numbers: Buffer,
    /// The failures, each once.
    pub failures: Vec<Failure>,
    /// For reads a page of values, in which failed items have none.
    pub values: Option<Buffer>,
}

/// The outcomes of writes.
pub(crate) fn outcomes_of_writes(outcomes: Vec<Result<(), Error>>) -> Completion {
    let mut failures = Failures::default();
    let numbers = outcomes.into_iter().map(|outcome| failures.number(outcome.err()));
    let numbers = numbers.flat_map(u32::to_ne_bytes).collect::<Vec<_>>();
    extra(NativeOutcomes { numbers: numbers.into(), failures: failures.all, values: None })
}

/// The outcomes of reads. Values of more than `most_bytes` together are a failure of the whole call.
pub(crate) fn outcomes_of_reads(
    outcomes: Vec<Result<Option<Bytes>, Error>>,
    most_bytes: usize,
) -> Completion {
    let mut failures = Failures::default();
    let mut numbers = Vec::with_capacity(4 * outcomes.len());
    let mut values = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let (value, error) = outcome.map_or_else(|error| (None, Some(error)), |value| (value, None));
        numbers.extend_from_slice(&failures.number(error).to_ne_bytes());
        values.push(value);
    }
    match values_page(&values, most_bytes) {
        Ok(values) => {
            let values = Some(values.into());
            extra(NativeOutcomes { numbers: numbers.into(), failures: failures.all, values })
        }
        Err(failure) => Completion::Failure(failure),
    }
}

/// Numbers failures, equal ones alike.
#[derive(Default)]
struct Failures {
    all: Vec<Failure>,
    numbers: HashMap<Reason, u32>,
}

/// All that tells failures of items apart.
#[derive(PartialEq, Eq, Hash)]
struct Reason {
    code: String,
    message: String,
    is_maybe_applied: bool,
    partition_index: Option<i32>,
    server: Option<String>,
    attempts: u32,
}

impl Failures {
    fn number(&mut self, error: Option<Error>) -> u32 {
        let Some(error) = error else { return SUCCEEDED };
        let location = error.location();
        let reason = Reason {
            code: error.code().into_owned(),
            message: error.message().to_owned(),
            is_maybe_applied: error.is_maybe_applied(),
            partition_index: location.partition_index,
            server: location.server.clone(),
            attempts: location.attempts,
        };
        *self.numbers.entry(reason).or_insert_with(|| {
            self.all.push(error.into());
            self.all.len() as u32
        })
    }
}
