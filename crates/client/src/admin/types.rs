//! Tables, nodes and partitions as the meta server describes them.

use std::collections::BTreeMap;
use std::time::Duration;

use pegasus_protocol::idl::{AppInfo, AppStatus, PartitionConfiguration, QueryCfgResponse};
use pegasus_protocol::types::{HostPort, RpcAddress};

use crate::address::ServerAddress;

pub use pegasus_protocol::idl::{AppStatus as TableStatus, NodeStatus};

/// The options of a new table.
#[derive(Debug, Clone)]
pub struct CreateTableOptions {
    /// The number of partitions. A power of two can be split later. Default: 8.
    pub partition_count: u32,
    /// The number of replicas of each partition. Default: 3.
    pub replica_count: u32,
    /// The table's settings. Default: none.
    pub envs: BTreeMap<String, String>,
    /// Whether an existing table of this name is accepted, if it is the same in everything. Default: `true`.
    pub success_if_exists: bool,
    /// The deadline of the whole call. `None`: 30 s. Default: `None`.
    pub timeout: Option<Duration>,
}

impl Default for CreateTableOptions {
    fn default() -> Self {
        Self {
            partition_count: 8,
            replica_count: 3,
            envs: BTreeMap::new(),
            success_if_exists: true,
            timeout: None,
        }
    }
}

/// A table as the meta server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// The table's name.
    pub name: String,
    /// The table's number.
    pub app_id: i32,
    /// The table's state. `None`: a state that this version does not know.
    pub status: Option<AppStatus>,
    /// The number of partitions.
    pub partition_count: u32,
    /// The number of replicas that each partition should have.
    pub replica_count: u32,
    /// The table's settings.
    pub envs: BTreeMap<String, String>,
    /// When the table was created, in Unix seconds; 0: unknown.
    pub create_unix_seconds: i64,
    /// When the table was dropped, in Unix seconds; 0: it was not dropped.
    pub drop_unix_seconds: i64,
    /// Until when a dropped table can be recalled, in Unix seconds; 0: it was not dropped.
    pub expire_unix_seconds: i64,
}

impl From<AppInfo> for TableInfo {
    fn from(info: AppInfo) -> Self {
        Self {
            name: info.app_name.to_string(),
            app_id: info.app_id,
            status: AppStatus::try_from(info.status).ok(),
            partition_count: u32::try_from(info.partition_count).unwrap_or_default(),
            replica_count: u32::try_from(info.max_replica_count).unwrap_or_default(),
            envs: info.envs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            create_unix_seconds: info.create_second,
            drop_unix_seconds: info.drop_second,
            expire_unix_seconds: info.expire_second,
        }
    }
}

/// A replica server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// The address as `host:port`, with the host name if the meta server reports one.
    pub address: String,
    /// The server's state. `None`: a state that this version does not know.
    pub status: Option<NodeStatus>,
}

impl From<pegasus_protocol::idl::NodeInfo> for NodeInfo {
    fn from(info: pegasus_protocol::idl::NodeInfo) -> Self {
        Self {
            address: address(info.node, info.hp_node.as_ref()).unwrap_or_default(),
            status: NodeStatus::try_from(info.status).ok(),
        }
    }
}

/// The properties of the cluster by name, such as `cluster_name`.
pub type ClusterInfo = BTreeMap<String, String>;

/// The servers of a table's partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLayout {
    /// The table's number.
    pub app_id: i32,
    /// The partitions, in order of their index.
    pub partitions: Vec<PartitionInfo>,
}

/// The servers of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    /// The partition's index, from 0.
    pub index: i32,
    /// The version of this configuration. Negative: a child partition of a split that is not ready yet.
    pub ballot: i64,
    /// The server that takes writes and consistent reads, as `host:port`. `None`: there is none now.
    pub primary: Option<String>,
    /// The servers that follow the primary, as `host:port`.
    pub secondaries: Vec<String>,
    /// The number of replicas that the partition should have.
    pub replica_count: u32,
}

impl PartitionInfo {
    /// Whether the partition has a primary and all its replicas.
    pub fn is_healthy(&self) -> bool {
        self.primary.is_some() && self.secondaries.len() as u32 + 1 >= self.replica_count
    }
}

impl From<QueryCfgResponse> for TableLayout {
    fn from(response: QueryCfgResponse) -> Self {
        let mut partitions: Vec<_> = response.partitions.iter().map(PartitionInfo::from).collect();
        partitions.sort_by_key(|partition| partition.index);
        Self { app_id: response.app_id, partitions }
    }
}

impl From<&PartitionConfiguration> for PartitionInfo {
    fn from(configuration: &PartitionConfiguration) -> Self {
        let by_name = configuration.hp_secondaries.as_deref().unwrap_or_default();
        let secondary = |(at, ip): (usize, &RpcAddress)| address(*ip, by_name.get(at));
        Self {
            index: configuration.pid.partition_index,
            ballot: configuration.ballot,
            primary: address(configuration.primary, configuration.hp_primary.as_ref()),
            secondaries: configuration.secondaries.iter().enumerate().filter_map(secondary).collect(),
            replica_count: u32::try_from(configuration.max_replica_count).unwrap_or_default(),
        }
    }
}

fn address(ip: RpcAddress, name: Option<&HostPort>) -> Option<String> {
    ServerAddress::from_configuration(ip, name).map(|address| address.to_string())
}
