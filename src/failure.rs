//! Failures on their way to JavaScript. `lib/` makes the Error, on the caller's stack.

use std::io;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::DelRangeError;

/// Why an operation failed.
#[napi(object, object_from_js = false)]
pub struct Failure {
    /// A stable name, such as `ERR_TIMEOUT`.
    pub code: String,
    /// The reason in words.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Whether a write may have been applied.
    pub maybe_applied: bool,
    /// The table.
    pub table: Option<String>,
    /// The partition.
    pub partition_index: Option<i32>,
    /// The server.
    pub server: Option<String>,
    /// The number of attempts.
    pub attempts: Option<u32>,
    /// Only for `delRange`, and then always: the number of rows that it had removed.
    pub deleted: Option<f64>,
    /// Where that removal stopped, if it had found a row at all.
    pub next_sort_key: Option<Buffer>,
}

impl Failure {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            retryable: false,
            maybe_applied: false,
            table: None,
            partition_index: None,
            server: None,
            attempts: None,
            deleted: None,
            next_sort_key: None,
        }
    }

    /// The system refused what the addon needs, such as a thread. The call alone fails; a later one may succeed.
    pub(crate) fn out_of_resources(what: &str, error: &io::Error) -> Self {
        let refused = Self::new("ERR_OUT_OF_RESOURCES", format!("{what} cannot start: {error}"));
        Self { retryable: true, ..refused }
    }

    /// The result of an operation is longer than a Buffer can be.
    pub(crate) fn too_large(bytes: usize, most: usize) -> Self {
        let message =
            format!("the result is {bytes} bytes long: a Buffer holds at most {most}; ask for fewer rows");
        Self::new("ERR_RESULT_TOO_LARGE", message)
    }

    /// A defect of the addon.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("ERR_INTERNAL", message)
    }
}

impl From<pegasus_client::Error> for Failure {
    fn from(error: pegasus_client::Error) -> Self {
        let location = error.location().clone();
        Self {
            code: error.code().into_owned(),
            message: error.message().to_owned(),
            retryable: error.is_retryable(),
            maybe_applied: error.is_maybe_applied(),
            table: location.table,
            partition_index: location.partition_index,
            server: location.server,
            attempts: (location.attempts > 0).then_some(location.attempts),
            deleted: None,
            next_sort_key: None,
        }
    }
}

impl From<DelRangeError> for Failure {
    fn from(stopped: DelRangeError) -> Self {
        Self {
            deleted: Some(stopped.deleted as f64),
            next_sort_key: stopped.next_sort_key.map(|key| Buffer::from(key.to_vec())),
            ..stopped.error.into()
        }
    }
}
