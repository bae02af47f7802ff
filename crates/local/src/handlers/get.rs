//! `RPC_RRDB_RRDB_GET`: the value of one row.

use bytes::Bytes;
use pegasus_protocol::idl::ReadResponse;
use pegasus_protocol::status::Status;

use super::DataCall;
use crate::store::ops;

pub(super) fn get(call: &DataCall<'_>, key: &Bytes) -> ReadResponse {
    let (status, value) = if call.is_cut(key) {
        (Status::InvalidArgument, Bytes::new())
    } else {
        match ops::get(call.partition, key, call.now) {
            Ok(Some(row)) => (Status::Ok, row.value),
            Ok(None) => (Status::NotFound, Bytes::new()),
            Err(error) => (call.failed(&error), Bytes::new()),
        }
    };
    ReadResponse {
        error: status.code(),
        value,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
    }
}
