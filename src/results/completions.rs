//! Single values as completions.

use bytes::Bytes;
use napi::bindgen_prelude::ToNapiValue;
use pegasus_client::{Error, TimeToLive, with_staleness};

use crate::bridge::completion::Completion;
use crate::bridge::value::make_value;

/// A result as a completion; `lay_out` lays out the value of a success.
pub(crate) fn completion<T>(result: Result<T, Error>, lay_out: impl FnOnce(T) -> Completion) -> Completion {
    match result {
        Ok(value) => lay_out(value),
        Err(error) => error.into(),
    }
}

/// The same for a read that a secondary may answer: the completion says when one did.
pub(crate) async fn maybe_stale<T, F>(operation: F, lay_out: impl FnOnce(T) -> Completion) -> Completion
where
    F: Future<Output = Result<T, Error>>,
{
    match with_staleness(operation).await {
        (Ok(value), true) => Completion::MaybeStale(Box::new(lay_out(value))),
        (result, _) => completion(result, lay_out),
    }
}

pub(crate) fn done((): ()) -> Completion {
    Completion::Done
}

pub(crate) fn count(count: u64) -> Completion {
    Completion::Number(count as i64)
}

/// A value, or absent.
pub(crate) fn maybe_bytes(value: Option<Bytes>) -> Completion {
    value.map_or(Completion::Absent, Completion::Bytes)
}

/// Seconds, -1 for a row that never expires, or absent.
pub(crate) fn time_to_live(ttl: Option<TimeToLive>) -> Completion {
    match ttl {
        None => Completion::Absent,
        Some(TimeToLive::Forever) => Completion::Number(-1),
        Some(TimeToLive::Seconds(seconds)) => Completion::Number(seconds.into()),
    }
}

/// Any other value.
pub(crate) fn extra<T: ToNapiValue + Send + 'static>(value: T) -> Completion {
    Completion::Extra(make_value(value))
}
