//! `RPC_RRDB_RRDB_MULTI_PUT`: sets rows of a hash key.

use pegasus_protocol::idl::{MultiPutRequest, UpdateResponse};

use super::call::DataCall;
use crate::store::ops;

pub(super) fn multi_put(call: &DataCall<'_>, request: &MultiPutRequest) -> UpdateResponse {
    call.updated(ops::multi_put(call.partition, request, call.now))
}
