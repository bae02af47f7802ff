//! A partition as it was at one moment, read in key order from any key on.

use bytes::Bytes;

use super::disk::{DiskRowRange, DiskView};
use super::error::StoreError;
use super::memory::{Entry, MemoryRowRange, MemoryView};
use super::row::Row;

/// A partition as it was when the view was made. It stays so while writes go on.
pub(crate) enum View {
    /// Of a table in a data directory.
    Disk(DiskView),
    /// Of a table in memory.
    Memory(MemoryView),
}

impl View {
    /// A row as it was, expired or not.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Disk(view) => view.get(key),
            Self::Memory(view) => Ok(view.get(key)),
        }
    }

    /// The rows from the first key that is not less than `from`, upwards.
    pub(super) fn ascend(&self, from: &[u8]) -> ViewRows<'_> {
        match self {
            Self::Disk(view) => ViewRows::Disk(Box::new(view.up(from))),
            Self::Memory(view) => ViewRows::Up(view.up(from)),
        }
    }

    /// The rows from the last key that is not greater than `from`, downwards.
    pub(super) fn descend(&self, from: &[u8]) -> ViewRows<'_> {
        match self {
            Self::Disk(view) => ViewRows::Disk(Box::new(view.down(from))),
            Self::Memory(view) => ViewRows::Down(view.down(from)),
        }
    }
}

/// Pegasus keys and rows of a view, in order, expired ones included.
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
