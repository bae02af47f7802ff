//! The rows of one table, in a data directory or in memory: reads and writes.
//!
//! A write holds the lock of its partition. It may read first, and is applied completely or not at
//! all. Reads take no lock: a read of one row sees the latest state, a read of several rows uses a
//! [`View`].

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
    /// One lock per partition. It protects the partition's decree, and its holder may write.
    partitions: Box<[Arc<Mutex<i64>>]>,
    /// The time to live of rows that are written without an expiry, in seconds; 0 for no expiry.
    default_ttl: Arc<AtomicU32>,
}

/// Where the rows of a table are stored.
pub(super) enum Backend {
    /// In a data directory.
    Disk(DiskRows),
    /// In memory.
    Memory(MemoryRows),
}

/// The rows of one partition.
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

    /// The same rows with a larger number of partitions. The existing partitions do not change.
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

    /// The partition with an index, if the table has it.
    pub(crate) fn partition(&self, index: i32) -> Option<PartitionRows<'_>> {
        let index = u16::try_from(index).ok()?;
        (usize::from(index) < self.partitions.len()).then_some(PartitionRows { table: self, index })
    }

    /// Sets the time to live of rows that are written without an expiry, in seconds; 0 for no
    /// expiry.
    pub(crate) fn set_default_ttl(&self, seconds: u32) {
        self.default_ttl.store(seconds, Ordering::Relaxed);
    }
}

impl<'t> PartitionRows<'t> {
    /// The latest state of a row, even if it has expired.
    pub(crate) fn get(self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        match &self.table.backend {
            Backend::Disk(rows) => rows.get(self.index, key),
            Backend::Memory(rows) => Ok(rows.get(self.index, key)),
        }
    }

    /// The number of rows, including expired rows and rows of other partitions.
    #[cfg(test)]
    pub(crate) fn count_rows(self) -> usize {
        self.view().ascend(&[]).count()
    }

    /// A view of the partition at this moment.
    pub(crate) fn view(self) -> View {
        match &self.table.backend {
            Backend::Disk(rows) => View::Disk(rows.view(self.index)),
            Backend::Memory(rows) => View::Memory(rows.view(self.index)),
        }
    }

    /// Waits for the partition's lock and begins a write.
    pub(crate) fn write(self) -> Writer<'t> {
        // A panic cannot leave the protected data half changed: it is a single number.
        let lock = &self.table.partitions[usize::from(self.index)];
        let decree = lock.lock().unwrap_or_else(PoisonError::into_inner);
        Writer { partition: self, decree, edits: Vec::new() }
    }

    /// The expiry to store for a requested one. A request without an expiry gets the table's
    /// default.
    pub(super) fn expiry(self, asked: i32, now: u32) -> u32 {
        match (asked as u32, self.table.default_ttl.load(Ordering::Relaxed)) {
            (0, 0) => 0,
            (0, default_ttl) => now.saturating_add(default_ttl),
            (asked, _) => asked,
        }
    }
}

/// A write to one partition. It holds the partition's lock until it is committed or dropped.
pub(crate) struct Writer<'t> {
    partition: PartitionRows<'t>,
    decree: MutexGuard<'t, i64>,
    edits: Vec<Edit>,
}

impl Writer<'_> {
    /// The row before this write.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        self.partition.get(key)
    }

    /// Sets a row at the commit.
    pub(crate) fn put(&mut self, key: Bytes, expire_ts: u32, value: Bytes) {
        self.edits.push(Edit { key, row: Some(Row { expire_ts, value }) });
    }

    /// Removes a row at the commit.
    pub(crate) fn remove(&mut self, key: Bytes) {
        self.edits.push(Edit { key, row: None });
    }

    /// Applies all edits in their order, and returns the decree of this write. A write without
    /// edits gets a decree too.
    pub(crate) fn commit(mut self) -> Result<i64, StoreError> {
        self.apply()?;
        *self.decree += 1;
        Ok(*self.decree)
    }

    /// The decree of the last write.
    pub(super) fn decree(&self) -> i64 {
        *self.decree
    }

    /// Applies all edits, but not as a write of a client: the last decree becomes `decree`.
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
