//! The rows of one table: reading one, and writing some.
//!
//! A write takes the lock of its partition, may read first, and is applied whole or not at all.
//! Reads take no lock: of one row they see the latest state, of several a [`View`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fjall::{Database, Keyspace, Slice};

use super::bucket::Bucket;
use super::error::StoreError;
use super::layout::{Layout, Place};
use super::limits::Limits;
use super::row::Row;
use super::view::View;

/// The rows of one table.
pub(crate) struct TableRows {
    pub(super) engine: Keyspace,
    pub(super) database: Database,
    pub(super) layout: Layout,
    pub(super) limits: Limits,
    /// One lock a partition; it protects the partition's decree, and whoever holds it may write.
    partitions: Box<[Arc<Mutex<i64>>]>,
    /// Seconds that rows written without an expiry live; 0 for ever.
    default_ttl: Arc<AtomicU32>,
}

/// One partition of a table.
#[derive(Clone, Copy)]
pub(crate) struct Partition<'t> {
    pub(super) table: &'t TableRows,
    pub(super) index: u16,
}

impl TableRows {
    pub(super) fn new(engine: Keyspace, database: Database, layout: Layout, partition_count: u16) -> Self {
        Self {
            engine,
            database,
            layout,
            limits: Limits::default(),
            partitions: (0..partition_count).map(|_| Arc::default()).collect(),
            default_ttl: Arc::default(),
        }
    }

    /// The same rows, with so many partitions; those that are there already stay what they are.
    pub(crate) fn grown(&self, partition_count: u16) -> Self {
        let new = (self.partitions.len()..usize::from(partition_count)).map(|_| Arc::default());
        Self {
            engine: self.engine.clone(),
            database: self.database.clone(),
            layout: self.layout,
            limits: self.limits,
            partitions: self.partitions.iter().cloned().chain(new).collect(),
            default_ttl: self.default_ttl.clone(),
        }
    }

    /// The partition of that index, if the table has it.
    pub(crate) fn partition(&self, index: i32) -> Option<Partition<'_>> {
        let index = u16::try_from(index).ok()?;
        (usize::from(index) < self.partitions.len()).then_some(Partition { table: self, index })
    }

    /// Sets how long rows live that are written without an expiry; 0 for ever.
    pub(crate) fn set_default_ttl(&self, seconds: u32) {
        self.default_ttl.store(seconds, Ordering::Relaxed);
    }
}

impl<'t> Partition<'t> {
    /// The latest state of a row, expired or not.
    pub(crate) fn get(self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let place = self.table.layout.place(self.index, key);
        let stored = self.table.engine.get(place.engine_key())?;
        row_at(place, stored)
    }

    /// How many rows there are, expired ones and those of other partitions too.
    #[cfg(test)]
    pub(crate) fn count_rows(self) -> usize {
        self.view().ascend(&[]).count()
    }

    /// The partition as it is at this moment.
    pub(crate) fn view(self) -> View {
        View::new(self)
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
    partition: Partition<'t>,
    decree: MutexGuard<'t, i64>,
    edits: Vec<(Bytes, Option<Bytes>)>,
}

impl Writer<'_> {
    /// The row as it is before this write.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        self.partition.get(key)
    }

    /// Sets a row when the write is committed.
    pub(crate) fn put(&mut self, key: Bytes, expire_ts: u32, value: &[u8]) {
        self.edits.push((key, Some(Row::encode(expire_ts, value))));
    }

    /// Removes a row when the write is committed.
    pub(crate) fn remove(&mut self, key: Bytes) {
        self.edits.push((key, None));
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

    fn apply(&mut self) -> Result<(), StoreError> {
        match std::mem::take(&mut self.edits).as_mut_slice() {
            [] => Ok(()),
            [(key, row)] => self.apply_one(key, row.take()),
            edits => self.apply_all(edits),
        }
    }

    /// One edit is the common case, and needs no batch.
    fn apply_one(&self, key: &[u8], row: Option<Bytes>) -> Result<(), StoreError> {
        let engine = &self.partition.table.engine;
        let (engine_key, stored) = match self.partition.table.layout.place(self.partition.index, key) {
            Place::Row(engine_key) => (engine_key, row),
            Place::Bucket { key: engine_key, rest } => {
                let mut bucket = self.bucket(&engine_key)?;
                bucket.set(rest, row);
                (engine_key, store(&bucket))
            }
        };
        match stored {
            Some(stored) => engine.insert(engine_key, stored)?,
            None => engine.remove(engine_key)?,
        }
        Ok(())
    }

    fn apply_all(&self, edits: &mut [(Bytes, Option<Bytes>)]) -> Result<(), StoreError> {
        let table = self.partition.table;
        let mut changes = BTreeMap::new();
        let mut buckets: BTreeMap<Bytes, Bucket> = BTreeMap::new();
        for (key, row) in edits {
            match table.layout.place(self.partition.index, key) {
                Place::Row(engine_key) => drop(changes.insert(engine_key, row.take())),
                Place::Bucket { key: engine_key, rest } => {
                    if !buckets.contains_key(&engine_key) {
                        buckets.insert(engine_key.clone(), self.bucket(&engine_key)?);
                    }
                    if let Some(bucket) = buckets.get_mut(&engine_key) {
                        bucket.set(rest, row.take());
                    }
                }
            }
        }
        changes.extend(buckets.into_iter().map(|(key, bucket)| (key, store(&bucket))));
        let mut batch = table.database.batch();
        for (engine_key, stored) in changes {
            match stored {
                Some(stored) => batch.insert(&table.engine, engine_key, stored),
                None => batch.remove(&table.engine, engine_key),
            }
        }
        Ok(batch.commit()?)
    }

    fn bucket(&self, engine_key: &[u8]) -> Result<Bucket, StoreError> {
        let stored = self.partition.table.engine.get(engine_key)?;
        stored.map_or_else(|| Ok(Bucket::default()), |stored| Bucket::decode(stored.into()))
    }
}

/// The row that was looked for at a place, in what is stored there.
pub(super) fn row_at(place: Place<'_>, stored: Option<Slice>) -> Result<Option<Row>, StoreError> {
    let Some(stored) = stored else {
        return Ok(None);
    };
    match place {
        Place::Row(_) => Row::decode(&stored.into()).map(Some),
        Place::Bucket { rest, .. } => Bucket::decode(stored.into())?.get(rest).map(Row::decode).transpose(),
    }
}

/// A bucket without rows is not stored.
fn store(bucket: &Bucket) -> Option<Bytes> {
    (!bucket.is_empty()).then(|| bucket.encode())
}
