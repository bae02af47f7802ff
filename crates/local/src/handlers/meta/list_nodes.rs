//! `RPC_CM_LIST_NODES`: lists the replica servers, and whether the cluster has lost them.

use pegasus_protocol::idl::{ListNodesRequest, ListNodesResponse, NodeInfo, NodeStatus};
use pegasus_protocol::types::ErrorCode;

use super::call::MetaCall;
use super::host_port::host_port;
use crate::topology::Health;

pub(super) fn list_nodes(call: &MetaCall<'_>, request: &ListNodesRequest) -> ListNodesResponse {
    let topology = call.topology;
    let nodes = topology.replica_servers.iter().zip(&topology.replica_health).map(|(at, health)| NodeInfo {
        status: status(*health).into(),
        node: (*at).into(),
        hp_node: call.host_name.map(|name| host_port(name, *at)),
    });
    let asked = |node: &NodeInfo| [i32::from(NodeStatus::Invalid), node.status].contains(&request.status);
    ListNodesResponse { err: ErrorCode::Ok, infos: nodes.filter(asked).collect() }
}

fn status(health: Health) -> NodeStatus {
    match health {
        Health::Up | Health::Down => NodeStatus::Alive,
        Health::Lost => NodeStatus::Unalive,
    }
}
