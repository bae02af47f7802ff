//! Tables come and go: created, dropped, recalled, and given up when it is too late for that.

use pegasus_protocol::idl::{AppInfo, AppStatus, CreateAppOptions};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::{AppId, ChangeError, ClusterState, open_table, refuse};
use crate::envs;
use crate::error::CreateTableError;
use crate::options::{MAX_PARTITIONS, check_table};
use crate::store::{StoreError, TableRecord};
use crate::topology::{REPLICAS, Table, Topology};

/// The most replicas that a partition can have: the servers' default.
const MAX_REPLICAS: i32 = 5;

/// How long a dropped table can be recalled if nothing is said: a week.
const RESERVE_SECONDS: i64 = 7 * 24 * 3600;

impl ClusterState {
    /// Creates a table. It is stored and serves requests when this returns.
    pub(crate) fn create_table(&self, name: &str, partition_count: u32) -> Result<AppId, CreateTableError> {
        check_table(name, partition_count).map_err(|reason| CreateTableError::InvalidTable { reason })?;
        let options = CreateAppOptions {
            partition_count: partition_count as i32,
            replica_count: self.topology().replica_servers_up().len().min(REPLICAS) as i32,
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

    /// Creates a table as a meta server does. Any name will do, an empty one too, as there; more
    /// partitions than this server can number will not.
    pub(crate) fn create(&self, name: &Text, options: &CreateAppOptions) -> Result<AppId, ChangeError> {
        self.change(|topology| {
            let servers = topology.replica_servers_up();
            let most_replicas = MAX_REPLICAS.min(i32::try_from(servers.len()).unwrap_or(MAX_REPLICAS));
            if !(1..=MAX_PARTITIONS as i32).contains(&options.partition_count)
                || !(1..=most_replicas).contains(&options.replica_count)
                || envs::validate_at_creation(&options.envs).is_err()
            {
                return refuse(ErrorCode::InvalidParameters);
            }
            if let Some(table) = topology.table_by_name(name) {
                return existing(table, options).map(|app_id| (None, app_id));
            }
            let app_id = topology.next_app_id;
            let record = new_record(app_id, name, options, self.unix_now());
            Ok((Some(open_table(&self.store, record, &servers)?), app_id))
        })
    }

    /// Drops a table. Its rows stay until it is too late to recall it.
    pub(crate) fn drop_table(
        &self,
        name: &Text,
        reserve_seconds: Option<i64>,
        success_if_not_exist: bool,
    ) -> Result<(), ChangeError> {
        self.change(|topology| {
            let Some(table) = topology.table_by_name(name) else {
                return if success_if_not_exist { Ok((None, ())) } else { refuse(ErrorCode::AppNotExist) };
            };
            if table.is_splitting() {
                return refuse(ErrorCode::Splitting);
            }
            let now = self.unix_now();
            let reserve = reserve_seconds.filter(|seconds| *seconds > 0).unwrap_or(RESERVE_SECONDS);
            let dropped = table.with(|info| {
                info.status = AppStatus::Dropped.into();
                info.drop_second = now;
                info.expire_second = now.saturating_add(reserve);
            });
            Ok((Some(dropped), ()))
        })
    }

    /// Brings a dropped table back, rows and all, and gives its description.
    pub(crate) fn recall_table(&self, app_id: AppId, new_name: &Text) -> Result<AppInfo, ChangeError> {
        self.change(|topology| {
            let Some(table) = topology.table(app_id) else {
                return refuse(ErrorCode::AppNotExist);
            };
            if !table.is_dropped() {
                return refuse(ErrorCode::AppExist);
            }
            if is_beyond_recall(&table.info, self.unix_now()) {
                return refuse(ErrorCode::AppNotExist);
            }
            let name = if new_name.is_empty() { &table.info.app_name } else { new_name };
            if topology.table_by_name(name).is_some() {
                return refuse(ErrorCode::InvalidParameters);
            }
            let recalled = table.with(|info| {
                info.status = AppStatus::Available.into();
                info.app_name = name.clone();
                (info.drop_second, info.expire_second) = (0, 0);
            });
            let info = recalled.info.clone();
            Ok((Some(recalled), info))
        })
    }

    /// Gives up the rows of tables that were dropped so long ago that nobody can recall them. What
    /// they were is kept: meta servers list them for ever.
    pub(super) fn forget_dropped(&self) {
        let is_beyond = |table: &Table| is_beyond_recall(&table.info, self.unix_now());
        let beyond_recall = |topology: &Topology| {
            topology.tables().find(|table| table.rows.is_some() && is_beyond(table)).cloned()
        };
        while let Some(table) = beyond_recall(&self.topology()) {
            let app_id = table.info.app_id;
            let forgotten = Table { rows: None, ..Table::clone(&table) };
            drop(table);
            let forget = |topology: &Topology| {
                let is_still = topology.table(app_id).is_some_and(|table| is_beyond(table));
                Ok::<_, StoreError>((is_still.then_some(forgotten), is_still))
            };
            let removed = match self.change(forget) {
                Ok(true) => self.store.remove_rows(app_id),
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = removed {
                tracing::error!(app_id, %error, "the rows of a dropped table could not be removed");
                return;
            }
        }
    }
}

/// Whether a table was dropped so long ago that it cannot come back.
pub(super) fn is_beyond_recall(info: &AppInfo, unix_now: i64) -> bool {
    info.status == i32::from(AppStatus::Dropped) && info.expire_second <= unix_now
}

/// What creating a table means that is there already: nothing, if that is asked for and it is the same.
fn existing(table: &Table, options: &CreateAppOptions) -> Result<AppId, ChangeError> {
    if !options.success_if_exist {
        return refuse(ErrorCode::AppExist);
    }
    let info = &table.info;
    let is_same = info.partition_count == options.partition_count
        && info.app_type == options.app_type
        && info.envs == options.envs
        && info.is_stateful == options.is_stateful
        && info.max_replica_count == options.replica_count;
    if is_same { Ok(info.app_id) } else { refuse(ErrorCode::InvalidParameters) }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::state;
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::Store;

    fn has_rows(state: &ClusterState, app_id: AppId) -> bool {
        state.topology().table(app_id).unwrap().rows.is_some()
    }

    #[test]
    fn rows_stay_as_long_as_a_table_can_be_recalled() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Store::open(Some(directory.path())).unwrap();
        let clock = Arc::new(ManualClock::new(1000));
        let cluster = state(open(), &clock);
        for name in ["short", "long"] {
            cluster.create_table(name, 2).unwrap();
        }
        cluster.drop_table(&"short".into(), Some(10), false).unwrap();
        cluster.drop_table(&"long".into(), Some(20), false).unwrap();
        clock.advance(9);
        cluster.sweep();
        assert!(has_rows(&cluster, 1) && has_rows(&cluster, 2));
        clock.advance(1);
        cluster.sweep();
        assert!(!has_rows(&cluster, 1) && has_rows(&cluster, 2));
        cluster.close().unwrap();

        clock.advance(10);
        let cluster = state(open(), &clock);
        assert!(!has_rows(&cluster, 1) && !has_rows(&cluster, 2));
        assert_eq!(cluster.topology().tables().count(), 2); // still listed
        assert_eq!(cluster.create_table("next", 1).unwrap(), 3);
        cluster.close().unwrap();
    }
}
