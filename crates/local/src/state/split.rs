//! Partition split: a table gets twice the partitions.
//!
//! It begins at once: the count is doubled, the new partitions ("children") are nowhere yet, and
//! clients go on asking their parents. Then one child after the other gets the rows that are now
//! its own. While that happens the parent takes no requests; afterwards it refuses those for keys of
//! the child, and clients ask where these are.
//!
//! What is stored tells after an interruption what is left to do: children that are not ready get
//! their rows again, parents that may have rows of their children are purged of them.

use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::cluster_state::ClusterState;
use crate::envs::VALIDATE_PARTITION_HASH;
use crate::error::ChangeError;
use crate::options::MAX_PARTITIONS;
use crate::store::{Owner, StoreError};
use crate::topology::{AppId, PartitionVersion};

/// Something that is left to do for a split.
#[derive(Debug, Clone, Copy)]
pub(super) enum SplitStep {
    /// A child gets its rows from its parent.
    Fill { app_id: AppId, parent: usize, child: usize },
    /// A parent loses the rows that it no longer owns, by the count of partitions when that was
    /// decided: another split may begin before it is done, and its children need their rows.
    Purge { app_id: AppId, parent: Owner },
}

impl ClusterState {
    /// Doubles the partitions of a table. The split goes on when this returns.
    ///
    /// `asked` is how many there shall be; without, twice what there are.
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

    /// What is left to do for splits, if anything is. All children are filled before a parent is
    /// purged, so that one is never purged by a count whose children still need its rows.
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

    /// Gives a child its rows and its place.
    ///
    /// No write is lost. Once the parent's version says that it is being split, every request that
    /// was let in before has been served, and none is let in until the version says the new count;
    /// a request looks at the settings after it was let in, so it is then checked by its hash.
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

    /// Removes the rows of a parent that it no longer owns; nobody sees them any more.
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

    /// All rows of all partitions; those that scans pass over, too.
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
