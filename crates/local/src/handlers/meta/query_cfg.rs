//! `RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX`: tells which servers hold the partitions of a table.

use pegasus_protocol::idl::{AppStatus, PartitionConfiguration, QueryCfgRequest, QueryCfgResponse};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::{ErrorCode, Gpid, HostPort, RpcAddress};

use super::call::MetaCall;
use super::error_response::ErrorResponse;
use super::host_port::host_port;
use crate::topology::{Placement, TableState};

pub(super) fn query_cfg(call: &MetaCall<'_>, request: &QueryCfgRequest) -> QueryCfgResponse {
    if !call.is_leader() {
        return forward(call);
    }
    let Some(table) = call.topology.table_by_name(&request.app_name) else {
        return ErrorResponse::refused(ErrorCode::ObjectNotFound);
    };
    match AppStatus::try_from(table.info.status) {
        Ok(AppStatus::Available) => locate(call, table, &request.partition_indices),
        Ok(AppStatus::Creating | AppStatus::Recalling) => ErrorResponse::refused(ErrorCode::BusyCreating),
        Ok(AppStatus::Dropping) => ErrorResponse::refused(ErrorCode::BusyDropping),
        Ok(AppStatus::Invalid | AppStatus::CreateFailed | AppStatus::DropFailed | AppStatus::Dropped)
        | Err(_) => ErrorResponse::refused(ErrorCode::Unknown),
    }
}

/// A follower names the leader as the primary of an otherwise empty partition.
fn forward(call: &MetaCall<'_>) -> QueryCfgResponse {
    let leader = call.topology.meta_servers[call.topology.leader];
    let partition = PartitionConfiguration {
        primary: leader.into(),
        hp_primary: call.host_name.map(|name| host_port(name, leader)),
        ..PartitionConfiguration::default()
    };
    QueryCfgResponse { partitions: vec![partition], ..ErrorResponse::refused(ErrorCode::ForwardToOthers) }
}

/// The requested partitions. All partitions, if none of the requested ones exists, or if the
/// request names more than there are: a short request with repeated indices must not make a huge
/// answer.
fn locate(call: &MetaCall<'_>, table: &TableState, asked: &[i32]) -> QueryCfgResponse {
    let locate_one = |index: i32| configuration(call, table, index);
    let asked = if asked.len() > table.partitions.len() { &[] } else { asked };
    let mut partitions: Vec<_> = asked.iter().copied().filter_map(locate_one).collect();
    if partitions.is_empty() {
        partitions = (0..table.info.partition_count).filter_map(locate_one).collect();
    }
    QueryCfgResponse {
        err: ErrorCode::Ok,
        app_id: table.info.app_id,
        partition_count: table.info.partition_count,
        is_stateful: true,
        partitions,
    }
}

fn configuration(call: &MetaCall<'_>, table: &TableState, index: i32) -> Option<PartitionConfiguration> {
    let placement = table.partitions.get(usize::try_from(index).ok()?)?;
    let pid = Gpid { app_id: table.info.app_id, partition_index: index };
    if !placement.is_ready() {
        return Some(PartitionConfiguration { pid, ballot: placement.ballot, ..Default::default() });
    }
    let at = |server: &usize| call.topology.replica_servers[*server];
    let addresses = |servers: &[usize]| servers.iter().map(|server| at(server).into()).collect();
    let named = |name: &Text, servers: &[usize]| {
        servers.iter().map(|server| host_port(name, at(server))).collect::<Vec<HostPort>>()
    };
    let Placement { ballot, primary, secondaries, last_drops, .. } = placement;
    Some(PartitionConfiguration {
        pid,
        ballot: *ballot,
        max_replica_count: table.info.max_replica_count,
        primary: primary.as_ref().map_or(RpcAddress::NONE, |server| at(server).into()),
        secondaries: addresses(secondaries),
        last_drops: addresses(last_drops),
        hp_primary: call
            .host_name
            .map(|name| primary.as_ref().map_or(HostPort::NONE, |server| host_port(name, at(server)))),
        hp_secondaries: call.host_name.map(|name| named(name, secondaries)),
        hp_last_drops: call.host_name.map(|name| named(name, last_drops)),
        ..PartitionConfiguration::default()
    })
}
