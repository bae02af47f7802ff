//! Loads the tables when a cluster starts.

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use pegasus_protocol::idl::AppInfo;
use pegasus_protocol::thrift::Text;
use tokio::sync::Notify;

use super::cluster_state::ClusterState;
use super::create::open_table;
use super::disk_failure::DiskFailure;
use super::scan_contexts::ScanContexts;
use crate::clock::{Clock, unix_now};
use crate::store::{Store, StoreError};
use crate::topology::{TableState, Topology, is_beyond_recall};

impl ClusterState {
    /// The state of a starting cluster: the stored tables, placed on the present servers. Every
    /// ballot grows, because the servers may have other addresses than before.
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
            if is_beyond_recall(&record.info, unix_now) {
                store.remove_rows(record.info.app_id)?;
                topology.insert(TableState::new(record, None, &servers));
            } else {
                topology.insert(open_table(&store, record, &servers)?);
            }
        }
        let state = Self {
            topology: ArcSwap::from_pointee(topology),
            changes: Mutex::new(()),
            changing: Arc::default(),
            splits: Notify::new(),
            scans: servers.iter().map(|_| ScanContexts::new()).collect(),
            faults: Arc::default(),
            clock,
            host_name,
            store,
            disk_failure: DiskFailure::default(),
        };
        state.splits.notify_one(); // the last run may have left a split unfinished
        Ok(state)
    }
}

/// Fills in fields that answers always carry. Records from the time before tables could be changed
/// do not have them.
fn fill_in(info: &mut AppInfo) {
    for field in [&mut info.duplicating, &mut info.is_bulk_loading, &mut info.atomic_idempotent] {
        field.get_or_insert(false);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};

    use super::*;
    use crate::clock::ManualClock;

    /// The state of a cluster with one server of each kind.
    pub(in crate::state) fn state(store: Store, clock: &Arc<ManualClock>) -> ClusterState {
        let servers: Arc<[_]> = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1)].into();
        let topology = Topology::new(servers.clone(), servers, 1);
        ClusterState::load(store, topology, clock.clone(), None).unwrap()
    }
}
