//! Partition split: doubles the partitions of a table.
//!
//! The split begins at once: the partition count is doubled, the new partitions ("children") are on
//! no server yet, and clients keep sending to their parents. Then the children get their rows, one
//! after the other. While a child is filled, its parent takes no requests. Afterwards the parent
//! refuses requests for the child's keys, and clients look for the child.
//!
//! After an interruption, the stored state tells what is left to do. Children that are not ready
//! are filled again. Parents that may still have rows of their children are purged of them.

use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::cluster_state::ClusterState;
use crate::envs::VALIDATE_PARTITION_HASH;
use crate::error::ChangeError;
use crate::options::MAX_PARTITIONS;
use crate::store::{Owner, StoreError};
use crate::topology::{AppId, PartitionVersion};

/// One step of a split.
#[derive(Debug, Clone, Copy)]
pub(super) enum SplitStep {
    /// Gives a child the rows that it owns, from its parent.
    Fill { app_id: AppId, parent: usize, child: usize },
    /// Removes from a parent the rows that it no longer owns. `parent` has the partition count at
    /// the time of the decision: another split may begin before this step is done, and the children
    /// of that split need their rows.
    Purge { app_id: AppId, parent: Owner },
}

impl ClusterState {
    /// Begins to double the partitions of a table. The split goes on when this returns.
    ///
    /// `asked` is the new partition count that the client expects; without it, the count is doubled
    /// without a check.
    pub(crate) fn start_split(&self, name: &Text, asked: Option<i32>) -> Result<i32, ChangeError> {
        let refuse = |err, hint: String| Err(ChangeError::Refused(err, hint));
        let started = self.change(|topology| {
            let Some(table) = topology.table_by_name(name) else {
                return refuse(ErrorCode::AppNotExist, "app not existed".to_owned());
            };
            if !table.is_available() {
                return refuse(ErrorCode::AppDropped, "app dropped".to_owned());
            }
            let doubled = table.info.partition_count.saturating_mul(2);
            if asked.is_some_and(|asked| asked != doubled) {
                let hint = format!("wrong partition_count, should be {doubled}");
                return refuse(ErrorCode::InvalidParameters, hint);
            }
            if table.is_splitting() {
                let hint = format!("app({name}) is already executing partition split");
                return refuse(ErrorCode::Busy, hint);
            }
            let Some(count) = u16::try_from(doubled).ok().filter(|count| u32::from(*count) <= MAX_PARTITIONS)
            else {
                let hint = format!("a table has at most {MAX_PARTITIONS} partitions here");
                return refuse(ErrorCode::InvalidParameters, hint);
            };
            let split = table.doubled(count, |info| {
                info.envs.insert(Text::from_static(VALIDATE_PARTITION_HASH), Text::from_static("true"));
            });
            Ok((Some(split), doubled))
        })?;
        self.splits.notify_one();
        Ok(started)
    }

    /// The next step of a split, if there is one. All children are filled before any parent is
    /// purged: a parent must not lose rows that its children still need.
    pub(super) fn next_step(&self) -> Option<SplitStep> {
        self.topology().tables().filter(|table| table.rows.is_some()).find_map(|table| {
            let app_id = table.info.app_id;
            let child = table.partitions.iter().position(|placement| !placement.is_ready());
            let fill = child.map(|child| SplitStep::Fill {
                app_id,
                parent: child - table.partitions.len() / 2,
                child,
            });
            let purge = || {
                let parent =
                    Owner { index: *table.purging.first()? as u32, count: table.partitions.len() as u32 };
                Some(SplitStep::Purge { app_id, parent })
            };
            fill.or_else(purge)
        })
    }

    pub(super) fn take_step(&self, step: SplitStep) -> Result<(), StoreError> {
        match step {
            SplitStep::Fill { app_id, parent, child } => self.fill_child(app_id, parent, child),
            SplitStep::Purge { app_id, parent } => self.purge_parent(app_id, parent),
        }
    }

    /// Fills a child and places it on the servers of its parent.
    ///
    /// No write is lost. After the parent's version has changed to `Splitting`, all requests that
    /// entered before have been served. No request enters until the version is the new count. A
    /// request reads the settings after it has entered, so its hash is then checked.
    fn fill_child(&self, app_id: AppId, parent: usize, child: usize) -> Result<(), StoreError> {
        let topology = self.topology().clone();
        let Some((table, rows)) = topology.table(app_id).and_then(|table| Some((table, table.rows.clone()?)))
        else {
            return Ok(());
        };
        let (guard, count) = (&table.guards[parent], table.partitions.len() as u32);
        guard.change(PartitionVersion::Splitting);
        let owner = Owner { index: child as u32, count };
        let filled = rows.copy_to_child(parent as i32, owner).and_then(|()| {
            self.change(|topology| {
                Ok((topology.table(app_id).map(|table| table.with_child(parent, child)), ()))
            })
        });
        guard.change(PartitionVersion::Count(if filled.is_ok() { count } else { count / 2 }));
        filled
    }

    /// Removes the rows that a parent no longer owns. No request can see them any more.
    fn purge_parent(&self, app_id: AppId, parent: Owner) -> Result<(), StoreError> {
        let rows = self.topology().table(app_id).and_then(|table| table.rows.clone());
        rows.map_or(Ok(()), |rows| rows.purge(parent))?;
        self.change(|topology| {
            let purged = topology.table(app_id).map(|table| {
                let mut table = table.as_ref().clone();
                table.purging.retain(|index| *index != parent.index as i32);
                table
            });
            Ok((purged, ()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use pegasus_protocol::key;

    use super::super::load::tests::state;
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::Store;

    fn key_of(n: u32) -> Bytes {
        key::encode(format!("{n}").as_bytes(), &[]).unwrap()
    }

    /// The number of rows in all partitions, including rows that scans skip.
    fn rows(state: &ClusterState) -> usize {
        let topology = state.topology();
        let table = topology.table(1).unwrap();
        let rows = table.rows.as_ref().unwrap();
        (0..table.info.partition_count).map(|index| rows.partition(index).unwrap().count_rows()).sum()
    }

    #[test]
    fn a_split_that_begins_before_the_last_one_is_done_loses_nothing() {
        let clock = Arc::new(ManualClock::new(1000));
        let state = state(Store::open(None).unwrap(), &clock);
        state.create_table("t", 1).unwrap();
        for n in 0..100 {
            let topology = state.topology();
            let rows = topology.table(1).unwrap().rows.as_ref().unwrap();
            let mut write = rows.partition(0).unwrap().write();
            write.put(key_of(n), 0, Bytes::from_static(b"v"));
            write.commit().unwrap();
        }
        assert_eq!(state.start_split(&"t".into(), None).unwrap(), 2);
        let filling = state.next_step().unwrap();
        assert!(matches!(filling, SplitStep::Fill { parent: 0, child: 1, .. }));
        state.take_step(filling).unwrap();
        let purging = state.next_step().unwrap();
        assert!(matches!(purging, SplitStep::Purge { parent: Owner { index: 0, count: 2 }, .. }));
        assert_eq!(state.start_split(&"t".into(), Some(4)).unwrap(), 4);
        state.take_step(purging).unwrap();
        assert_eq!(rows(&state), 100);
        while let Some(step) = state.next_step() {
            state.take_step(step).unwrap();
        }
        assert_eq!(rows(&state), 100);
        let topology = state.topology();
        let table = topology.table(1).unwrap();
        assert!(table.purging.is_empty() && !table.is_splitting());
        for n in 0..100 {
            let index = key::partition_index(key::hash(&key_of(n)).unwrap(), 4);
            let partition = table.rows.as_ref().unwrap().partition(index as i32).unwrap();
            assert!(partition.get(&key_of(n)).unwrap().is_some(), "{n}");
        }
        assert_eq!(*table.guards[0].enter(), PartitionVersion::Count(4));
    }
}
