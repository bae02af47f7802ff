//! The storage of one cluster, in a data directory or in memory.

use std::path::Path;

use super::disk::Disk;
use super::error::StoreError;
use super::memory::MemoryRows;
use super::table_record::TableRecord;
use super::table_rows::{Backend, TableRows};

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
        let backend = match &self.disk {
            Some(disk) => Backend::Disk(disk.table_rows(app_id)?),
            None => Backend::Memory(MemoryRows::new(partition_count)),
        };
        Ok(TableRows::new(backend, partition_count))
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
