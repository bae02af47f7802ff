//! `RPC_CM_LIST_NODES`: which replica servers there are. All of them are alive.

use pegasus_protocol::idl::{ListNodesRequest, ListNodesResponse, NodeInfo, NodeStatus};
use pegasus_protocol::types::ErrorCode;

use super::MetaCall;
use super::query_cfg::host_port;

pub(super) fn list_nodes(call: &MetaCall<'_>, request: &ListNodesRequest) -> ListNodesResponse {
    let asked = [NodeStatus::Invalid, NodeStatus::Alive].map(i32::from).contains(&request.status);
    let servers = call.topology.replica_servers.iter().filter(|_| asked);
    let info = |at: &std::net::SocketAddrV4| NodeInfo {
        status: NodeStatus::Alive.into(),
        node: (*at).into(),
        hp_node: call.host_name.map(|name| host_port(name, *at)),
    };
    ListNodesResponse { err: ErrorCode::Ok, infos: servers.map(info).collect() }
}
