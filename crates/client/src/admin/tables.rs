//! The administrative calls, one method each.

use std::collections::BTreeMap;
use std::time::Duration;

use pegasus_protocol::idl::{
    AppEnvOperation, ClusterInfoRequest, CreateAppOptions, CreateAppRequest, DropAppOptions, DropAppRequest,
    ListAppsRequest, ListNodesRequest, RecallAppRequest, StartPartitionSplitRequest, UpdateAppEnvRequest,
};
use pegasus_protocol::rpc;
use pegasus_protocol::thrift::Text;
use tokio::time::{Instant, sleep};

use super::calls::{Admin, check_name, deadline, nonsense, wire_number};
use super::types::{
    ClusterInfo, CreateTableOptions, NodeInfo, NodeStatus, TableInfo, TableLayout, TableStatus,
};
use crate::error::{Error, ErrorKind};

/// The interval at which the layout of a new table is queried until the table is healthy.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl Admin {
    /// Creates a table and waits until every partition has its primary and all its replicas. Returns the
    /// table's number.
    ///
    /// # Errors
    ///
    /// * `ERR_APP_EXIST`: the table exists, and `success_if_exists` is `false`.
    /// * `ERR_INVALID_PARAMETERS`: a count or a setting is refused, the cluster has fewer servers than
    ///   `replica_count`, or the existing table differs.
    /// * `ERR_TIMEOUT`: the table was created but does not have all its replicas in time.
    pub async fn create_table(&self, name: &str, options: &CreateTableOptions) -> Result<i32, Error> {
        check_name(name)?;
        let request = CreateAppRequest {
            app_name: name.into(),
            options: CreateAppOptions {
                partition_count: wire_number("partition_count", options.partition_count)?,
                replica_count: wire_number("replica_count", options.replica_count)?,
                success_if_exist: options.success_if_exists,
                app_type: Text::from_static("pegasus"),
                is_stateful: true,
                envs: texts(&options.envs),
                atomic_idempotent: None,
            },
        };
        let deadline = deadline(options.timeout);
        let answer = self.change::<rpc::CreateApp>(&request, options.timeout).await?;
        self.wait_until_healthy(name, deadline).await?;
        Ok(answer.appid)
    }

    async fn wait_until_healthy(&self, name: &str, deadline: Instant) -> Result<(), Error> {
        loop {
            let layout = self.layout_until(name, deadline).await?;
            if layout.partitions.iter().all(|partition| partition.is_healthy() && partition.ballot > 0) {
                return Ok(());
            }
            if Instant::now() + LOOK_EVERY >= deadline {
                let message =
                    format!("the table {name:?} was created, but does not have all its replicas yet");
                return Err(Error::new(ErrorKind::Timeout, message));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Drops a table. Until `reserve` has passed (`None`: a week), it can be [recalled](Self::recall_table).
    ///
    /// With `success_if_not_exists`, a missing table is not an error.
    ///
    /// # Errors
    ///
    /// * `ERR_APP_NOT_EXIST`: there is no such table.
    /// * `ERR_SPLITTING`: the table is being split.
    pub async fn drop_table(
        &self,
        name: &str,
        reserve: Option<Duration>,
        success_if_not_exists: bool,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        check_name(name)?;
        let reserve_seconds = reserve.map(|time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
        let options = DropAppOptions { success_if_not_exist: success_if_not_exists, reserve_seconds };
        self.change::<rpc::DropApp>(&DropAppRequest { app_name: name.into(), options }, timeout).await?;
        Ok(())
    }

    /// Brings a dropped table back. `new_name` `None`: under its old name.
    ///
    /// # Errors
    ///
    /// * `ERR_APP_NOT_EXIST`: no table ever had this number, or it can no longer be recalled.
    /// * `ERR_APP_EXIST`: the table is not dropped.
    /// * `ERR_INVALID_PARAMETERS`: another table has the name.
    pub async fn recall_table(
        &self,
        app_id: i32,
        new_name: Option<&str>,
        timeout: Option<Duration>,
    ) -> Result<TableInfo, Error> {
        let request = RecallAppRequest { app_id, new_app_name: new_name.unwrap_or_default().into() };
        Ok(self.change::<rpc::RecallApp>(&request, timeout).await?.info.into())
    }

    /// Lists the tables in this state. `None`: in any state, dropped tables included.
    pub async fn list_tables(
        &self,
        status: Option<TableStatus>,
        timeout: Option<Duration>,
    ) -> Result<Vec<TableInfo>, Error> {
        let status = status.unwrap_or(TableStatus::Invalid).into();
        let request = ListAppsRequest { status, ..ListAppsRequest::default() };
        let answer = self.ask::<rpc::ListApps>(&request, timeout).await?;
        Ok(answer.infos.into_iter().map(TableInfo::from).collect())
    }

    /// Reads the settings of a table, which Pegasus calls its envs.
    ///
    /// # Errors
    ///
    /// `ERR_OBJECT_NOT_FOUND`: there is no such table.
    pub async fn table_envs(
        &self,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<BTreeMap<String, String>, Error> {
        check_name(name)?;
        let tables = self.list_tables(Some(TableStatus::Available), timeout).await?;
        let table = tables.into_iter().find(|table| table.name == name);
        table
            .map(|table| table.envs)
            .ok_or_else(|| Error::new(ErrorKind::TableNotFound, format!("there is no table {name:?}")))
    }

    /// Sets these settings of a table.
    ///
    /// # Errors
    ///
    /// * `ERR_INVALID_PARAMETERS`: a setting does not exist, or cannot have its value; the message says
    ///   which.
    /// * `ERR_APP_NOT_EXIST`: there is no such table.
    pub async fn set_table_envs(
        &self,
        name: &str,
        envs: &BTreeMap<String, String>,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        let keys = envs.keys().map(|key| Text::from(key.as_str())).collect();
        let values = envs.values().map(|value| Text::from(value.as_str())).collect();
        let request =
            UpdateAppEnvRequest { keys: Some(keys), values: Some(values), ..UpdateAppEnvRequest::default() };
        self.update_envs(name, AppEnvOperation::Set, request, timeout).await
    }

    /// Deletes these settings of a table. A setting that is not set is not an error.
    pub async fn delete_table_envs(
        &self,
        name: &str,
        keys: &[String],
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        let keys = keys.iter().map(|key| Text::from(key.as_str())).collect();
        let request = UpdateAppEnvRequest { keys: Some(keys), ..UpdateAppEnvRequest::default() };
        self.update_envs(name, AppEnvOperation::Del, request, timeout).await
    }

    /// Deletes all settings of a table whose names start with `prefix` and a dot. An empty prefix deletes
    /// all.
    pub async fn clear_table_envs(
        &self,
        name: &str,
        prefix: &str,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        let request =
            UpdateAppEnvRequest { clear_prefix: Some(prefix.into()), ..UpdateAppEnvRequest::default() };
        self.update_envs(name, AppEnvOperation::Clear, request, timeout).await
    }

    async fn update_envs(
        &self,
        name: &str,
        operation: AppEnvOperation,
        request: UpdateAppEnvRequest,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        check_name(name)?;
        let request = UpdateAppEnvRequest { app_name: name.into(), op: operation.into(), ..request };
        self.change::<rpc::UpdateAppEnv>(&request, timeout).await?;
        Ok(())
    }

    /// Lists the replica servers in this state. `None`: in any state.
    pub async fn list_nodes(
        &self,
        status: Option<NodeStatus>,
        timeout: Option<Duration>,
    ) -> Result<Vec<NodeInfo>, Error> {
        let request = ListNodesRequest { status: status.unwrap_or(NodeStatus::Invalid).into() };
        let answer = self.ask::<rpc::ListNodes>(&request, timeout).await?;
        Ok(answer.infos.into_iter().map(NodeInfo::from).collect())
    }

    /// Reads what the meta server tells about the cluster.
    pub async fn cluster_info(&self, timeout: Option<Duration>) -> Result<ClusterInfo, Error> {
        let answer = self.ask::<rpc::ClusterInfo>(&ClusterInfoRequest {}, timeout).await?;
        if answer.keys.len() != answer.values.len() {
            let (keys, values) = (answer.keys.len(), answer.values.len());
            return Err(nonsense(format!("the cluster info has {keys} names and {values} values")));
        }
        let pair = |(key, value): (&Text, &Text)| (key.to_string(), value.to_string());
        Ok(answer.keys.iter().zip(&answer.values).map(pair).collect())
    }

    /// Reads which servers have the partitions of a table.
    ///
    /// # Errors
    ///
    /// `ERR_OBJECT_NOT_FOUND`: there is no such table.
    pub async fn table_layout(&self, name: &str, timeout: Option<Duration>) -> Result<TableLayout, Error> {
        check_name(name)?;
        self.layout_until(name, deadline(timeout)).await
    }

    async fn layout_until(&self, name: &str, deadline: Instant) -> Result<TableLayout, Error> {
        Ok(self.configuration(name, deadline).await?.into())
    }

    /// Starts to split every partition of a table in two, without waiting for the end. The table stays
    /// usable.
    ///
    /// # Errors
    ///
    /// * `ERR_APP_NOT_EXIST`: there is no such table.
    /// * `ERR_INVALID_PARAMETERS`: `new_partition_count` is not twice the present count.
    /// * `ERR_BUSY`: the table is being split already.
    pub async fn start_partition_split(
        &self,
        name: &str,
        new_partition_count: u32,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        check_name(name)?;
        let new_partition_count = wire_number("new_partition_count", new_partition_count)?;
        let request = StartPartitionSplitRequest { app_name: name.into(), new_partition_count };
        self.change::<rpc::StartPartitionSplit>(&request, timeout).await?;
        Ok(())
    }
}

fn texts(map: &BTreeMap<String, String>) -> BTreeMap<Text, Text> {
    map.iter().map(|(key, value)| (Text::from(key.as_str()), Text::from(value.as_str()))).collect()
}
