//! Writes a row if a row of the same hash key passes a check.

use std::fmt;

use bytes::Bytes;
use pegasus_protocol::idl::{CheckAndSetRequest, CheckAndSetResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use super::check::{self, Check, CheckResult};
use crate::error::Error;
use crate::operation::{HashKey, Operation, check_write, expire_ts};
use crate::routing::Target;
use crate::shown::{ShownKey, ShownValue};

/// The write of a check-and-set.
#[derive(Clone)]
pub struct CheckedSet {
    /// The sort key of the row to write. `None`: the checked row.
    pub sort_key: Option<Bytes>,
    /// The new value.
    pub value: Bytes,
    /// The lifetime of the row in seconds, by the client's clock; 0: no expiry.
    pub ttl_seconds: u32,
}

impl fmt::Debug for CheckedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedSet")
            .field("sort_key", &self.sort_key.as_deref().map(ShownKey))
            .field("value", &ShownValue(&self.value))
            .field("ttl_seconds", &self.ttl_seconds)
            .finish()
    }
}

pub(crate) struct CheckAndSet {
    target: Target,
    request: CheckAndSetRequest,
}

impl CheckAndSet {
    pub(crate) fn new(hash_key: &[u8], check: Check, set: CheckedSet) -> Result<Self, Error> {
        let hash_key = HashKey::new(hash_key)?;
        let target = hash_key.target();
        let request = CheckAndSetRequest {
            hash_key: hash_key.bytes,
            check_sort_key: check.sort_key,
            check_type: check.check_type.into(),
            check_operand: check.operand,
            set_diff_sort_key: set.sort_key.is_some(),
            set_sort_key: set.sort_key.unwrap_or_default(),
            set_value: set.value,
            set_expire_ts_seconds: expire_ts(set.ttl_seconds)?,
            return_check_value: check.return_value,
        };
        let about = request.hash_key.len() + request.check_operand.len() + request.set_value.len();
        let about = about + request.check_sort_key.len() + request.set_sort_key.len();
        check_write::<rpc::CheckAndSet>(&request, about)?;
        Ok(Self { target, request })
    }
}

impl Operation for CheckAndSet {
    type Rpc = rpc::CheckAndSet;
    type Output = CheckResult;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &CheckAndSetRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let CheckAndSetRequest { hash_key, check_sort_key, check_operand, set_sort_key, set_value, .. } =
            &self.request;
        [hash_key, check_sort_key, check_operand, set_sort_key, set_value].map(Bytes::len).iter().sum()
    }

    fn output(&self, response: CheckAndSetResponse) -> Result<CheckResult, Status> {
        check::result(response)
    }

    fn explain(&self, status: Status) -> Option<&'static str> {
        check::explain(status)
    }
}
