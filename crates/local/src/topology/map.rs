//! The servers and the tables of a cluster at one moment.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddrV4;
use std::sync::Arc;

use pegasus_protocol::thrift::Text;

use super::health::Health;
use super::ids::AppId;
use super::table::TableState;

/// The servers and the tables of a cluster at one moment.
#[derive(Clone)]
pub(crate) struct Topology {
    /// The addresses of the meta servers.
    pub(crate) meta_servers: Arc<[SocketAddrV4]>,
    /// The addresses of the replica servers.
    pub(crate) replica_servers: Arc<[SocketAddrV4]>,
    /// The health of each meta server.
    pub(crate) meta_health: Vec<Health>,
    /// The health of each replica server.
    pub(crate) replica_health: Vec<Health>,
    /// The index of the leading meta server. The others forward clients to it.
    pub(crate) leader: usize,
    /// The id of the next table.
    pub(crate) next_app_id: AppId,
    /// All tables, including dropped ones.
    pub(super) tables: BTreeMap<AppId, Arc<TableState>>,
    /// The ids of tables that are not dropped, by name.
    names: HashMap<Text, AppId>,
}

impl Topology {
    /// A cluster without tables. The first meta server leads.
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

    /// Adds a table, or replaces its old state.
    pub(crate) fn insert(&mut self, table: TableState) {
        let app_id = table.info.app_id;
        self.names.retain(|_, id| *id != app_id);
        if !table.is_dropped() {
            self.names.insert(table.info.app_name.clone(), app_id);
        }
        self.next_app_id = self.next_app_id.max(app_id.saturating_add(1));
        self.tables.insert(app_id, Arc::new(table));
    }

    /// The table with a name, unless it was dropped.
    pub(crate) fn table_by_name(&self, name: &Text) -> Option<&Arc<TableState>> {
        self.tables.get(self.names.get(name)?)
    }

    /// The table with an id, dropped or not.
    pub(crate) fn table(&self, app_id: AppId) -> Option<&Arc<TableState>> {
        self.tables.get(&app_id)
    }

    /// All tables in the order of their ids, including dropped ones.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<TableState>> {
        self.tables.values()
    }
}
