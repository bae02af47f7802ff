//! `RPC_CM_CLUSTER_INFO`: the cluster as pairs of texts.

use std::net::SocketAddrV4;

use pegasus_protocol::idl::{ClusterInfoRequest, ClusterInfoResponse};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::call::MetaCall;
use crate::topology::{Placement, Topology};

/// The text of real servers when no replica needs to move. Here that is always so.
const NOTHING_TO_BALANCE: &str =
    "{\n  \"copy_pri\": 0,\n  \"copy_sec\": 0,\n  \"move_pri\": 0,\n  \"total\": 0\n}";

pub(super) fn cluster_info(call: &MetaCall<'_>, _request: &ClusterInfoRequest) -> ClusterInfoResponse {
    let topology = call.topology;
    let name = |at: &SocketAddrV4| match call.host_name {
        Some(host) => format!("{host}:{}", at.port()),
        None => at.to_string(),
    };
    let meta_servers: Vec<_> = topology.meta_servers.iter().map(name).collect();
    let primaries = spread(topology, |placement, server| placement.primary == Some(server));
    let replicas = spread(topology, Placement::is_at);
    // The names and their order are those of real servers. There is no ZooKeeper here.
    let (keys, values) = [
        ("meta_servers", meta_servers.join(",")),
        ("primary_meta_server", name(&topology.meta_servers[topology.leader])),
        ("zookeeper_hosts", String::new()),
        ("zookeeper_root", String::new()),
        ("meta_function_level", "steady".to_owned()),
        ("balance_operation_count", NOTHING_TO_BALANCE.to_owned()),
        ("primary_replica_count_stddev", primaries),
        ("total_replica_count_stddev", replicas),
        ("cluster_name", "local".to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (Text::from_static(key), Text::from(value)))
    .unzip();
    ClusterInfoResponse { err: ErrorCode::Ok, keys, values }
}

/// The standard deviation of the number of partitions for which a server `has` a replica.
fn spread(topology: &Topology, has: impl Fn(&Placement, usize) -> bool) -> String {
    let tables = || topology.tables().filter(|table| table.is_available());
    let placements = || tables().flat_map(|table| &table.partitions).filter(|placement| placement.is_ready());
    let servers = 0..topology.replica_servers.len();
    let counts: Vec<f64> = servers
        .map(|server| placements().filter(|placement| has(placement, server)).count() as f64)
        .collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
    format!("{:.2}", variance.sqrt())
}
