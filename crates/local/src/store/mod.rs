//! Tables and their rows: the only part that knows the storage engine.
//!
//! With a data directory they are in a [`disk`] database, without one in [`memory`]. What both have in
//! common is [`TableRows`]; the Pegasus operations on them, one file each, are in [`ops`].
//!
//! Durability. With a data directory, what [`Store::commit`] was called for has reached the
//! operating system and survives the death of the process; a connection calls it once for all the
//! writes that it answers together. Without one, nothing outlives the store.

mod disk;
mod error;
mod filter;
pub(crate) mod integer;
mod limits;
mod memory;
pub(crate) mod ops;
mod row;
mod split;
mod table_rows;
#[cfg(test)]
mod tests;
mod view;

use std::path::Path;

use self::disk::Disk;
pub(crate) use self::disk::TableRecord;
pub use self::error::StoreError;
use self::memory::MemoryRows;
pub(crate) use self::split::Owner;
use self::table_rows::Place;
pub(crate) use self::table_rows::{Partition, TableRows};

/// The storage of one cluster.
pub(crate) struct Store {
    /// None: everything is in memory.
    disk: Option<Disk>,
}

impl Store {
    /// Opens the storage in `data_dir`, or an empty one that nothing outlives.
    pub(crate) fn open(data_dir: Option<&Path>) -> Result<Self, StoreError> {
        Ok(Self { disk: data_dir.map(Disk::open).transpose()? })
    }

    /// Hands everything written so far to the operating system.
    ///
    /// Nothing of it is lost when the process dies. (A power failure may lose it: that would cost a
    /// disk flush a call, and this is no server to keep data on.)
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), Disk::commit)
    }

    /// All tables, by number, the dropped ones too.
    pub(crate) fn load_tables(&self) -> Result<Vec<TableRecord>, StoreError> {
        self.disk.as_ref().map_or(Ok(Vec::new()), Disk::load_tables)
    }

    /// The number that the next table gets: never that of a table that there was before.
    pub(crate) fn load_next_app_id(&self) -> Result<i32, StoreError> {
        self.disk.as_ref().map_or(Ok(1), Disk::load_next_app_id)
    }

    /// Stores tables, new or changed, and the number of the next one; on disk when it returns.
    pub(crate) fn save_tables(&self, tables: &[TableRecord], next_app_id: i32) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), |disk| disk.save_tables(tables, next_app_id))
    }

    /// The rows of a table. In memory they are there as long as somebody has them, and so are asked
    /// for once: when the table is made.
    pub(crate) fn table_rows(&self, app_id: i32, partition_count: u16) -> Result<TableRows, StoreError> {
        let place = match &self.disk {
            Some(disk) => Place::Disk(disk.table_rows(app_id)?),
            None => Place::Memory(MemoryRows::new(partition_count)),
        };
        Ok(TableRows::new(place, partition_count))
    }

    /// Removes the rows of a table for good. Who still reads them may come to their end.
    pub(crate) fn remove_rows(&self, app_id: i32) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), |disk| disk.remove_rows(app_id))
    }

    /// Writes everything to disk and lets go of the directory.
    ///
    /// Every [`TableRows`] and view must be gone before, or the directory stays in use until they
    /// are.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.disk.map_or(Ok(()), Disk::close)
    }
}
