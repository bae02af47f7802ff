//! The storage of one cluster, in a data directory or in memory.

use std::path::Path;

use super::disk::Disk;
use super::error::StoreError;
use super::memory::MemoryRows;
use super::table_record::TableRecord;
use super::table_rows::{Backend, TableRows};

/// The storage of one cluster.
pub(crate) struct Store {
    /// `None` if all data is in memory.
    disk: Option<Disk>,
}

impl Store {
    /// Opens the storage in `data_dir`. Without one, opens an empty storage in memory.
    pub(crate) fn open(data_dir: Option<&Path>) -> Result<Self, StoreError> {
        Ok(Self { disk: data_dir.map(Disk::open).transpose()? })
    }

    /// Hands all earlier writes to the operating system.
    ///
    /// They survive the death of the process. A power failure may lose them: protection against
    /// that would cost a disk flush per call, and this server is not made for keeping data.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), Disk::commit)
    }

    /// The records of all tables in the order of their ids, including dropped ones.
    pub(crate) fn load_tables(&self) -> Result<Vec<TableRecord>, StoreError> {
        self.disk.as_ref().map_or(Ok(Vec::new()), Disk::load_tables)
    }

    /// The id for the next table. Ids are never reused.
    pub(crate) fn load_next_app_id(&self) -> Result<i32, StoreError> {
        self.disk.as_ref().map_or(Ok(1), Disk::load_next_app_id)
    }

    /// Stores new or changed tables, and the id for the next table. They are on disk when this
    /// returns.
    pub(crate) fn save_tables(&self, tables: &[TableRecord], next_app_id: i32) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), |disk| disk.save_tables(tables, next_app_id))
    }

    /// The rows of a table. In memory, they exist only as long as this value, so call this once,
    /// when the table is created.
    pub(crate) fn table_rows(&self, app_id: i32, partition_count: u16) -> Result<TableRows, StoreError> {
        let backend = match &self.disk {
            Some(disk) => Backend::Disk(disk.table_rows(app_id)?),
            None => Backend::Memory(MemoryRows::new(partition_count)),
        };
        Ok(TableRows::new(backend, partition_count))
    }

    /// Removes the rows of a table for good. Readers that have begun can finish.
    pub(crate) fn remove_rows(&self, app_id: i32) -> Result<(), StoreError> {
        self.disk.as_ref().map_or(Ok(()), |disk| disk.remove_rows(app_id))
    }

    /// Writes everything to disk and releases the directory.
    ///
    /// All [`TableRows`] and views must be dropped before; otherwise the directory stays in use
    /// until they are.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.disk.map_or(Ok(()), Disk::close)
    }
}
