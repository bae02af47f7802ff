//! Options that cross as numbers.

use std::time::Duration;

use bytes::Bytes;
use napi::{Error, Result, Status};
use napi_derive::napi;
use pegasus_client::{CallOptions, Filter, FilterType, WriteOptions};

/// In place of an option that the caller did not give: the client crate, or the cluster, chooses the default.
#[napi]
pub const NOT_GIVEN: i32 = -1;

/// Milliseconds, where a negative number stands for [`NOT_GIVEN`].
pub(crate) fn timeout(timeout_ms: i32) -> Option<Duration> {
    u64::try_from(timeout_ms).ok().map(Duration::from_millis)
}

pub(crate) fn call(timeout_ms: i32) -> CallOptions {
    CallOptions { timeout: timeout(timeout_ms) }
}

pub(crate) fn write(ttl_seconds: u32, timeout_ms: i32) -> WriteOptions {
    WriteOptions { ttl_seconds, timeout: timeout(timeout_ms) }
}

/// A filter of that type. The pattern is copied.
pub(crate) fn filter(filter_type: i32, pattern: &[u8]) -> Result<Filter> {
    let filter_type = FilterType::try_from(filter_type)
        .map_err(|other| Error::new(Status::InvalidArg, format!("there is no filter type {other}")))?;
    Ok(Filter { filter_type, pattern: Bytes::copy_from_slice(pattern) })
}
