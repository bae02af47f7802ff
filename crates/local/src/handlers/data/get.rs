//! `RPC_RRDB_RRDB_GET` and `_TTL`: the value of one row, and its remaining time to live.

use bytes::Bytes;
use pegasus_protocol::idl::{ReadResponse, TtlResponse};
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::ops;

/// The time to live of a row without an expiry.
const FOR_EVER: i32 = -1;

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

pub(super) fn ttl(call: &DataCall<'_>, key: &Bytes) -> TtlResponse {
    let (status, ttl_seconds) = if call.is_cut(key) {
        (Status::InvalidArgument, 0)
    } else {
        match ops::get(call.partition, key, call.now) {
            Ok(Some(row)) if row.expire_ts == 0 => (Status::Ok, FOR_EVER),
            Ok(Some(row)) => (Status::Ok, row.expire_ts.saturating_sub(call.now) as i32),
            Ok(None) => (Status::NotFound, 0),
            Err(error) => (call.failed(&error), 0),
        }
    };
    TtlResponse {
        error: status.code(),
        ttl_seconds,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
    }
}
