//! The check of a conditional write, and its result.

use std::fmt;

use bytes::Bytes;
use pegasus_protocol::idl::{CheckAndSetResponse, CheckType};
use pegasus_protocol::status::Status;

use crate::shown::{ShownKey, ShownValue};

/// The condition of a conditional write: a check of one row of the same hash key.
#[derive(Clone)]
pub struct Check {
    /// The sort key of the row to check.
    pub sort_key: Bytes,
    /// The kind of check.
    pub check_type: CheckType,
    /// The operand, for checks that compare.
    pub operand: Bytes,
    /// Whether the result includes the checked value.
    pub return_value: bool,
}

impl Check {
    /// A check without an operand, whose result does not include the value.
    pub fn new(sort_key: impl Into<Bytes>, check_type: CheckType) -> Self {
        Self { sort_key: sort_key.into(), check_type, operand: Bytes::new(), return_value: false }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("sort_key", &ShownKey(&self.sort_key))
            .field("check_type", &self.check_type)
            .field("operand", &ShownValue(&self.operand))
            .field("return_value", &self.return_value)
            .finish()
    }
}

/// The result of a conditional write. A failed check is not an error.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CheckResult {
    /// Whether the check passed, so the write was applied.
    pub succeeded: bool,
    /// The checked row's value before the write, if the check asked for it. `Some(None)`: no such row.
    pub check_value: Option<Option<Bytes>>,
}

impl fmt::Debug for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check_value = self.check_value.as_ref().map(|value| value.as_deref().map(ShownValue));
        f.debug_struct("CheckResult")
            .field("succeeded", &self.succeeded)
            .field("check_value", &check_value)
            .finish()
    }
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
