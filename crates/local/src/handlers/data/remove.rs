//! `RPC_RRDB_RRDB_REMOVE`: removes one row.

use bytes::Bytes;
use pegasus_protocol::idl::UpdateResponse;
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::ops::{self, Written};

pub(super) fn remove(call: &DataCall<'_>, key: &Bytes) -> UpdateResponse {
    call.updated(if call.is_misrouted(key) {
        Written::refused(call.partition, Status::InvalidArgument)
    } else {
        ops::remove(call.partition, key)
    })
}
