//! The rows of a table in memory: reads and writes.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::tree::{Entry, Tree};
use super::view::MemoryView;
use crate::store::edit::Edit;
use crate::store::row::Row;

/// The rows of one table.
pub(crate) struct MemoryRows {
    /// A lock is held for one lookup or one change, never during an iteration.
    partitions: Box<[Arc<RwLock<Tree>>]>,
}

impl MemoryRows {
    pub(crate) fn new(partition_count: u16) -> Self {
        Self { partitions: (0..partition_count).map(|_| Arc::default()).collect() }
    }

    /// The same rows with a larger number of partitions.
    pub(crate) fn grown(&self, partition_count: u16) -> Self {
        let new = (self.partitions.len()..usize::from(partition_count)).map(|_| Arc::default());
        Self { partitions: self.partitions.iter().cloned().chain(new).collect() }
    }

    pub(crate) fn get(&self, partition: u16, key: &[u8]) -> Option<Row> {
        self.read(partition).get(key).map(Entry::row)
    }

    pub(crate) fn view(&self, partition: u16) -> MemoryView {
        MemoryView::new(self.read(partition).clone())
    }

    /// Applies all edits at once, in their order.
    pub(crate) fn apply(&self, partition: u16, edits: &[Edit]) {
        let lock = &self.partitions[usize::from(partition)];
        // A panic in the middle of a change leaves a valid tree, which lacks at most one row.
        let mut tree = lock.write().unwrap_or_else(PoisonError::into_inner);
        for Edit { key, row } in edits {
            match row {
                Some(row) => tree.insert(Entry::new(key, row)),
                None => tree.remove(key),
            }
        }
    }

    fn read(&self, partition: u16) -> RwLockReadGuard<'_, Tree> {
        self.partitions[usize::from(partition)].read().unwrap_or_else(PoisonError::into_inner)
    }
}
