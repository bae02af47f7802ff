//! What all servers of a cluster share, and the changes that can be made to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use pegasus_protocol::idl::{AppInfo, AppStatus};
use pegasus_protocol::thrift::Text;

use crate::clock::Clock;
use crate::error::CreateTableError;
use crate::options::check_table;
use crate::scan_sessions::ScanSessions;
use crate::store::{Store, StoreError, TableRecord};
use crate::topology::{Table, Topology};

/// The setting of a table that says how long rows live that are written without an expiry.
const DEFAULT_TTL: &[u8] = b"default_ttl";

/// The number of a table.
pub type AppId = i32;

/// What all servers of a cluster share.
pub(crate) struct ClusterState {
    /// The state that requests see. Swapped whole, and only under `changes`.
    topology: ArcSwap<Topology>,
    /// Held while a change is made, from reading the old topology to storing the new one.
    changes: Mutex<()>,
    /// The open scans of each replica server.
    pub(crate) scans: Vec<ScanSessions>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// The name that stands for the servers' address, where answers shall carry one.
    pub(crate) host_name: Option<Text>,
    /// The rows and the tables' descriptions.
    pub(crate) store: Store,
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
        let servers = topology.replica_servers.len();
        let mut records = store.load_tables()?;
        for record in &mut records {
            record.ballots.iter_mut().for_each(|ballot| *ballot = ballot.saturating_add(1));
        }
        topology.next_app_id = store.load_next_app_id()?;
        store.save_tables(&records, topology.next_app_id)?;
        for record in records {
            topology.insert(open_table(&store, record, servers)?);
        }
        Ok(Self {
            topology: ArcSwap::from_pointee(topology),
            changes: Mutex::new(()),
            scans: (0..servers).map(|_| ScanSessions::new()).collect(),
            clock,
            host_name,
            store,
        })
    }

    /// The cluster as it is now.
    pub(crate) fn topology(&self) -> arc_swap::Guard<Arc<Topology>> {
        self.topology.load()
    }

    /// Creates a table. It is stored and serves requests when this returns.
    pub(crate) fn create_table(&self, name: &str, partition_count: u32) -> Result<AppId, CreateTableError> {
        check_table(name, partition_count).map_err(|reason| CreateTableError::InvalidTable { reason })?;
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut topology = Topology::clone(&self.topology());
        if topology.table_by_name(&Text::from(name)).is_some() {
            return Err(CreateTableError::Exists { name: name.to_owned() });
        }
        let app_id = topology.next_app_id;
        let record = new_record(app_id, name, partition_count as i32);
        let table = open_table(&self.store, record, topology.replica_servers.len())?;
        self.store.save_tables(&[table.record()], app_id.saturating_add(1))?;
        topology.insert(table);
        self.topology.store(Arc::new(topology));
        Ok(app_id)
    }

    /// Gives up the scans that nobody has continued for long.
    pub(crate) fn sweep_scans(&self) {
        let now = self.clock.now();
        self.scans.iter().for_each(|scans| scans.sweep(now));
    }

    /// Lets go of everything and closes the storage.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        let Self { topology, scans, store, .. } = self;
        drop((topology, scans)); // they hold on to the engine
        store.close()
    }
}

fn new_record(app_id: AppId, name: &str, partition_count: i32) -> TableRecord {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let info = AppInfo {
        status: AppStatus::Available.into(),
        app_type: Text::from_static("pegasus"),
        app_name: name.into(),
        app_id,
        partition_count,
        is_stateful: true,
        create_second: unix.as_secs() as i64,
        init_partition_count: partition_count,
        ..AppInfo::default()
    };
    TableRecord { info, ballots: vec![1; partition_count as usize] }
}

/// Finds the rows of a stored table.
fn open_table(store: &Store, record: TableRecord, servers: usize) -> Result<Table, StoreError> {
    let partition_count = u16::try_from(record.ballots.len())
        .ok()
        .filter(|count| i32::from(*count) == record.info.partition_count)
        .ok_or(StoreError::Damaged("a table whose partitions are not as many as it says"))?;
    let rows = store.table_rows(record.info.app_id, partition_count)?;
    if let Some(seconds) = default_ttl(&record.info) {
        rows.set_default_ttl(seconds);
    }
    Ok(Table::new(record, Arc::new(rows), servers))
}

fn default_ttl(info: &AppInfo) -> Option<u32> {
    let (_, value) = info.envs.iter().find(|(name, _)| name.as_bytes() == DEFAULT_TTL)?;
    value.to_str().parse().ok()
}
