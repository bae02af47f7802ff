//! The open tables of an environment, by the number that requests name them by.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use pegasus_client::Table;
use tracing::Dispatch;

use crate::bridge::lock::lock;

/// A table that requests can name.
#[derive(Clone)]
pub(crate) struct OpenTable {
    pub(crate) table: Table,
    pub(crate) log: Option<Dispatch>,
    /// Whether secondaries may answer its reads.
    pub(crate) may_be_stale: bool,
}

/// The open tables of an environment.
#[derive(Default)]
pub(crate) struct OpenTables {
    by_handle: Mutex<ByHandle>,
}

#[derive(Default)]
pub(super) struct ByHandle {
    last: u32,
    tables: HashMap<u32, OpenTable>,
}

impl ByHandle {
    pub(super) fn get(&self, handle: u32) -> Option<&OpenTable> {
        self.tables.get(&handle)
    }
}

impl OpenTables {
    /// Gives a table a number that no other table had.
    pub(crate) fn add(&self, table: OpenTable) -> u32 {
        let by_handle = &mut *self.lock();
        by_handle.last += 1;
        by_handle.tables.insert(by_handle.last, table);
        by_handle.last
    }

    /// Forgets a table.
    pub(crate) fn remove(&self, handle: u32) {
        drop(self.lock().tables.remove(&handle));
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ByHandle> {
        lock(&self.by_handle)
    }
}
