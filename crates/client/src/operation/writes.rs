//! Checks and values that all writes share: the size limit and the expiry.

use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::{expiry, frame};

use crate::error::Error;

/// The longest body of a write, in bytes, that servers accept by default.
const MAX_WRITE_BODY: usize = 1 << 20;

/// Refuses a write that a server would refuse for its size. `about` is its approximate length in bytes.
pub(crate) fn check_write<R: Rpc>(request: &R::Request, about: usize) -> Result<(), Error> {
    // Measuring encodes the request, so small writes skip it.
    if about < MAX_WRITE_BODY / 2 {
        return Ok(());
    }
    let length = frame::body_length::<R>(request);
    if length <= MAX_WRITE_BODY {
        return Ok(());
    }
    Err(Error::invalid_argument(format!(
        "the write is {length} bytes long with its keys and framing: servers take at most {MAX_WRITE_BODY} in one"
    )))
}

/// The expiry timestamp of this TTL, by the client's clock. The protocol carries its bits as an `i32`.
pub(crate) fn expire_ts(ttl_seconds: u32) -> Result<i32, Error> {
    let timestamp = expiry::expire_ts(ttl_seconds, expiry::now()).ok_or_else(|| {
        Error::invalid_argument(format!("ttl_seconds is {ttl_seconds}: the row would expire after 2152"))
    })?;
    Ok(timestamp as i32)
}
