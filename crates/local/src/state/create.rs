//! Creates tables.

use std::sync::Arc;

use pegasus_protocol::idl::{AppInfo, AppStatus, CreateAppOptions};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::cluster_state::ClusterState;
use crate::envs;
use crate::error::{ChangeError, CreateTableError};
use crate::options::{DEFAULT_REPLICAS, MAX_PARTITIONS, MAX_REPLICAS, check_table};
use crate::store::{Store, StoreError, TableRecord};
use crate::topology::{AppId, TableState};

impl ClusterState {
    /// Creates a table. When this returns, the table is stored and serves requests.
    pub(crate) fn create_table(&self, name: &str, partition_count: u32) -> Result<AppId, CreateTableError> {
        check_table(name, partition_count).map_err(|reason| CreateTableError::InvalidTable { reason })?;
        let options = CreateAppOptions {
            partition_count: partition_count as i32,
            replica_count: self.topology().replica_servers_up().len().min(DEFAULT_REPLICAS) as i32,
            app_type: Text::from_static("pegasus"),
            is_stateful: true,
            ..CreateAppOptions::default()
        };
        self.create(&name.into(), &options).map_err(|error| match error {
            ChangeError::Store(error) => CreateTableError::Store(error),
            ChangeError::Refused(ErrorCode::InvalidParameters, _) => CreateTableError::NoServers,
            ChangeError::Refused(..) => CreateTableError::Exists { name: name.to_owned() },
        })
    }

    /// Creates a table as a meta server does. Like there, any name is accepted, even an empty one.
    /// The partition count is limited to what this server supports.
    pub(crate) fn create(&self, name: &Text, options: &CreateAppOptions) -> Result<AppId, ChangeError> {
        self.change(|topology| {
            let servers = topology.replica_servers_up();
            let most_replicas = MAX_REPLICAS.min(i32::try_from(servers.len()).unwrap_or(MAX_REPLICAS));
            if !(1..=MAX_PARTITIONS as i32).contains(&options.partition_count)
                || !(1..=most_replicas).contains(&options.replica_count)
                || envs::validate_at_creation(&options.envs).is_err()
            {
                return Err(ChangeError::refused(ErrorCode::InvalidParameters));
            }
            if let Some(table) = topology.table_by_name(name) {
                return existing(table, options).map(|app_id| (None, app_id));
            }
            let app_id = topology.next_app_id;
            let record = new_record(app_id, name, options, self.unix_now());
            Ok((Some(open_table(&self.store, record, &servers)?), app_id))
        })
    }
}

/// The outcome of creating a table that exists: success, if the client allows that and the options
/// are the same.
fn existing(table: &TableState, options: &CreateAppOptions) -> Result<AppId, ChangeError> {
    if !options.success_if_exist {
        return Err(ChangeError::refused(ErrorCode::AppExist));
    }
    let info = &table.info;
    let is_same = info.partition_count == options.partition_count
        && info.app_type == options.app_type
        && info.envs == options.envs
        && info.is_stateful == options.is_stateful
        && info.max_replica_count == options.replica_count;
    if is_same { Ok(info.app_id) } else { Err(ChangeError::refused(ErrorCode::InvalidParameters)) }
}

fn new_record(app_id: AppId, name: &Text, options: &CreateAppOptions, unix_now: i64) -> TableRecord {
    let info = AppInfo {
        status: AppStatus::Available.into(),
        app_type: options.app_type.clone(),
        app_name: name.clone(),
        app_id,
        partition_count: options.partition_count,
        envs: options.envs.clone(),
        is_stateful: options.is_stateful,
        max_replica_count: options.replica_count,
        create_second: unix_now,
        duplicating: Some(false),
        init_partition_count: options.partition_count,
        is_bulk_loading: Some(false),
        atomic_idempotent: Some(options.atomic_idempotent.unwrap_or_default()),
        ..AppInfo::default()
    };
    let ballots = vec![1; usize::try_from(options.partition_count).unwrap_or_default()];
    TableRecord { info, ballots, purging: Vec::new() }
}

/// Opens the rows of a table, and places its partitions on the servers.
pub(super) fn open_table(
    store: &Store,
    record: TableRecord,
    servers: &[usize],
) -> Result<TableState, StoreError> {
    let partition_count = u16::try_from(record.ballots.len())
        .ok()
        .filter(|count| i32::from(*count) == record.info.partition_count)
        .ok_or(StoreError::Damaged("a table whose partitions are not as many as it says"))?;
    let rows = store.table_rows(record.info.app_id, partition_count)?;
    Ok(TableState::new(record, Some(Arc::new(rows)), servers))
}
