//! What all servers of a cluster share, and the changes that can be made to it.

mod envs;
mod servers;
mod split;
mod tables;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use pegasus_protocol::expiry::EPOCH_UNIX_SECONDS;
use pegasus_protocol::idl::AppInfo;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use thiserror::Error;
use tokio::sync::{Notify, RwLock};

pub(crate) use self::envs::Removal;
pub(crate) use self::servers::find;
pub(crate) use self::split::finish_splits;
use crate::clock::Clock;
use crate::disk_failure::DiskFailure;
use crate::faults::Faults;
use crate::scan_sessions::ScanSessions;
use crate::store::{Store, StoreError, TableRecord};
use crate::topology::{Table, Topology};

/// The number of a table.
pub type AppId = i32;

/// What all servers of a cluster share.
pub(crate) struct ClusterState {
    /// The state that requests see. Swapped whole, and only under `changes`.
    topology: ArcSwap<Topology>,
    /// Held while a change is made, from reading the old topology to storing the new one.
    changes: Mutex<()>,
    /// Held for reading by every change that somebody has asked for, so that the end of the cluster
    /// can wait for them: one goes on when nobody awaits it any more.
    pub(crate) changing: Arc<RwLock<()>>,
    /// Told when a split has begun.
    splits: Notify,
    /// The open scans of each replica server.
    pub(crate) scans: Vec<ScanSessions>,
    /// The rules by which requests are answered otherwise.
    pub(crate) faults: Arc<Faults>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// The name that stands for the servers' address, where answers shall carry one.
    pub(crate) host_name: Option<Text>,
    /// The rows and the tables' descriptions.
    pub(crate) store: Store,
    /// Whether the disk still takes writes.
    pub(crate) disk_failure: DiskFailure,
}

/// Why a change was not made.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    /// It cannot be made; with the reason, where the servers give one.
    #[error("{0}: {1}")]
    Refused(ErrorCode, String),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChangeError {
    /// What an answer says of it: an error and a hint. A failure of the storage is logged.
    pub(crate) fn answer(self) -> (ErrorCode, String) {
        match self {
            Self::Refused(err, hint) => (err, hint),
            Self::Store(error) => {
                tracing::error!(%error, "a change of the tables could not be stored");
                (ErrorCode::FileOperationFailed, error.to_string())
            }
        }
    }
}

/// Why a change was not made, in one word.
fn refuse<T>(err: ErrorCode) -> Result<T, ChangeError> {
    Err(ChangeError::Refused(err, String::new()))
}

impl ClusterState {
    /// The state of a cluster that starts: the tables that are stored, on the servers that there
    /// are now. Every ballot grows, because the servers behind it may be at other addresses.
    pub(crate) fn load(
        store: Store,
        mut topology: Topology,
        clock: Arc<dyn Clock>,
        host_name: Option<Text>,
    ) -> Result<Self, StoreError> {
        let servers = topology.replica_servers_up();
        let mut records = store.load_tables()?;
        for record in &mut records {
            let ready = record.ballots.iter_mut().filter(|ballot| **ballot > 0);
            ready.for_each(|ballot| *ballot = ballot.saturating_add(1));
            fill_in(&mut record.info);
        }
        topology.next_app_id = store.load_next_app_id()?;
        store.save_tables(&records, topology.next_app_id)?;
        let unix_now = unix_now(&*clock);
        for record in records {
            if tables::is_beyond_recall(&record.info, unix_now) {
                store.remove_rows(record.info.app_id)?;
                topology.insert(Table::new(record, None, &servers));
            } else {
                topology.insert(open_table(&store, record, &servers)?);
            }
        }
        let state = Self {
            topology: ArcSwap::from_pointee(topology),
            changes: Mutex::new(()),
            changing: Arc::default(),
            splits: Notify::new(),
            scans: servers.iter().map(|_| ScanSessions::new()).collect(),
            faults: Arc::default(),
            clock,
            host_name,
            store,
            disk_failure: DiskFailure::default(),
        };
        state.splits.notify_one(); // one may have been interrupted
        Ok(state)
    }

    /// The cluster as it is now.
    pub(crate) fn topology(&self) -> arc_swap::Guard<Arc<Topology>> {
        self.topology.load()
    }

    /// Hands everything written so far to the operating system.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.store.commit().inspect_err(|error| self.disk_failure.note_commit(error))
    }

    /// The time in Unix seconds.
    fn unix_now(&self) -> i64 {
        unix_now(&*self.clock)
    }

    /// Changes one table: `change` gives its new state, or none where nothing is to be done.
    fn change<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&Topology) -> Result<(Option<Table>, T), E>,
    ) -> Result<T, E> {
        self.change_topology(|topology| {
            let (table, result) = change(topology)?;
            let changed = table.iter().map(|table| table.info.app_id).collect();
            table.into_iter().for_each(|table| topology.insert(table));
            Ok((changed, result))
        })
    }

    /// Makes one change after another: `change` says which tables it has changed. They are stored
    /// and requests see it all when this returns.
    fn change_topology<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Topology) -> Result<(Vec<AppId>, T), E>,
    ) -> Result<T, E> {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut topology = Topology::clone(&self.topology());
        let (changed, result) = change(&mut topology)?;
        let records: Vec<_> = changed.iter().filter_map(|id| Some(topology.table(*id)?.record())).collect();
        if !records.is_empty() {
            self.store.save_tables(&records, topology.next_app_id)?;
        }
        self.topology.store(Arc::new(topology));
        Ok(result)
    }

    /// How many scans wait for their next batch, at all servers.
    pub(crate) fn open_scans(&self) -> usize {
        let now = self.clock.now();
        self.scans.iter().map(|scans| scans.count(now)).sum()
    }

    /// Gives up the scans that nobody has continued for long, and the rows of tables that were
    /// dropped long ago.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        self.scans.iter().for_each(|scans| scans.sweep(now));
        self.forget_dropped();
    }

    /// Lets go of everything and closes the storage.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        let Self { topology, scans, store, .. } = self;
        drop((topology, scans)); // they hold on to the engine
        store.close()
    }
}

fn unix_now(clock: &dyn Clock) -> i64 {
    i64::from(clock.now()) + EPOCH_UNIX_SECONDS as i64
}

/// Fills in what answers always carry and records from before tables could be changed do not.
fn fill_in(info: &mut AppInfo) {
    for field in [&mut info.duplicating, &mut info.is_bulk_loading, &mut info.atomic_idempotent] {
        field.get_or_insert(false);
    }
}

/// Finds the rows of a stored table.
fn open_table(store: &Store, record: TableRecord, servers: &[usize]) -> Result<Table, StoreError> {
    let partition_count = u16::try_from(record.ballots.len())
        .ok()
        .filter(|count| i32::from(*count) == record.info.partition_count)
        .ok_or(StoreError::Damaged("a table whose partitions are not as many as it says"))?;
    let rows = store.table_rows(record.info.app_id, partition_count)?;
    Ok(Table::new(record, Some(Arc::new(rows)), servers))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};

    use super::*;
    use crate::clock::ManualClock;

    /// What one server of each kind would share.
    pub(super) fn state(store: Store, clock: &Arc<ManualClock>) -> ClusterState {
        let servers: Arc<[_]> = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1)].into();
        let topology = Topology::new(servers.clone(), servers, 1);
        ClusterState::load(store, topology, clock.clone(), None).unwrap()
    }
}
