//! Who is who: the servers, the tables, and which server holds which partition.
//!
//! A [`Topology`] never changes. A change makes a new one and swaps it in whole, so a request sees
//! one state from its first check to its last, and reading takes no lock.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddrV4;
use std::sync::Arc;

use pegasus_protocol::idl::{AppInfo, AppStatus};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::Gpid;

use crate::store::{Partition, TableRecord, TableRows};

/// How many replicas a partition has, where there are so many servers.
const REPLICAS: usize = 3;

/// What a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The meta server of that index.
    Meta(usize),
    /// The replica server of that index.
    Replica(usize),
}

/// The state of the cluster at one moment.
#[derive(Clone)]
pub(crate) struct Topology {
    /// Where the meta servers are.
    pub(crate) meta_servers: Arc<[SocketAddrV4]>,
    /// Where the replica servers are.
    pub(crate) replica_servers: Arc<[SocketAddrV4]>,
    /// The meta server that answers; the others name it.
    pub(crate) leader: usize,
    /// The number of the next table.
    pub(crate) next_app_id: i32,
    /// All tables, the dropped ones too.
    tables: BTreeMap<i32, Arc<Table>>,
    /// The tables that have not been dropped.
    names: HashMap<Text, i32>,
}

/// A table at one moment.
pub(crate) struct Table {
    /// How it is described.
    pub(crate) info: AppInfo,
    /// Where its partitions are.
    pub(crate) partitions: Vec<Placement>,
    /// Its rows, shared by all states of the table.
    pub(crate) rows: Arc<TableRows>,
}

/// Which servers hold one partition, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    /// The version of this placement, 1 or more; grows with each change.
    pub(crate) ballot: i64,
    /// Who takes writes and consistent reads.
    pub(crate) primary: usize,
    /// Who answers backup reads. (All of them share one copy of the rows.)
    pub(crate) secondaries: Vec<usize>,
}

impl Placement {
    /// Primaries go round the servers, the secondaries are the servers after them.
    fn round_robin(index: usize, servers: usize, ballot: i64) -> Self {
        let replica = |n: usize| (index + n) % servers;
        Self { ballot, primary: replica(0), secondaries: (1..replica_count(servers)).map(replica).collect() }
    }
}

fn replica_count(servers: usize) -> usize {
    servers.min(REPLICAS)
}

impl Table {
    /// A stored table, spread over servers.
    pub(crate) fn new(record: TableRecord, rows: Arc<TableRows>, servers: usize) -> Self {
        let mut info = record.info;
        info.max_replica_count = replica_count(servers) as i32;
        let place = |(index, ballot)| Placement::round_robin(index, servers, ballot);
        Self { info, partitions: record.ballots.into_iter().enumerate().map(place).collect(), rows }
    }

    /// What is stored of it.
    pub(crate) fn record(&self) -> TableRecord {
        let ballots = self.partitions.iter().map(|placement| placement.ballot).collect();
        TableRecord { info: self.info.clone(), ballots }
    }

    /// Whether it serves requests.
    pub(crate) fn is_available(&self) -> bool {
        self.info.status == i32::from(AppStatus::Available)
    }
}

impl Topology {
    /// A cluster without tables; the first meta server leads.
    pub(crate) fn new(
        meta_servers: Arc<[SocketAddrV4]>,
        replica_servers: Arc<[SocketAddrV4]>,
        next_app_id: i32,
    ) -> Self {
        let (tables, names) = Default::default();
        Self { meta_servers, replica_servers, leader: 0, next_app_id, tables, names }
    }

    /// Adds a table, or replaces it by its new state.
    pub(crate) fn insert(&mut self, table: Table) {
        let app_id = table.info.app_id;
        self.names.retain(|_, id| *id != app_id);
        if table.info.status != i32::from(AppStatus::Dropped) {
            self.names.insert(table.info.app_name.clone(), app_id);
        }
        self.next_app_id = self.next_app_id.max(app_id.saturating_add(1));
        self.tables.insert(app_id, Arc::new(table));
    }

    /// The table of that name, unless it was dropped.
    pub(crate) fn table_by_name(&self, name: &Text) -> Option<&Arc<Table>> {
        self.tables.get(self.names.get(name)?)
    }

    /// A partition that a replica server holds.
    pub(crate) fn hosted(&self, gpid: Gpid, server: usize) -> Option<Hosted<'_>> {
        let table = self.tables.get(&gpid.app_id).filter(|table| table.is_available())?;
        let placement = table.partitions.get(usize::try_from(gpid.partition_index).ok()?)?;
        let is_primary = placement.primary == server;
        if !is_primary && !placement.secondaries.contains(&server) {
            return None;
        }
        Some(Hosted { partition: table.rows.partition(gpid.partition_index)?, is_primary })
    }
}

/// A partition, as one of its replica servers sees it.
pub(crate) struct Hosted<'t> {
    /// Its rows.
    pub(crate) partition: Partition<'t>,
    /// Whether that server is its primary.
    pub(crate) is_primary: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_go_round_and_secondaries_follow() {
        let placements: Vec<_> = (0..4).map(|index| Placement::round_robin(index, 4, 1)).collect();
        let primaries: Vec<_> = placements.iter().map(|placement| placement.primary).collect();
        assert_eq!(primaries, [0, 1, 2, 3]);
        assert_eq!(placements[3].secondaries, [0, 1]);
    }

    #[test]
    fn few_servers_make_few_replicas() {
        assert_eq!(Placement::round_robin(5, 1, 1), Placement { ballot: 1, primary: 0, secondaries: vec![] });
        assert_eq!(Placement::round_robin(5, 2, 1).secondaries, [0]);
    }
}
