//! The rows of a table in a data directory: reading one, and writing some.

use std::collections::BTreeMap;

use bytes::Bytes;
use fjall::{Database, Keyspace, Slice};

use super::bucket::Bucket;
use super::layout::{Layout, Place};
use super::view::DiskView;
use crate::store::StoreError;
use crate::store::row::Row;
use crate::store::table_rows::Edit;

/// The rows of one table, all partitions in one keyspace.
#[derive(Clone)]
pub(crate) struct DiskRows {
    pub(super) engine: Keyspace,
    pub(super) database: Database,
    pub(super) layout: Layout,
}

impl DiskRows {
    pub(super) fn new(engine: Keyspace, database: Database, layout: Layout) -> Self {
        Self { engine, database, layout }
    }

    pub(crate) fn get(&self, partition: u16, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let place = self.layout.place(partition, key);
        let stored = self.engine.get(place.engine_key())?;
        row_at(place, stored)
    }

    pub(crate) fn view(&self, partition: u16) -> DiskView {
        DiskView::new(self, partition)
    }

    /// Applies all edits at once, later ones over earlier ones.
    pub(crate) fn apply(&self, partition: u16, edits: &[Edit]) -> Result<(), StoreError> {
        match edits {
            [] => Ok(()),
            [edit] => self.apply_one(partition, edit),
            edits => self.apply_all(partition, edits),
        }
    }

    /// One edit is the common case, and needs no batch.
    fn apply_one(&self, partition: u16, edit: &Edit) -> Result<(), StoreError> {
        let (engine_key, stored) = match self.layout.place(partition, &edit.key) {
            Place::Row(engine_key) => (engine_key, encode(edit)),
            Place::Bucket { key: engine_key, rest } => {
                let mut bucket = self.bucket(&engine_key)?;
                bucket.set(rest, encode(edit));
                (engine_key, store(&bucket))
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
            match self.layout.place(partition, &edit.key) {
                Place::Row(engine_key) => drop(changes.insert(engine_key, encode(edit))),
                Place::Bucket { key: engine_key, rest } => {
                    if !buckets.contains_key(&engine_key) {
                        buckets.insert(engine_key.clone(), self.bucket(&engine_key)?);
                    }
                    if let Some(bucket) = buckets.get_mut(&engine_key) {
                        bucket.set(rest, encode(edit));
                    }
                }
            }
        }
        changes.extend(buckets.into_iter().map(|(key, bucket)| (key, store(&bucket))));
        let mut batch = self.database.batch();
        for (engine_key, stored) in changes {
            match stored {
                Some(stored) => batch.insert(&self.engine, engine_key, stored),
                None => batch.remove(&self.engine, engine_key),
            }
        }
        Ok(batch.commit()?)
    }

    /// Lets buckets start at shorter keys.
    #[cfg(test)]
    pub(crate) fn with_longest_row_key(&mut self, longest: usize) {
        self.layout = Layout::with_longest(longest);
    }

    /// Stores bytes where a row, or its bucket, is.
    #[cfg(test)]
    pub(crate) fn store_as_is(&self, partition: u16, key: &[u8], stored: &[u8]) {
        self.engine.insert(self.layout.place(partition, key).engine_key().clone(), stored).unwrap();
    }

    /// Has the engine move all rows to files.
    #[cfg(test)]
    pub(crate) fn move_to_files(&self) {
        self.engine.rotate_memtable_and_wait().unwrap();
    }

    fn bucket(&self, engine_key: &[u8]) -> Result<Bucket, StoreError> {
        let stored = self.engine.get(engine_key)?;
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

/// What is stored of a row that is set.
fn encode(edit: &Edit) -> Option<Bytes> {
    edit.row.as_ref().map(Row::encode)
}

/// A bucket without rows is not stored.
fn store(bucket: &Bucket) -> Option<Bytes> {
    (!bucket.is_empty()).then(|| bucket.encode())
}
