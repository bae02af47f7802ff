//! Tables, nodes and partitions as administrators see them.

use std::collections::BTreeMap;
use std::time::Duration;

use pegasus_protocol::idl::{AppInfo, AppStatus, PartitionConfiguration, QueryCfgResponse};
use pegasus_protocol::types::{HostPort, RpcAddress};

use crate::address::ServerAddress;

pub use pegasus_protocol::idl::{AppStatus as TableStatus, NodeStatus};

/// How a new table shall be.
#[derive(Debug, Clone)]
pub struct CreateTableOptions {
    /// How many partitions; a power of two can be split later. 8.
    pub partition_count: u32,
    /// How many replicas each partition shall have. 3.
    pub replica_count: u32,
    /// Its settings. None.
    pub envs: BTreeMap<String, String>,
    /// Whether a table of that name is fine, if it is the same in everything. `true`.
    pub success_if_exists: bool,
    /// How long all of it may take; `None`: half a minute.
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

/// A table as the meta server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// Its name.
    pub name: String,
    /// Its number.
    pub app_id: i32,
    /// Its state; `None`: one that this version does not know.
    pub status: Option<AppStatus>,
    /// How many partitions it has.
    pub partition_count: u32,
    /// How many replicas each partition should have.
    pub replica_count: u32,
    /// Its settings.
    pub envs: BTreeMap<String, String>,
    /// When it was created, in Unix seconds; 0: not known.
    pub create_unix_seconds: i64,
    /// When it was dropped, in Unix seconds; 0: it was not.
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
    /// Its address, `host:port`: by name where the server gives one.
    pub address: String,
    /// Its state; `None`: one that this version does not know.
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

/// What the meta server says of the cluster: names and values, such as `cluster_name`.
pub type ClusterInfo = BTreeMap<String, String>;

/// Where the partitions of a table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLayout {
    /// The table's number.
    pub app_id: i32,
    /// Its partitions, in order.
    pub partitions: Vec<PartitionInfo>,
}

/// Where one partition is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Which one.
    pub index: i32,
    /// The version of this configuration; negative: a split's child that is not ready yet.
    pub ballot: i64,
    /// The server that takes writes and consistent reads.
    pub primary: Option<String>,
    /// The servers that follow it.
    pub secondaries: Vec<String>,
    /// How many replicas it should have.
    pub replica_count: u32,
}

impl PartitionInfo {
    /// Whether it has all its replicas.
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
