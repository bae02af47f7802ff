//! A view of a partition in a data directory at one moment.

use std::ops::Bound;
use std::vec;

use bytes::Bytes;
use fjall::{Iter, Keyspace, Readable, Snapshot};

use super::bucket::Bucket;
use super::key_layout::{self, KeyLayout};
use super::stored::row_at;
use crate::store::error::StoreError;
use crate::store::row::Row;

/// A view of a partition. Later writes do not change it.
pub(crate) struct DiskView {
    snapshot: Snapshot,
    engine: Keyspace,
    layout: KeyLayout,
    partition: u16,
}

impl DiskView {
    pub(super) fn new(snapshot: Snapshot, engine: Keyspace, layout: KeyLayout, partition: u16) -> Self {
        Self { snapshot, engine, layout, partition }
    }

    /// The row with a key, even if it has expired.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let storage_key = self.layout.storage_key(self.partition, key);
        let stored = self.snapshot.get(&self.engine, storage_key.engine_key())?;
        row_at(storage_key, stored)
    }

    /// The rows with keys of at least `from`, upwards.
    pub(crate) fn up(&self, from: &[u8]) -> DiskRowRange {
        let start = self.layout.storage_key(self.partition, from).engine_key().clone();
        let end = key_layout::partition_end(self.partition);
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        self.rows((Bound::Included(start), end), from, Direction::Up)
    }

    /// The rows with keys of at most `from`, downwards.
    pub(crate) fn down(&self, from: &[u8]) -> DiskRowRange {
        let end = self.layout.storage_key(self.partition, from).engine_key().clone();
        let start = key_layout::partition_start(self.partition);
        self.rows((Bound::Included(start), Bound::Included(end)), from, Direction::Down)
    }

    fn rows(&self, range: (Bound<Bytes>, Bound<Bytes>), from: &[u8], direction: Direction) -> DiskRowRange {
        DiskRowRange {
            iter: self.snapshot.range(&self.engine, range),
            layout: self.layout,
            direction,
            from: Bytes::copy_from_slice(from),
            bucket: Vec::new().into_iter(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// Keys and rows of a view in order, including expired rows.
pub(crate) struct DiskRowRange {
    iter: Iter,
    layout: KeyLayout,
    direction: Direction,
    from: Bytes,
    /// The remaining rows of the current bucket.
    bucket: vec::IntoIter<(Bytes, Row)>,
}

impl DiskRowRange {
    fn advance(&mut self) -> Result<Option<(Bytes, Row)>, StoreError> {
        loop {
            let in_bucket = match self.direction {
                Direction::Up => self.bucket.next(),
                Direction::Down => self.bucket.next_back(),
            };
            if in_bucket.is_some() {
                return Ok(in_bucket);
            }
            let guard = match self.direction {
                Direction::Up => self.iter.next(),
                Direction::Down => self.iter.next_back(),
            };
            let Some(guard) = guard else {
                return Ok(None);
            };
            let (key, stored) = guard.into_inner()?;
            let (key, stored) = (Bytes::from(key), Bytes::from(stored));
            if !self.layout.is_bucket(&key) {
                return Ok(Some((self.layout.row_key(&key), Row::decode(&stored)?)));
            }
            self.bucket = self.open(&key, stored)?.into_iter();
        }
    }

    /// The rows of a bucket on the right side of `from`.
    fn open(&self, engine_key: &[u8], stored: Bytes) -> Result<Vec<(Bytes, Row)>, StoreError> {
        let mut rows = Vec::new();
        for (rest, stored) in Bucket::decode(stored)?.into_rows() {
            let key = self.layout.bucket_row_key(engine_key, &rest);
            let inside = match self.direction {
                Direction::Up => key >= self.from,
                Direction::Down => key <= self.from,
            };
            if inside {
                rows.push((key, Row::decode(&stored)?));
            }
        }
        Ok(rows)
    }
}

impl Iterator for DiskRowRange {
    type Item = Result<(Bytes, Row), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}
