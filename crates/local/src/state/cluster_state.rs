//! The state that all servers of a cluster share, and how it is changed.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use pegasus_protocol::thrift::Text;
use tokio::sync::{Notify, RwLock};

use super::disk_failure::DiskFailure;
use super::scan_contexts::ScanContexts;
use crate::clock::{Clock, unix_now};
use crate::faults::Faults;
use crate::store::{Store, StoreError};
use crate::topology::{AppId, TableState, Topology};

/// What all servers of a cluster share.
pub(crate) struct ClusterState {
    /// The topology that requests see. It is replaced as a whole, and only under `changes`.
    pub(super) topology: ArcSwap<Topology>,
    /// Held during a change, from reading the old topology to storing the new one.
    pub(super) changes: Mutex<()>,
    /// Held for reading by every change, because a change goes on when its caller stops waiting.
    /// The stop of the cluster takes it for writing, and so waits for all changes.
    pub(crate) changing: Arc<RwLock<()>>,
    /// Notified when a split has begun.
    pub(super) splits: Notify,
    /// The open scans of each replica server.
    pub(crate) scans: Vec<ScanContexts>,
    /// The fault rules.
    pub(crate) faults: Arc<Faults>,
    /// The source of time.
    pub(crate) clock: Arc<dyn Clock>,
    /// The name of the servers' host, if answers carry host names.
    pub(crate) host_name: Option<Text>,
    /// The rows and the descriptions of the tables.
    pub(crate) store: Store,
    /// Whether the disk still accepts writes.
    pub(crate) disk_failure: DiskFailure,
}

impl ClusterState {
    /// The topology at this moment.
    pub(crate) fn topology(&self) -> arc_swap::Guard<Arc<Topology>> {
        self.topology.load()
    }

    /// Hands everything written so far to the operating system.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.store.commit().inspect_err(|error| self.disk_failure.note_commit(error))
    }

    /// The current time in Unix seconds.
    pub(super) fn unix_now(&self) -> i64 {
        unix_now(&*self.clock)
    }

    /// Changes one table. `change` returns the new state of the table, or `None` to leave it as it
    /// is.
    pub(super) fn change<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&Topology) -> Result<(Option<TableState>, T), E>,
    ) -> Result<T, E> {
        self.change_topology(|topology| {
            let (table, result) = change(topology)?;
            let changed = table.iter().map(|table| table.info.app_id).collect();
            table.into_iter().for_each(|table| topology.insert(table));
            Ok((changed, result))
        })
    }

    /// Makes a change; changes never overlap. `change` returns the ids of the tables it has
    /// changed. When this returns, they are stored and requests see the change.
    pub(super) fn change_topology<T, E: From<StoreError>>(
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

    /// The number of scans, on all servers, that wait for their next batch.
    pub(crate) fn open_scans(&self) -> usize {
        let now = self.clock.now();
        self.scans.iter().map(|scans| scans.count(now)).sum()
    }

    /// Drops everything that uses the storage, then closes it.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        let Self { topology, scans, store, .. } = self;
        drop((topology, scans)); // they keep the storage engine open
        store.close()
    }
}
