//! The rows of one table: reading one, and writing some.
//!
//! A write takes the lock of its partition, may read first, and is applied whole or not at all.
//! Reads take no lock: of one row they see the latest state, of several a [`View`].

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::disk::DiskRows;
use super::edit::Edit;
use super::error::StoreError;
use super::limits::ReadLimits;
use super::memory::MemoryRows;
use super::row::Row;
use super::view::View;

/// The rows of one table.
pub(crate) struct TableRows {
    pub(super) backend: Backend,
    pub(super) limits: ReadLimits,
    /// One lock a partition; it protects the partition's decree, and whoever holds it may write.
    partitions: Box<[Arc<Mutex<i64>>]>,
    /// Seconds that rows written without an expiry live; 0 for ever.
    default_ttl: Arc<AtomicU32>,
}

/// Where the rows of a table are.
pub(super) enum Backend {
    /// In a data directory.
    Disk(DiskRows),
    /// In memory.
    Memory(MemoryRows),
}

/// One partition of a table.
#[derive(Clone, Copy)]
pub(crate) struct PartitionRows<'t> {
    pub(super) table: &'t TableRows,
    pub(super) index: u16,
}

impl TableRows {
    pub(super) fn new(backend: Backend, partition_count: u16) -> Self {
        Self {
            backend,
            limits: ReadLimits::default(),
            partitions: (0..partition_count).map(|_| Arc::default()).collect(),
            default_ttl: Arc::default(),
        }
    }

    /// The same rows, with so many partitions; those that are there already stay what they are.
    pub(crate) fn grown(&self, partition_count: u16) -> Self {
        let new = (self.partitions.len()..usize::from(partition_count)).map(|_| Arc::default());
        let backend = match &self.backend {
            Backend::Disk(rows) => Backend::Disk(rows.clone()),
            Backend::Memory(rows) => Backend::Memory(rows.grown(partition_count)),
        };
        Self {
            backend,
            limits: self.limits,
            partitions: self.partitions.iter().cloned().chain(new).collect(),
            default_ttl: self.default_ttl.clone(),
        }
    }

    /// The partition of that index, if the table has it.
    pub(crate) fn partition(&self, index: i32) -> Option<PartitionRows<'_>> {
        let index = u16::try_from(index).ok()?;
        (usize::from(index) < self.partitions.len()).then_some(PartitionRows { table: self, index })
    }

    /// Sets how long rows live that are written without an expiry; 0 for ever.
    pub(crate) fn set_default_ttl(&self, seconds: u32) {
        self.default_ttl.store(seconds, Ordering::Relaxed);
    }
}

impl<'t> PartitionRows<'t> {
    /// The latest state of a row, expired or not.
    pub(crate) fn get(self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        match &self.table.backend {
            Backend::Disk(rows) => rows.get(self.index, key),
            Backend::Memory(rows) => Ok(rows.get(self.index, key)),
        }
    }

    /// How many rows there are, expired ones and those of other partitions too.
    #[cfg(test)]
    pub(crate) fn count_rows(self) -> usize {
        self.view().ascend(&[]).count()
    }

    /// The partition as it is at this moment.
    pub(crate) fn view(self) -> View {
        match &self.table.backend {
            Backend::Disk(rows) => View::Disk(rows.view(self.index)),
            Backend::Memory(rows) => View::Memory(rows.view(self.index)),
        }
    }

    /// Waits for the partition's lock and starts a write.
    pub(crate) fn write(self) -> Writer<'t> {
        // The lock protects nothing that a panic could leave half done: the decree is one number.
        let lock = &self.table.partitions[usize::from(self.index)];
        let decree = lock.lock().unwrap_or_else(PoisonError::into_inner);
        Writer { partition: self, decree, edits: Vec::new() }
    }

    /// The expiry to store for one that was asked for: a table may have a default for "never".
    pub(super) fn expiry(self, asked: i32, now: u32) -> u32 {
        match (asked as u32, self.table.default_ttl.load(Ordering::Relaxed)) {
            (0, 0) => 0,
            (0, default_ttl) => now.saturating_add(default_ttl),
            (asked, _) => asked,
        }
    }
}

/// A write to one partition: holds its lock until it is committed or dropped.
pub(crate) struct Writer<'t> {
    partition: PartitionRows<'t>,
    decree: MutexGuard<'t, i64>,
    edits: Vec<Edit>,
}

impl Writer<'_> {
    /// The row as it is before this write.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        self.partition.get(key)
    }

    /// Sets a row when the write is committed.
    pub(crate) fn put(&mut self, key: Bytes, expire_ts: u32, value: Bytes) {
        self.edits.push(Edit { key, row: Some(Row { expire_ts, value }) });
    }

    /// Removes a row when the write is committed.
    pub(crate) fn remove(&mut self, key: Bytes) {
        self.edits.push(Edit { key, row: None });
    }

    /// Applies all edits, later ones over earlier ones, and gives the number of this write. A write
    /// without edits counts too.
    pub(crate) fn commit(mut self) -> Result<i64, StoreError> {
        self.apply()?;
        *self.decree += 1;
        Ok(*self.decree)
    }

    /// The number of the last write.
    pub(super) fn decree(&self) -> i64 {
        *self.decree
    }

    /// Applies all edits as no write of a client: it leaves `decree` as the number of the last one.
    pub(super) fn commit_as(mut self, decree: i64) -> Result<(), StoreError> {
        self.apply()?;
        *self.decree = decree;
        Ok(())
    }

    fn apply(&self) -> Result<(), StoreError> {
        let PartitionRows { table, index } = self.partition;
        match &table.backend {
            Backend::Disk(rows) => rows.apply(index, &self.edits),
            Backend::Memory(rows) => {
                rows.apply(index, &self.edits);
                Ok(())
            }
        }
    }
}
