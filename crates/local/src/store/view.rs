//! A view of a partition at one moment, which reads rows in the order of their keys.

use bytes::Bytes;

use super::disk::{DiskRowRange, DiskView};
use super::error::StoreError;
use super::memory::{Entry, MemoryRowRange, MemoryView};
use super::row::Row;

/// A view of a partition. Later writes do not change it.
pub(crate) enum View {
    /// A view of a table in a data directory.
    Disk(DiskView),
    /// A view of a table in memory.
    Memory(MemoryView),
}

impl View {
    /// The row with a key, even if it has expired.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Disk(view) => view.get(key),
            Self::Memory(view) => Ok(view.get(key)),
        }
    }

    /// The rows with keys of at least `from`, upwards.
    pub(super) fn ascend(&self, from: &[u8]) -> ViewRows<'_> {
        match self {
            Self::Disk(view) => ViewRows::Disk(Box::new(view.up(from))),
            Self::Memory(view) => ViewRows::Up(view.up(from)),
        }
    }

    /// The rows with keys of at most `from`, downwards.
    pub(super) fn descend(&self, from: &[u8]) -> ViewRows<'_> {
        match self {
            Self::Disk(view) => ViewRows::Disk(Box::new(view.down(from))),
            Self::Memory(view) => ViewRows::Down(view.down(from)),
        }
    }
}

/// Keys and rows of a view in order, including expired rows.
pub(super) enum ViewRows<'v> {
    Disk(Box<DiskRowRange>),
    Up(MemoryRowRange<'v>),
    Down(MemoryRowRange<'v>),
}

impl Iterator for ViewRows<'_> {
    type Item = Result<(Bytes, Row), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Disk(range) => range.next(),
            Self::Up(range) => range.next_up().map(key_and_row),
            Self::Down(range) => range.next_down().map(key_and_row),
        }
    }
}

fn key_and_row(entry: &Entry) -> Result<(Bytes, Row), StoreError> {
    Ok((entry.shared_key(), entry.row()))
}
