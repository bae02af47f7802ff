//! `RPC_RRDB_RRDB_BATCH_GET`: rows of a partition.

use pegasus_protocol::idl::{BatchGetRequest, BatchGetResponse};

use super::call::DataCall;
use crate::store::ops;

pub(super) fn batch_get(call: &DataCall<'_>, request: &BatchGetRequest) -> BatchGetResponse {
    let (error, data) = call.found(ops::batch_get(call.partition, request, call.now));
    BatchGetResponse {
        error,
        data,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
    }
}
