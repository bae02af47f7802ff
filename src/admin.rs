//! The administrative calls of a client.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use napi::Result;
use napi::bindgen_prelude::ToNapiValue;
use napi_derive::napi;
use pegasus_client::Error;
use pegasus_client::admin::{
    Admin, CreateTableOptions, NodeInfo, NodeStatus, PartitionInfo, TableInfo, TableLayout, TableStatus,
};

use crate::bridge::Completion;
use crate::client::{NativeClient, run};
use crate::convert::{completion, timeout, to_value};

/// A table, as `lib/admin.ts` reads it. Numbers that only have a meaning there stay numbers.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeTableInfo {
    pub name: String,
    pub app_id: i32,
    pub status: i32,
    pub partition_count: u32,
    pub replica_count: u32,
    pub envs: HashMap<String, String>,
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

/// `timeoutMs` -1 is the default of administrative calls.
#[napi]
impl NativeClient {
    /// Record: Number, the table's.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat, as all that crosses.
    pub fn create_table(
        &self,
        token: u32,
        name: String,
        partition_count: u32,
        replica_count: u32,
        envs: HashMap<String, String>,
        success_if_exists: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let options = CreateTableOptions {
            partition_count,
            replica_count,
            envs: envs.into_iter().collect(),
            success_if_exists,
            timeout: timeout(timeout_ms),
        };
        let create = move |admin: Admin| async move { admin.create_table(&name, &options).await };
        self.administer(token, create, |app_id| Completion::Number(app_id.into()))
    }

    /// `reserveSeconds` -1: as long as the cluster does by itself. Record: Done.
    #[napi]
    pub fn drop_table(
        &self,
        token: u32,
        name: String,
        reserve_seconds: i64,
        success_if_not_exists: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let reserve = u64::try_from(reserve_seconds).ok().map(Duration::from_secs);
        let limit = timeout(timeout_ms);
        let drop = move |admin: Admin| async move {
            admin.drop_table(&name, reserve, success_if_not_exists, limit).await
        };
        self.administer(token, drop, |()| Completion::Done)
    }

    /// `newName` null: the old one. Record: Extra, the table.
    #[napi]
    pub fn recall_table(
        &self,
        token: u32,
        app_id: i32,
        new_name: Option<String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let recall =
            move |admin: Admin| async move { admin.recall_table(app_id, new_name.as_deref(), limit).await };
        self.administer(token, recall, |table| value(NativeTableInfo::from(table)))
    }

    /// `status` 0: all. Record: Extra, a list of tables.
    #[napi]
    pub fn list_tables(&self, token: u32, status: i32, timeout_ms: i32) -> Result<()> {
        let (status, limit) = (TableStatus::try_from(status).ok(), timeout(timeout_ms));
        let list = move |admin: Admin| async move { admin.list_tables(status, limit).await };
        self.administer(token, list, |tables| {
            value(tables.into_iter().map(NativeTableInfo::from).collect::<Vec<_>>())
        })
    }

    /// Record: Extra, an object.
    #[napi]
    pub fn table_envs(&self, token: u32, name: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let envs = move |admin: Admin| async move { admin.table_envs(&name, limit).await };
        self.administer(token, envs, |envs| value(plain(envs)))
    }

    /// Record: Done.
    #[napi]
    pub fn set_table_envs(
        &self,
        token: u32,
        name: String,
        envs: HashMap<String, String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let (envs, limit) = (envs.into_iter().collect::<BTreeMap<_, _>>(), timeout(timeout_ms));
        let set = move |admin: Admin| async move { admin.set_table_envs(&name, &envs, limit).await };
        self.administer(token, set, |()| Completion::Done)
    }

    /// Record: Done.
    #[napi]
    pub fn delete_table_envs(
        &self,
        token: u32,
        name: String,
        keys: Vec<String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let delete = move |admin: Admin| async move { admin.delete_table_envs(&name, &keys, limit).await };
        self.administer(token, delete, |()| Completion::Done)
    }

    /// Record: Done.
    #[napi]
    pub fn clear_table_envs(&self, token: u32, name: String, prefix: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let clear = move |admin: Admin| async move { admin.clear_table_envs(&name, &prefix, limit).await };
        self.administer(token, clear, |()| Completion::Done)
    }

    /// `status` 0: all. Record: Extra, a list of servers.
    #[napi]
    pub fn list_nodes(&self, token: u32, status: i32, timeout_ms: i32) -> Result<()> {
        let (status, limit) = (NodeStatus::try_from(status).ok(), timeout(timeout_ms));
        let list = move |admin: Admin| async move { admin.list_nodes(status, limit).await };
        self.administer(token, list, |nodes| {
            value(nodes.into_iter().map(NativeNodeInfo::from).collect::<Vec<_>>())
        })
    }

    /// Record: Extra, an object.
    #[napi]
    pub fn cluster_info(&self, token: u32, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let info = move |admin: Admin| async move { admin.cluster_info(limit).await };
        self.administer(token, info, |info| value(plain(info)))
    }

    /// Record: Extra, the layout.
    #[napi]
    pub fn table_layout(&self, token: u32, name: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let layout = move |admin: Admin| async move { admin.table_layout(&name, limit).await };
        self.administer(token, layout, |layout| value(NativeTableLayout::from(layout)))
    }

    /// Record: Done.
    #[napi]
    pub fn start_partition_split(
        &self,
        token: u32,
        name: String,
        new_partition_count: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let split = move |admin: Admin| async move {
            admin.start_partition_split(&name, new_partition_count, limit).await
        };
        self.administer(token, split, |()| Completion::Done)
    }

    fn administer<T, F>(
        &self,
        token: u32,
        call: impl FnOnce(Admin) -> F,
        lay_out: fn(T) -> Completion,
    ) -> Result<()>
    where
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let calling = call(self.client.admin());
        run(&self.bridge, self.log.as_ref(), token, async move { completion(calling.await, lay_out) })
    }
}

fn plain(map: BTreeMap<String, String>) -> HashMap<String, String> {
    map.into_iter().collect()
}

fn value<T: ToNapiValue + Send + 'static>(made: T) -> Completion {
    Completion::Extra(Box::new(move |env| to_value(env, made)))
}
