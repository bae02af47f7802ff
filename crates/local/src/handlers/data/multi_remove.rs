//! `RPC_RRDB_RRDB_MULTI_REMOVE`: removes rows of a hash key.

use pegasus_protocol::idl::{MultiRemoveRequest, MultiRemoveResponse};
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::ops;

pub(super) fn multi_remove(call: &DataCall<'_>, request: &MultiRemoveRequest) -> MultiRemoveResponse {
    let written = call.written(ops::multi_remove(call.partition, request));
    // Real servers return the number of named rows, whether these existed or not.
    let count = if written.status == Status::Ok { request.sort_keys.len() as i64 } else { 0 };
    MultiRemoveResponse {
        error: written.status.code(),
        count,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        decree: written.decree,
        server: call.server.clone(),
    }
}
