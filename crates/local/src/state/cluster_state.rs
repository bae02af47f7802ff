//! What all servers of a cluster share, and how a change of it is made.

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
    /// The state that requests see. Swapped whole, and only under `changes`.
    pub(super) topology: ArcSwap<Topology>,
    /// Held while a change is made, from reading the old topology to storing the new one.
    pub(super) changes: Mutex<()>,
    /// Held for reading by every change that somebody has asked for, so that the end of the cluster
    /// can wait for them: one goes on when nobody awaits it any more.
    pub(crate) changing: Arc<RwLock<()>>,
    /// Told when a split has begun.
    pub(super) splits: Notify,
    /// The open scans of each replica server.
    pub(crate) scans: Vec<ScanContexts>,
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

impl ClusterState {
    /// The cluster as it is now.
    pub(crate) fn topology(&self) -> arc_swap::Guard<Arc<Topology>> {
        self.topology.load()
    }

    /// Hands everything written so far to the operating system.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.store.commit().inspect_err(|error| self.disk_failure.note_commit(error))
    }

    /// The time in Unix seconds.
    pub(super) fn unix_now(&self) -> i64 {
        unix_now(&*self.clock)
    }

    /// Changes one table: `change` gives its new state, or none where nothing is to be done.
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

    /// Makes one change after another: `change` says which tables it has changed. They are stored
    /// and requests see it all when this returns.
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

    /// How many scans wait for their next batch, at all servers.
    pub(crate) fn open_scans(&self) -> usize {
        let now = self.clock.now();
        self.scans.iter().map(|scans| scans.count(now)).sum()
    }

    /// Lets go of everything and closes the storage.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        let Self { topology, scans, store, .. } = self;
        drop((topology, scans)); // they hold on to the engine
        store.close()
    }
}
