//! The servers and the tables of a cluster at one moment.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddrV4;
use std::sync::Arc;

use pegasus_protocol::thrift::Text;

use super::health::Health;
use super::ids::AppId;
use super::table::TableState;

/// The state of the cluster at one moment.
#[derive(Clone)]
pub(crate) struct Topology {
    /// Where the meta servers are.
    pub(crate) meta_servers: Arc<[SocketAddrV4]>,
    /// Where the replica servers are.
    pub(crate) replica_servers: Arc<[SocketAddrV4]>,
    /// How each meta server is.
    pub(crate) meta_health: Vec<Health>,
    /// How each replica server is.
    pub(crate) replica_health: Vec<Health>,
    /// The meta server that answers; the others name it.
    pub(crate) leader: usize,
    /// The number of the next table.
    pub(crate) next_app_id: AppId,
    /// All tables, the dropped ones too.
    pub(super) tables: BTreeMap<AppId, Arc<TableState>>,
    /// The tables that have not been dropped.
    names: HashMap<Text, AppId>,
}

impl Topology {
    /// A cluster without tables; the first meta server leads.
    pub(crate) fn new(
        meta_servers: Arc<[SocketAddrV4]>,
        replica_servers: Arc<[SocketAddrV4]>,
        next_app_id: AppId,
    ) -> Self {
        Self {
            meta_health: vec![Health::Up; meta_servers.len()],
            replica_health: vec![Health::Up; replica_servers.len()],
            meta_servers,
            replica_servers,
            leader: 0,
            next_app_id,
            tables: BTreeMap::new(),
            names: HashMap::new(),
        }
    }

    /// Adds a table, or replaces it by its new state.
    pub(crate) fn insert(&mut self, table: TableState) {
        let app_id = table.info.app_id;
        self.names.retain(|_, id| *id != app_id);
        if !table.is_dropped() {
            self.names.insert(table.info.app_name.clone(), app_id);
        }
        self.next_app_id = self.next_app_id.max(app_id.saturating_add(1));
        self.tables.insert(app_id, Arc::new(table));
    }

    /// The table of that name, unless it was dropped.
    pub(crate) fn table_by_name(&self, name: &Text) -> Option<&Arc<TableState>> {
        self.tables.get(self.names.get(name)?)
    }

    /// The table of that number, dropped or not.
    pub(crate) fn table(&self, app_id: AppId) -> Option<&Arc<TableState>> {
        self.tables.get(&app_id)
    }

    /// All tables by number, the dropped ones too.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<TableState>> {
        self.tables.values()
    }
}
