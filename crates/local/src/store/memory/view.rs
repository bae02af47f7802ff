//! A view of a partition in memory at one moment.

use super::row_range::MemoryRowRange;
use super::tree::{Entry, Tree};
use crate::store::row::Row;

/// A view of a partition. Later writes do not change it.
#[derive(Clone)]
pub(crate) struct MemoryView(Tree);

impl MemoryView {
    pub(super) fn new(tree: Tree) -> Self {
        Self(tree)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Row> {
        self.0.get(key).map(Entry::row)
    }

    /// The rows with keys of at least `from`.
    pub(crate) fn up(&self, from: &[u8]) -> MemoryRowRange<'_> {
        MemoryRowRange::up(&self.0, from)
    }

    /// The rows with keys of at most `from`.
    pub(crate) fn down(&self, from: &[u8]) -> MemoryRowRange<'_> {
        MemoryRowRange::down(&self.0, from)
    }
}
