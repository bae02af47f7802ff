//! `RPC_RRDB_RRDB_INCR`: adds to an integer.

use pegasus_protocol::idl::{IncrRequest, IncrResponse};

use super::call::DataCall;
use crate::store::ops;

pub(super) fn incr(call: &DataCall<'_>, request: &IncrRequest) -> IncrResponse {
    let (written, new_value) = match ops::incr(call.partition, request, call.now) {
        Ok(incremented) => (incremented.written, incremented.new_value),
        Err(error) => (call.written(Err(error)), 0),
    };
    IncrResponse {
        error: written.status.code(),
        new_value,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        decree: written.decree,
        server: call.server.clone(),
    }
}
