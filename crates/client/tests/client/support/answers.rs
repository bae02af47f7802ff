//! Replies: configurations of tables, values, pages of scans, refusals.

use std::net::SocketAddrV4;

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::{encode_error, encode_reply};
use pegasus_protocol::idl::{
    KeyValue, PartitionConfiguration, QueryCfgResponse, ReadResponse, ScanResponse, UpdateResponse,
};
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::{ErrorCode, Gpid, HostPort, RpcAddress};

use super::{Action, Request};

/// The number of every scripted table.
pub(crate) const APP_ID: i32 = 2;

/// The bytes of a reply with a body.
pub(crate) fn reply_bytes<R: Rpc>(request: &Request, response: &R::Response) -> BytesMut {
    let mut bytes = BytesMut::new();
    encode_reply::<R>(&ErrorCode::Ok, request.head.sequence_id, response, &mut bytes);
    bytes
}

pub(crate) fn reply<R: Rpc>(request: &Request, response: &R::Response) -> Action {
    Action::Send(reply_bytes::<R>(request, response))
}

/// A refusal in the header, without a body.
pub(crate) fn refuse(request: &Request, error: &ErrorCode) -> Action {
    let mut bytes = BytesMut::new();
    encode_error(error, request.head.name.as_bytes(), request.head.sequence_id, &mut bytes);
    Action::Send(bytes)
}

/// The bytes of the reply to a get that finds this value.
pub(crate) fn value_bytes(request: &Request, value: &'static str) -> BytesMut {
    let value = Bytes::from_static(value.as_bytes());
    reply_bytes::<rpc::Get>(request, &ReadResponse { value, ..ReadResponse::default() })
}

/// Replies to a get with this value.
pub(crate) fn value(request: &Request, value: &'static str) -> Action {
    Action::Send(value_bytes(request, value))
}

/// Replies to a set.
pub(crate) fn written(request: &Request) -> Action {
    reply::<rpc::Put>(request, &UpdateResponse::default())
}

/// A batch of rows, in reply to either request of a scan.
pub(crate) fn page(request: &Request, status: Status, keys: &[&str], context_id: i64) -> Action {
    let row = |key: &&str| KeyValue { key: scan_key(key), ..KeyValue::default() };
    let response = ScanResponse {
        error: status.code(),
        kvs: keys.iter().map(row).collect(),
        context_id,
        ..ScanResponse::default()
    };
    if request.code() == rpc::RpcCode::Scan {
        reply::<rpc::Scan>(request, &response)
    } else {
        reply::<rpc::GetScanner>(request, &response)
    }
}

/// The encoded key of a scripted row; all rows have the hash key `h`.
pub(crate) fn scan_key(sort_key: &str) -> Bytes {
    key::encode(b"h", sort_key.as_bytes()).unwrap()
}

/// A table's configuration with these primaries, all with ballot 1.
pub(crate) fn table<P: Into<Option<SocketAddrV4>>>(
    primaries: impl IntoIterator<Item = P>,
) -> QueryCfgResponse {
    let partitions: Vec<_> = primaries
        .into_iter()
        .enumerate()
        .map(|(index, primary)| partition(index as i32, 1, primary.into()))
        .collect();
    QueryCfgResponse {
        err: ErrorCode::Ok,
        app_id: APP_ID,
        partition_count: partitions.len() as i32,
        is_stateful: true,
        partitions,
    }
}

/// The same configuration with another ballot.
pub(crate) fn with_ballot(ballot: i64, mut table: QueryCfgResponse) -> QueryCfgResponse {
    for partition in &mut table.partitions {
        partition.ballot = ballot;
    }
    table
}

/// The same configuration with these secondaries for each partition.
pub(crate) fn with_secondaries(
    secondaries: &[SocketAddrV4],
    mut table: QueryCfgResponse,
) -> QueryCfgResponse {
    for partition in &mut table.partitions {
        partition.secondaries = secondaries.iter().copied().map(RpcAddress::from).collect();
    }
    table
}

/// The same configuration with a host name for each primary, as servers since 2.6 send it.
pub(crate) fn with_host(host: &str, mut table: QueryCfgResponse) -> QueryCfgResponse {
    for partition in &mut table.partitions {
        let port = partition.primary.socket_addr().unwrap().port();
        partition.hp_primary = Some(HostPort::new(host, port));
        partition.hp_secondaries = Some(Vec::new());
        partition.hp_last_drops = Some(Vec::new());
    }
    table
}

pub(crate) fn partition(index: i32, ballot: i64, primary: Option<SocketAddrV4>) -> PartitionConfiguration {
    PartitionConfiguration {
        pid: Gpid { app_id: APP_ID, partition_index: index },
        ballot,
        max_replica_count: 3,
        primary: primary.map_or(RpcAddress::NONE, RpcAddress::from),
        ..PartitionConfiguration::default()
    }
}

/// The reply of a meta server without a table.
pub(crate) fn no_table(err: ErrorCode) -> QueryCfgResponse {
    QueryCfgResponse { err, ..QueryCfgResponse::default() }
}

/// The reply of a follower that names this leader, or knows none.
pub(crate) fn forward(leader: Option<SocketAddrV4>) -> QueryCfgResponse {
    let named = |leader: SocketAddrV4| PartitionConfiguration {
        primary: leader.into(),
        ..PartitionConfiguration::default()
    };
    QueryCfgResponse {
        partitions: leader.into_iter().map(named).collect(),
        ..no_table(ErrorCode::ForwardToOthers)
    }
}
