//! A partition in memory as it was at one moment, read in key order from any key on.

use super::row_range::MemoryRowRange;
use super::tree::{Entry, Tree};
use crate::store::row::Row;

/// A partition as it was at one moment.
#[derive(Clone)]
pub(crate) struct MemoryView(Tree);

impl MemoryView {
    pub(super) fn new(tree: Tree) -> Self {
        Self(tree)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Row> {
        self.0.get(key).map(Entry::row)
    }

    /// The rows from the first key that is not less than `from`.
    pub(crate) fn up(&self, from: &[u8]) -> MemoryRowRange<'_> {
        MemoryRowRange::up(&self.0, from)
    }

    /// The rows until the last key that is not greater than `from`.
    pub(crate) fn down(&self, from: &[u8]) -> MemoryRowRange<'_> {
        MemoryRowRange::down(&self.0, from)
    }
}
