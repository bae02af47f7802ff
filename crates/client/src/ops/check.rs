//! What the two conditional writes share: the check, and what came of it.

use bytes::Bytes;
use pegasus_protocol::idl::{CheckAndSetResponse, CheckType};
use pegasus_protocol::status::Status;

/// What a conditional write asks of a row before it writes.
#[derive(Debug, Clone)]
pub struct Check {
    /// The row that is looked at.
    pub sort_key: Bytes,
    /// What is asked of it.
    pub check_type: CheckType,
    /// What it is compared with, where the check compares.
    pub operand: Bytes,
    /// Bring back the value that was looked at.
    pub return_value: bool,
}

impl Check {
    /// A check of that row, without an operand, that does not bring the value back.
    pub fn new(sort_key: impl Into<Bytes>, check_type: CheckType) -> Self {
        Self { sort_key: sort_key.into(), check_type, operand: Bytes::new(), return_value: false }
    }
}

/// What came of a conditional write. A check that does not pass is no error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckResult {
    /// Whether the check passed, and so the write was done.
    pub succeeded: bool,
    /// The checked row's value before the write, where it was asked for: `Some(None)` is "no row".
    pub check_value: Option<Option<Bytes>>,
}

pub(super) fn result(response: CheckAndSetResponse) -> Result<CheckResult, Status> {
    let succeeded = match Status::from(response.error) {
        Status::Ok => true,
        Status::TryAgain => false,
        other => return Err(other),
    };
    let check_value =
        response.check_value_returned.then(|| response.check_value_exist.then_some(response.check_value));
    Ok(CheckResult { succeeded, check_value })
}

pub(super) fn explain(status: Status) -> Option<&'static str> {
    (status == Status::InvalidArgument)
        .then_some("the check compares integers, and the stored value or the operand is none of 64 bits")
}
