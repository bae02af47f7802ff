//! `RPC_RRDB_RRDB_PUT`: sets one row.

use pegasus_protocol::idl::{UpdateRequest, UpdateResponse};
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::ops::{self, Written};

pub(super) fn put(call: &DataCall<'_>, request: &UpdateRequest) -> UpdateResponse {
    call.updated(if call.is_misrouted(&request.key) {
        Written::refused(call.partition, Status::InvalidArgument)
    } else {
        ops::put(call.partition, request, call.now)
    })
}
