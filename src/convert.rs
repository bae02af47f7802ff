//! Arguments from JavaScript, results to it.

use std::time::Duration;

use bytes::{Buf, Bytes};
use napi::bindgen_prelude::{Buffer, ToNapiValue};
use napi::{Env, Error, Result, Status, sys};
use pegasus_client::{CallOptions, FilterType, TimeToLive, WriteOptions, with_staleness};

use crate::bridge::Completion;

/// A result as a completion; `lay_out` says what success is.
pub(crate) fn completion<T>(
    result: std::result::Result<T, pegasus_client::Error>,
    lay_out: impl FnOnce(T) -> Completion,
) -> Completion {
    match result {
        Ok(value) => lay_out(value),
        Err(error) => error.into(),
    }
}

/// The same for a read that a secondary may answer, which the completion then says.
pub(crate) async fn maybe_stale<T, F>(operation: F, lay_out: fn(T) -> Completion) -> Completion
where
    F: Future<Output = std::result::Result<T, pegasus_client::Error>>,
{
    match with_staleness(operation).await {
        (Ok(value), true) => Completion::MaybeStale(Box::new(lay_out(value))),
        (result, _) => completion(result, lay_out),
    }
}

/// Milliseconds, where negative stands for "not given".
pub(crate) fn timeout(timeout_ms: i32) -> Option<Duration> {
    u64::try_from(timeout_ms).ok().map(Duration::from_millis)
}

pub(crate) fn call(timeout_ms: i32) -> CallOptions {
    CallOptions { timeout: timeout(timeout_ms) }
}

pub(crate) fn write(ttl_seconds: u32, timeout_ms: i32) -> WriteOptions {
    WriteOptions { ttl_seconds, timeout: timeout(timeout_ms) }
}

/// A value of JavaScript, for what is made in an extra.
#[allow(unsafe_code)]
pub(crate) fn to_value<T: ToNapiValue>(env: Env, value: T) -> Result<sys::napi_value> {
    // SAFETY: extras run on the JavaScript thread of their environment, and nothing else has an `Env`.
    unsafe { T::to_napi_value(env.raw(), value) }
}

/// A value or none.
pub(crate) fn maybe_bytes(value: Option<Bytes>) -> Completion {
    value.map_or(Completion::Absent, Completion::Bytes)
}

/// Seconds, -1 for ever, or none.
pub(crate) fn time_to_live(ttl: Option<TimeToLive>) -> Completion {
    match ttl {
        None => Completion::Absent,
        Some(TimeToLive::Forever) => Completion::Number(-1),
        Some(TimeToLive::Seconds(seconds)) => Completion::Number(seconds.into()),
    }
}

/// The filter type of that number.
pub(crate) fn filter_type(number: i32) -> Result<FilterType> {
    FilterType::try_from(number).map_err(|other| refused(&format!("there is no filter type {other}")))
}

/// Reads a packed list: each element a little-endian u32 length and its bytes, which are copied.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<Bytes>> {
    let mut rest = Bytes::copy_from_slice(packed);
    let mut elements = Vec::new();
    while let Some(element) = next_element(&mut rest)? {
        elements.push(element);
    }
    Ok(elements)
}

/// Reads a packed list of pairs.
pub(crate) fn unpack_pairs(packed: &[u8]) -> Result<Vec<(Bytes, Bytes)>> {
    let mut rest = Bytes::copy_from_slice(packed);
    let mut pairs = Vec::new();
    while let Some(first) = next_element(&mut rest)? {
        let second =
            next_element(&mut rest)?.ok_or_else(|| refused("a packed list of pairs is cut short"))?;
        pairs.push((first, second));
    }
    Ok(pairs)
}

fn next_element(rest: &mut Bytes) -> Result<Option<Bytes>> {
    if rest.is_empty() {
        return Ok(None);
    }
    let length = if rest.len() < 4 { usize::MAX } else { rest.get_u32_le() as usize };
    if length > rest.len() {
        return Err(refused("a packed list is cut short"));
    }
    Ok(Some(rest.split_to(length)))
}

/// Copies bytes that an object carries.
pub(crate) fn owned(buffer: &Buffer) -> Bytes {
    Bytes::copy_from_slice(buffer)
}

fn refused(message: &str) -> Error {
    Error::new(Status::InvalidArg, message)
}
