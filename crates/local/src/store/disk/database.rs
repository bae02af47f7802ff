//! The open database of a data directory.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::creation::Creation;
use super::key_layout::KeyLayout;
use super::manifests;
use super::rows::DiskRows;
use super::witness::Witness;
use crate::store::error::StoreError;

/// Threads that write rows from memory to files. While one of them merges files, the other is free
/// for writing.
const ENGINE_THREADS: usize = 2;

/// More writes than can ever be made: a million writes per second for a thousand years are fewer.
const MOST_WRITES: u64 = 1 << 55;

/// An open data directory.
pub(crate) struct Disk {
    pub(super) catalog: Keyspace,
    pub(super) database: Database,
    /// Counts commits.
    witness: Witness,
}

impl Disk {
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let creation = Creation::begin(directory)?;
        let database = open_engine(directory)?;
        let catalog = database.keyspace("catalog", keyspace_options)?;
        let witness = Witness::open(directory, &catalog)?;
        if let Some(creation) = creation {
            creation.finish()?;
        }
        Ok(Self { catalog, database, witness })
    }

    /// Hands all earlier writes to the operating system.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.persist(PersistMode::Buffer)
    }

    fn persist(&self, mode: PersistMode) -> Result<(), StoreError> {
        let commit = self.witness.begin(&self.catalog)?;
        self.database.persist(mode)?;
        self.witness.note(commit)
    }

    pub(crate) fn table_rows(&self, app_id: i32) -> Result<DiskRows, StoreError> {
        let engine = self.database.keyspace(&keyspace_name(app_id), keyspace_options)?;
        Ok(DiskRows::new(engine, self.database.clone(), KeyLayout::default()))
    }

    pub(crate) fn remove_rows(&self, app_id: i32) -> Result<(), StoreError> {
        let name = keyspace_name(app_id);
        if self.database.keyspace_exists(&name) {
            self.database.delete_keyspace(self.database.keyspace(&name, keyspace_options)?)?;
        }
        Ok(())
    }

    /// Writes everything to disk and releases the directory.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.persist(PersistMode::SyncAll)
    }
}

/// Opens the engine's database, and looks for damage that the engine does not detect.
fn open_engine(directory: &Path) -> Result<Database, StoreError> {
    manifests::check(directory)?;
    let builder = Database::builder(directory).manual_journal_persist(true).worker_threads(ENGINE_THREADS);
    let database = builder.open().map_err(|error| match error {
        fjall::Error::Locked => StoreError::InUse,
        error => error.into(),
    })?;
    // No checksum covers the write numbers in the journal. The engine panics near their maximum.
    if database.seqno() >= MOST_WRITES {
        return Err(StoreError::Damaged("the number of a write is impossible"));
    }
    Ok(database)
}

fn keyspace_name(app_id: i32) -> String {
    format!("table-{app_id}")
}

/// Writes reach the operating system at [`Disk::commit`], not one by one.
fn keyspace_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().manual_journal_persist(true)
}
