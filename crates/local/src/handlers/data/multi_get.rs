//! `RPC_RRDB_RRDB_MULTI_GET`: rows of a hash key.

use pegasus_protocol::idl::{MultiGetRequest, MultiGetResponse};

use super::call::DataCall;
use crate::store::ops;

pub(super) fn multi_get(call: &DataCall<'_>, request: &MultiGetRequest) -> MultiGetResponse {
    let (error, kvs) = call.found(ops::multi_get(call.partition, request, call.now));
    MultiGetResponse {
        error,
        kvs,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
    }
}
