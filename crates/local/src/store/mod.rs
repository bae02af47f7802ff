//! Tables and their rows: the only part that knows the storage engine.
//!
//! One engine database holds a cluster: a keyspace a table ([`TableRows`]) and one for the
//! descriptions of the tables ([`TableRecord`]). Inside a table, rows of a partition stand together
//! under its number ([`layout`]); rows with very long keys share a [`bucket`]. The Pegasus
//! operations on them, one file each, are in [`ops`].
//!
//! Durability. With a data directory, what [`Store::commit`] was called for has reached the
//! operating system and survives the death of the process; a connection calls it once for all the
//! writes that it answers together. Without one, data is in a temporary directory that goes with
//! the store, and nothing is ever forced out of memory.

mod bucket;
mod catalog;
mod error;
mod filter;
pub(crate) mod integer;
mod layout;
mod limits;
mod manifests;
pub(crate) mod ops;
mod row;
mod split;
mod table_rows;
mod temporary;
#[cfg(test)]
mod tests;
mod view;
mod witness;

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

pub(crate) use self::catalog::TableRecord;
pub use self::error::StoreError;
use self::layout::Layout;
pub(crate) use self::split::Owner;
pub(crate) use self::table_rows::{Partition, TableRows};
use self::temporary::Temporary;
pub use self::temporary::remove_temporary_files;
use self::witness::Witness;

/// Threads that write rows from memory to files; a second one keeps the first free for that while
/// it merges files.
const ENGINE_THREADS: usize = 2;

/// More writes than there can be: a thousand years of a million each second would not do.
const MOST_WRITES: u64 = 1 << 55;

/// The storage of one cluster.
///
/// Fields are dropped in this order: the engine has let go of the directory before it is removed.
pub(crate) struct Store {
    catalog: Keyspace,
    database: Database,
    /// Counts commits; none where nothing is to outlive the store.
    witness: Option<Witness>,
    /// The directory of a cluster without one of its own.
    temporary: Option<Temporary>,
}

impl Store {
    /// Opens the storage in `data_dir`, or an empty one that nothing outlives.
    pub(crate) fn open(data_dir: Option<&Path>) -> Result<Self, StoreError> {
        let temporary = match data_dir {
            Some(_) => None,
            None => Some(Temporary::create()?),
        };
        let directory = temporary.as_ref().map(Temporary::path).or(data_dir).unwrap_or(Path::new("."));
        let database = open_engine(directory)?;
        let catalog = database.keyspace("catalog", keyspace_options)?;
        let witness = data_dir.map(|directory| Witness::open(directory, &catalog)).transpose()?;
        Ok(Self { catalog, database, witness, temporary })
    }

    /// Hands everything written so far to the operating system.
    ///
    /// Nothing of it is lost when the process dies. (A power failure may lose it: that would cost a
    /// disk flush a call, and this is no server to keep data on.)
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.persist(PersistMode::Buffer)
    }

    /// The rows of a table; an empty table when there are none yet.
    pub(crate) fn table_rows(&self, app_id: i32, partition_count: u16) -> Result<TableRows, StoreError> {
        let engine = self.database.keyspace(&keyspace_name(app_id), keyspace_options)?;
        Ok(TableRows::new(engine, self.database.clone(), Layout::default(), partition_count))
    }

    /// Removes the rows of a table for good. Who still reads them may come to their end.
    pub(crate) fn remove_rows(&self, app_id: i32) -> Result<(), StoreError> {
        let name = keyspace_name(app_id);
        if self.database.keyspace_exists(&name) {
            self.database.delete_keyspace(self.database.keyspace(&name, keyspace_options)?)?;
        }
        Ok(())
    }

    /// Writes everything to disk and lets go of the directory; a temporary one is removed.
    ///
    /// Every [`TableRows`] and view must be gone before, or the directory stays in use until they
    /// are.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.persist(PersistMode::SyncAll)?;
        let Self { catalog, database, witness, temporary } = self;
        drop((catalog, database, witness));
        temporary.map_or(Ok(()), Temporary::close)?;
        Ok(())
    }

    fn persist(&self, mode: PersistMode) -> Result<(), StoreError> {
        let Some(witness) = &self.witness else {
            return Ok(());
        };
        let commit = witness.begin(&self.catalog)?;
        self.database.persist(mode)?;
        witness.note(commit)
    }
}

/// Opens the engine's database, and looks for damage that it does not see.
fn open_engine(directory: &Path) -> Result<Database, StoreError> {
    manifests::check(directory)?;
    let builder = Database::builder(directory).manual_journal_persist(true).worker_threads(ENGINE_THREADS);
    let database = builder.open().map_err(|error| match error {
        fjall::Error::Locked => StoreError::InUse,
        error => error.into(),
    })?;
    // No checksum covers the numbers of writes in the journal; near their end the engine panics.
    if database.seqno() >= MOST_WRITES {
        return Err(StoreError::Damaged("the number of a write is none"));
    }
    Ok(database)
}

fn keyspace_name(app_id: i32) -> String {
    format!("table-{app_id}")
}

/// Writes reach the operating system when [`Store::commit`] says so, not one by one.
fn keyspace_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().manual_journal_persist(true)
}
