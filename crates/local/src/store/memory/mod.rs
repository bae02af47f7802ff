//! The rows of a table that nothing outlives: a [`tree`] a partition, in memory.
//!
//! Neither journal nor files: nothing here ever waits for a disk.

mod range;
mod sorted;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

pub(super) use self::range::Range;
pub(super) use self::tree::Entry;
use self::tree::Tree;
use super::row::Row;
use super::table_rows::Edit;

/// The rows of one table.
pub(super) struct MemoryRows {
    /// The locks are held for one look or one change, never while rows are walked over.
    partitions: Box<[Arc<RwLock<Tree>>]>,
}

/// A partition as it was at one moment.
#[derive(Clone)]
pub(crate) struct MemoryView(Tree);

impl MemoryRows {
    pub(super) fn new(partition_count: u16) -> Self {
        Self { partitions: (0..partition_count).map(|_| Arc::default()).collect() }
    }

    /// The same rows, with so many partitions.
    pub(super) fn grown(&self, partition_count: u16) -> Self {
        let new = (self.partitions.len()..usize::from(partition_count)).map(|_| Arc::default());
        Self { partitions: self.partitions.iter().cloned().chain(new).collect() }
    }

    pub(super) fn get(&self, partition: u16, key: &[u8]) -> Option<Row> {
        self.read(partition).get(key).map(Entry::row)
    }

    pub(super) fn view(&self, partition: u16) -> MemoryView {
        MemoryView(self.read(partition).clone())
    }

    /// Applies all edits at once, later ones over earlier ones.
    pub(super) fn apply(&self, partition: u16, edits: &[Edit]) {
        let lock = &self.partitions[usize::from(partition)];
        // A change that panics half way leaves a whole tree behind, at most without one of its rows.
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

impl MemoryView {
    pub(super) fn get(&self, key: &[u8]) -> Option<Row> {
        self.0.get(key).map(Entry::row)
    }

    /// The rows from the first key that is not less than `from`.
    pub(super) fn up(&self, from: &[u8]) -> Range<'_> {
        Range::up(&self.0, from)
    }

    /// The rows until the last key that is not greater than `from`.
    pub(super) fn down(&self, from: &[u8]) -> Range<'_> {
        Range::down(&self.0, from)
    }
}
