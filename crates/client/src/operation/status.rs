//! Reads the storage status of a reply.

use pegasus_protocol::status::Status;

/// `Ok` for a reply with kOk.
pub(crate) fn ok(error: i32) -> Result<(), Status> {
    match Status::from(error) {
        Status::Ok => Ok(()),
        other => Err(other),
    }
}

/// `Some` for kOk, `None` for kNotFound.
pub(crate) fn found<T>(error: i32, value: T) -> Result<Option<T>, Status> {
    match Status::from(error) {
        Status::Ok => Ok(Some(value)),
        Status::NotFound => Ok(None),
        other => Err(other),
    }
}
