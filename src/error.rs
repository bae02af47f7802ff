//! Failures on their way to JavaScript. The Error itself is made there, on the caller's stack.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::DelRangeError;

use crate::bridge::{Completion, Extra};
use crate::convert::to_value;

/// Why an operation failed, as `lib/errors.ts` reads it.
#[napi(object, object_from_js = false)]
pub struct Failure {
    /// Stable name.
    pub code: String,
    /// The reason in words.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Whether a write may have been carried out.
    pub maybe_applied: bool,
    /// The table.
    pub table: Option<String>,
    /// The partition.
    pub partition_index: Option<i32>,
    /// The server.
    pub server: Option<String>,
    /// How many attempts were made.
    pub attempts: Option<u32>,
    /// How many rows a removal of a range had removed.
    pub deleted: Option<f64>,
    /// Where that removal stopped.
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

    /// Something that only a defect of the addon can cause.
    pub(crate) fn internal(error: &napi::Error) -> Self {
        Self::new("ERR_INTERNAL", error.to_string())
    }

    pub(crate) fn into_extra(self) -> Extra {
        Box::new(move |env| to_value(env, self))
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

impl From<pegasus_client::Error> for Completion {
    fn from(error: pegasus_client::Error) -> Self {
        Self::Failure(Box::new(error.into()))
    }
}
