//! The rows of a table in a data directory: reads and writes.

use std::collections::BTreeMap;

use bytes::Bytes;
use fjall::{Database, Keyspace};

use super::bucket::Bucket;
use super::key_layout::{KeyLayout, StorageKey};
use super::stored::{encode_bucket, encode_row, row_at};
use super::view::DiskView;
use crate::store::edit::Edit;
use crate::store::error::StoreError;
use crate::store::row::Row;

/// The rows of one table. All its partitions are in one keyspace.
#[derive(Clone)]
pub(crate) struct DiskRows {
    engine: Keyspace,
    database: Database,
    layout: KeyLayout,
}

impl DiskRows {
    pub(super) fn new(engine: Keyspace, database: Database, layout: KeyLayout) -> Self {
        Self { engine, database, layout }
    }

    pub(crate) fn get(&self, partition: u16, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let storage_key = self.layout.storage_key(partition, key);
        let stored = self.engine.get(storage_key.engine_key())?;
        row_at(storage_key, stored)
    }

    pub(crate) fn view(&self, partition: u16) -> DiskView {
        DiskView::new(self.database.snapshot(), self.engine.clone(), self.layout, partition)
    }

    /// Applies all edits at once, in their order.
    pub(crate) fn apply(&self, partition: u16, edits: &[Edit]) -> Result<(), StoreError> {
        match edits {
            [] => Ok(()),
            [edit] => self.apply_one(partition, edit),
            edits => self.apply_all(partition, edits),
        }
    }

    /// A single edit is the common case, and needs no batch.
    fn apply_one(&self, partition: u16, edit: &Edit) -> Result<(), StoreError> {
        let (engine_key, stored) = match self.layout.storage_key(partition, &edit.key) {
            StorageKey::Row(engine_key) => (engine_key, encode_row(edit)),
            StorageKey::Bucket { key: engine_key, rest } => {
                let mut bucket = self.bucket(&engine_key)?;
                bucket.set(rest, encode_row(edit));
                (engine_key, encode_bucket(&bucket))
            }
        };
        match stored {
            Some(stored) => self.engine.insert(engine_key, stored)?,
            None => self.engine.remove(engine_key)?,
        }
        Ok(())
    }

    fn apply_all(&self, partition: u16, edits: &[Edit]) -> Result<(), StoreError> {
        let mut changes = BTreeMap::new();
        let mut buckets: BTreeMap<Bytes, Bucket> = BTreeMap::new();
        for edit in edits {
            match self.layout.storage_key(partition, &edit.key) {
                StorageKey::Row(engine_key) => drop(changes.insert(engine_key, encode_row(edit))),
                StorageKey::Bucket { key: engine_key, rest } => {
                    if !buckets.contains_key(&engine_key) {
                        buckets.insert(engine_key.clone(), self.bucket(&engine_key)?);
                    }
                    if let Some(bucket) = buckets.get_mut(&engine_key) {
                        bucket.set(rest, encode_row(edit));
                    }
                }
            }
        }
        changes.extend(buckets.into_iter().map(|(key, bucket)| (key, encode_bucket(&bucket))));
        let mut batch = self.database.batch();
        for (engine_key, stored) in changes {
            match stored {
                Some(stored) => batch.insert(&self.engine, engine_key, stored),
                None => batch.remove(&self.engine, engine_key),
            }
        }
        Ok(batch.commit()?)
    }

    /// Makes buckets begin at shorter keys.
    #[cfg(test)]
    pub(crate) fn with_longest_row_key(&mut self, longest: usize) {
        self.layout = KeyLayout::with_longest(longest);
    }

    /// Stores raw bytes where a row or its bucket is.
    #[cfg(test)]
    pub(crate) fn store_as_is(&self, partition: u16, key: &[u8], stored: &[u8]) {
        self.engine.insert(self.layout.storage_key(partition, key).engine_key().clone(), stored).unwrap();
    }

    /// Makes the engine move all rows to files.
    #[cfg(test)]
    pub(crate) fn move_to_files(&self) {
        self.engine.rotate_memtable_and_wait().unwrap();
    }

    fn bucket(&self, engine_key: &[u8]) -> Result<Bucket, StoreError> {
        let stored = self.engine.get(engine_key)?;
        stored.map_or_else(|| Ok(Bucket::default()), |stored| Bucket::decode(stored.into()))
    }
}
