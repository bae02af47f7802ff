//! Headers and requests.

use bytes::Bytes;
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::types::Gpid;

pub(crate) fn header(gpid: Gpid) -> RequestHeader {
    RequestHeader { gpid, timeout_ms: 5000, ..RequestHeader::default() }
}

pub(crate) fn encoded(hash_key: &str, sort_key: &str) -> Bytes {
    key::encode(hash_key.as_bytes(), sort_key.as_bytes()).unwrap()
}

pub(crate) fn put_request(key: &Bytes, value: impl Into<Bytes>, expire_ts: u32) -> UpdateRequest {
    UpdateRequest { key: key.clone(), value: value.into(), expire_ts_seconds: expire_ts as i32 }
}

/// The header of a request to a meta server.
pub(crate) fn meta_header() -> RequestHeader {
    header(Gpid::default())
}

/// A request that sets envs.
pub(crate) fn set_envs(table: &str, envs: &[(&str, &str)]) -> UpdateAppEnvRequest {
    UpdateAppEnvRequest {
        app_name: table.into(),
        op: AppEnvOperation::Set.into(),
        keys: Some(envs.iter().map(|(key, _)| (*key).into()).collect()),
        values: Some(envs.iter().map(|(_, value)| (*value).into()).collect()),
        clear_prefix: None,
    }
}

/// The options with which clients create a table.
pub(crate) fn options(partition_count: i32) -> CreateAppOptions {
    CreateAppOptions {
        partition_count,
        replica_count: 3,
        app_type: "pegasus".into(),
        is_stateful: true,
        ..CreateAppOptions::default()
    }
}

/// A scan of a whole partition.
pub(crate) fn scan_of_all(batch_size: i32) -> GetScannerRequest {
    GetScannerRequest {
        start_key: Bytes::from_static(b"\0\0"),
        stop_key: Bytes::from_static(b"\xff\xff"),
        start_inclusive: true,
        batch_size,
        full_scan: Some(true),
        ..GetScannerRequest::default()
    }
}
