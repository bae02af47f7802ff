//! `RPC_RRDB_RRDB_SORTKEY_COUNT`: how many rows a hash key has.

use bytes::Bytes;
use pegasus_protocol::idl::CountResponse;
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::ops;

pub(super) fn sortkey_count(call: &DataCall<'_>, hash_key: &Bytes) -> CountResponse {
    let counted = ops::sortkey_count(call.partition, hash_key, call.now);
    let (error, count) = call.found(counted.map(|count| (Status::Ok, count)));
    CountResponse {
        error,
        count,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
    }
}
