//! `RPC_RRDB_RRDB_CHECK_AND_SET` and `RPC_RRDB_RRDB_CHECK_AND_MUTATE`: writes under a condition.
//! Both have the same answer.

use pegasus_protocol::idl::{CheckAndMutateRequest, CheckAndSetRequest, CheckAndSetResponse};

use super::call::DataCall;
use crate::store::StoreError;
use crate::store::ops::{self, Checked};

pub(super) fn check_and_set(call: &DataCall<'_>, request: &CheckAndSetRequest) -> CheckAndSetResponse {
    checked(call, ops::check_and_set(call.partition, request, call.now))
}

pub(super) fn check_and_mutate(call: &DataCall<'_>, request: &CheckAndMutateRequest) -> CheckAndSetResponse {
    checked(call, ops::check_and_mutate(call.partition, request, call.now))
}

fn checked(call: &DataCall<'_>, checked: Result<Checked, StoreError>) -> CheckAndSetResponse {
    let (written, check_value) = match checked {
        Ok(checked) => (checked.written, checked.check_value),
        Err(error) => (call.written(Err(error)), None),
    };
    let check_value_returned = check_value.is_some();
    let check_value = check_value.flatten();
    CheckAndSetResponse {
        error: written.status.code(),
        check_value_returned,
        check_value_exist: check_value.is_some(),
        check_value: check_value.unwrap_or_default(),
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        decree: written.decree,
        server: call.server.clone(),
    }
}
