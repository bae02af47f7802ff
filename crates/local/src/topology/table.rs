//! A table at one moment: its description, its partitions' placements, and its rows.

use std::sync::Arc;

use pegasus_protocol::idl::{AppInfo, AppStatus};

use super::guard::PartitionGuard;
use super::placement::Placement;
use crate::envs::Settings;
use crate::store::{TableRecord, TableRows};

/// The state of a table at one moment.
#[derive(Clone)]
pub(crate) struct TableState {
    /// The description of the table, as answers carry it.
    pub(crate) info: AppInfo,
    /// The placement of each partition.
    pub(crate) partitions: Vec<Placement>,
    /// The rows, shared by all states of the table. `None` once they have been removed for good.
    pub(crate) rows: Option<Arc<TableRows>>,
    /// The guard of each partition, shared by all states of the table.
    pub(crate) guards: Vec<Arc<PartitionGuard>>,
    /// What its envs say.
    pub(crate) settings: Settings,
    /// Parents of a split that may still have rows of their children.
    pub(crate) purging: Vec<i32>,
}

impl TableState {
    /// A stored table, placed on `servers`, which are the ones that are up. If they are fewer than
    /// its replicas, the table keeps one replica on each.
    pub(crate) fn new(record: TableRecord, rows: Option<Arc<TableRows>>, servers: &[usize]) -> Self {
        let TableRecord { mut info, ballots, purging } = record;
        let replicas = usize::try_from(info.max_replica_count).unwrap_or(0).clamp(1, servers.len().max(1));
        info.max_replica_count = replicas as i32;
        let place = |(index, ballot)| Placement::round_robin(index, servers, replicas, ballot);
        let partitions: Vec<_> = ballots.into_iter().enumerate().map(place).collect();
        let count = partitions.len();
        // Until a child is filled, its parent has all rows of both, by the old count.
        let guard = |index: usize| {
            let is_split = partitions.get(index + count / 2).is_none_or(Placement::is_ready);
            Arc::new(PartitionGuard::new(if is_split { count } else { count / 2 } as u32))
        };
        let guards = (0..count).map(guard).collect();
        let settings = Settings::new(&info.envs, info.partition_count);
        let table = Self { info, partitions, rows, guards, settings, purging };
        table.apply_settings();
        table
    }

    /// The table with a changed description.
    pub(crate) fn with(&self, change: impl FnOnce(&mut AppInfo)) -> Self {
        let mut table = self.clone();
        change(&mut table.info);
        table.settings = Settings::new(&table.info.envs, table.info.partition_count);
        table
    }

    /// Tells the rows what the settings say about them. As in real servers, removing the default
    /// time to live leaves it in force; setting it to 0 ends it.
    pub(crate) fn apply_settings(&self) {
        if let (Some(rows), Some(seconds)) = (&self.rows, self.settings.default_ttl) {
            rows.set_default_ttl(seconds);
        }
    }

    /// The table with twice the partitions. The new ones are not ready.
    pub(crate) fn doubled(&self, partition_count: u16, change: impl FnOnce(&mut AppInfo)) -> Self {
        let mut table = self.with(|info| {
            info.partition_count = partition_count.into();
            change(info);
        });
        table.partitions.resize(partition_count.into(), Placement::not_ready());
        table
            .guards
            .resize_with(partition_count.into(), || Arc::new(PartitionGuard::new(partition_count.into())));
        table.rows = self.rows.as_ref().map(|rows| Arc::new(rows.grown(partition_count)));
        table
    }

    /// The table with a changed placement of one partition.
    pub(crate) fn with_placement(&self, index: usize, change: impl FnOnce(&mut Placement)) -> Self {
        let mut table = self.clone();
        change(&mut table.partitions[index]);
        table
    }

    /// The table as a cluster has it that was set up again around the same rows. What a split has not
    /// placed yet stays so.
    pub(crate) fn started_over(&self, is_up: impl Fn(usize) -> bool) -> Self {
        let mut table = self.clone();
        let placed = table.partitions.iter_mut().filter(|placement| placement.is_ready());
        placed.for_each(|placement| placement.start_over(&is_up));
        table
    }

    /// The table with a filled child of a split, placed where its parent is.
    pub(crate) fn with_child(&self, parent: usize, child: usize) -> Self {
        let mut table = self.clone();
        let mut placement = self.partitions[parent].clone();
        placement.raise_ballot();
        table.partitions[child] = placement;
        if !table.purging.contains(&(parent as i32)) {
            table.purging.push(parent as i32);
        }
        table
    }

    /// The record to store.
    pub(crate) fn record(&self) -> TableRecord {
        let ballots = self.partitions.iter().map(|placement| placement.ballot).collect();
        TableRecord { info: self.info.clone(), ballots, purging: self.purging.clone() }
    }

    /// Whether the table serves requests.
    pub(crate) fn is_available(&self) -> bool {
        self.info.status == i32::from(AppStatus::Available)
    }

    /// Whether the table was dropped. It may still be possible to recall it.
    pub(crate) fn is_dropped(&self) -> bool {
        self.info.status == i32::from(AppStatus::Dropped)
    }

    /// Whether a split is under way.
    pub(crate) fn is_splitting(&self) -> bool {
        !self.partitions.iter().all(Placement::is_ready)
    }
}

/// Whether a table was dropped too long ago to be recalled.
pub(crate) fn is_beyond_recall(info: &AppInfo, unix_now: i64) -> bool {
    info.status == i32::from(AppStatus::Dropped) && info.expire_second <= unix_now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::guard::PartitionVersion;

    #[test]
    fn few_servers_make_few_replicas() {
        let info = AppInfo { max_replica_count: 3, ..AppInfo::default() };
        let table = |servers: usize| {
            let record = TableRecord { info: info.clone(), ballots: vec![1; 6], purging: vec![] };
            TableState::new(record, None, &(0..servers).collect::<Vec<_>>())
        };
        let only =
            Placement { ballot: 1, primary: Some(0), secondaries: vec![], last_drops: vec![], term: 0 };
        assert_eq!((&table(1).partitions[5], table(1).info.max_replica_count), (&only, 1));
        assert_eq!(table(2).partitions[5].secondaries, [0]);
        assert_eq!(table(9).partitions[5].secondaries, [6, 7]);
    }

    #[test]
    fn a_parent_has_its_childs_keys_until_the_child_is_ready() {
        let record = TableRecord { info: AppInfo::default(), ballots: vec![1, 1, 2, -1], purging: vec![0] };
        let table = TableState::new(record, None, &[0, 1, 2]);
        let versions: Vec<_> = table.guards.iter().map(|guard| *guard.enter()).collect();
        assert_eq!(versions, [4, 2, 4, 4].map(PartitionVersion::Count));
        assert!(table.is_splitting());
        assert!(!table.with_child(1, 3).is_splitting());
    }
}
