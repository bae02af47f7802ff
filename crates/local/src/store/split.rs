//! Moves rows when a partition is split.
//!
//! A split copies rows before it removes them, so a failure in the middle loses nothing. Reads skip
//! the rows that a partition no longer owns, until these are removed.

use super::error::StoreError;
use super::owner::Owner;
use super::table_rows::{PartitionRows, TableRows, Writer};

/// The size of one write during a copy. A larger one would need too much memory; many smaller ones
/// would take too much time.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

impl TableRows {
    /// Copies the rows that `child` owns from its parent. Rows that an interrupted attempt has left
    /// in the child are removed first.
    ///
    /// There must be no other writes to either partition meanwhile.
    pub(crate) fn copy_to_child(&self, parent: i32, child: Owner) -> Result<(), StoreError> {
        let (Some(from), Some(to)) = (self.partition(parent), self.partition(child.index as i32)) else {
            return Err(StoreError::Damaged("a split into partitions that the table does not have"));
        };
        let decree = from.write().decree();
        let mut removal = Chunk::new(to);
        for row in to.view().ascend(&[]) {
            let (key, _) = row?;
            removal.step(decree, key.len(), |write| write.remove(key))?;
        }
        removal.finish(decree)?;
        let mut copy = Chunk::new(to);
        for row in from.view().ascend(&[]) {
            let (key, row) = row?;
            if child.owns(&key) {
                let size = key.len() + row.value.len();
                copy.step(decree, size, |write| write.put(key, row.expire_ts, row.value))?;
            }
        }
        copy.finish(decree)
    }

    /// Removes the rows that a partition does not own. Requests may go on meanwhile.
    pub(crate) fn purge(&self, owner: Owner) -> Result<(), StoreError> {
        let Some(partition) = self.partition(owner.index as i32) else {
            return Ok(());
        };
        let mut keys = Vec::new();
        for row in partition.view().ascend(&[]) {
            let (key, _) = row?;
            if !owner.owns(&key) {
                keys.push(key);
            }
            if keys.len() >= CHUNK_ROWS {
                remove(partition, &mut keys)?;
            }
        }
        remove(partition, &mut keys)
    }
}

fn remove(partition: PartitionRows<'_>, keys: &mut Vec<bytes::Bytes>) -> Result<(), StoreError> {
    let mut write = partition.write();
    keys.drain(..).for_each(|key| write.remove(key));
    let decree = write.decree();
    write.commit_as(decree)
}

/// Edits of a partition that are applied in chunks.
struct Chunk<'t> {
    partition: PartitionRows<'t>,
    write: Option<Writer<'t>>,
    rows: usize,
    bytes: usize,
}

impl<'t> Chunk<'t> {
    fn new(partition: PartitionRows<'t>) -> Self {
        Self { partition, write: None, rows: 0, bytes: 0 }
    }

    fn step(
        &mut self,
        decree: i64,
        size: usize,
        edit: impl FnOnce(&mut Writer<'t>),
    ) -> Result<(), StoreError> {
        let partition = self.partition;
        edit(self.write.get_or_insert_with(|| partition.write()));
        (self.rows, self.bytes) = (self.rows + 1, self.bytes + size);
        if self.rows < CHUNK_ROWS && self.bytes < CHUNK_BYTES {
            return Ok(());
        }
        (self.rows, self.bytes) = (0, 0);
        self.write.take().map_or(Ok(()), |write| write.commit_as(decree))
    }

    fn finish(self, decree: i64) -> Result<(), StoreError> {
        let Self { partition, write, .. } = self;
        write.unwrap_or_else(|| partition.write()).commit_as(decree)
    }
}
