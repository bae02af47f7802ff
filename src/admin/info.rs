//! What administrative calls return.

use std::collections::{BTreeMap, HashMap};

use napi_derive::napi;
use pegasus_client::admin::{NodeInfo, PartitionInfo, TableInfo, TableLayout};

/// `status` that lists everything, whatever its state.
#[napi]
pub const ANY_STATUS: i32 = 0;

/// A table.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeTableInfo {
    pub name: String,
    pub app_id: i32,
    /// -1: a state that the addon does not know.
    pub status: i32,
    pub partition_count: u32,
    pub replica_count: u32,
    /// Unordered.
    pub envs: HashMap<String, String>,
    /// Each of the three times is 0 when there is none.
    pub create_unix_seconds: f64,
    pub drop_unix_seconds: f64,
    pub expire_unix_seconds: f64,
}

impl From<TableInfo> for NativeTableInfo {
    fn from(info: TableInfo) -> Self {
        Self {
            name: info.name,
            app_id: info.app_id,
            status: info.status.map_or(-1, i32::from),
            partition_count: info.partition_count,
            replica_count: info.replica_count,
            envs: info.envs.into_iter().collect(),
            create_unix_seconds: info.create_unix_seconds as f64,
            drop_unix_seconds: info.drop_unix_seconds as f64,
            expire_unix_seconds: info.expire_unix_seconds as f64,
        }
    }
}

/// A replica server.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeNodeInfo {
    pub address: String,
    /// -1: a state that the addon does not know.
    pub status: i32,
}

impl From<NodeInfo> for NativeNodeInfo {
    fn from(info: NodeInfo) -> Self {
        Self { address: info.address, status: info.status.map_or(-1, i32::from) }
    }
}

/// Where one partition is.
#[napi(object, object_from_js = false)]
pub(crate) struct NativePartitionInfo {
    pub index: i32,
    pub ballot: f64,
    pub primary: Option<String>,
    pub secondaries: Vec<String>,
    pub replica_count: u32,
}

impl From<PartitionInfo> for NativePartitionInfo {
    fn from(info: PartitionInfo) -> Self {
        let PartitionInfo { index, ballot, primary, secondaries, replica_count } = info;
        Self { index, ballot: ballot as f64, primary, secondaries, replica_count }
    }
}

/// Where the partitions of a table are.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeTableLayout {
    pub app_id: i32,
    /// Ordered by index.
    pub partitions: Vec<NativePartitionInfo>,
}

impl From<TableLayout> for NativeTableLayout {
    fn from(layout: TableLayout) -> Self {
        Self {
            app_id: layout.app_id,
            partitions: layout.partitions.into_iter().map(NativePartitionInfo::from).collect(),
        }
    }
}

/// A map as JavaScript gets it.
pub(super) fn unordered(map: BTreeMap<String, String>) -> HashMap<String, String> {
    map.into_iter().collect()
}
