//! An open table.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_client::{Error, Table};

use crate::bridge::completion::Completion;
use crate::rows::open_tables::{OpenTable, OpenTables};
use crate::start::Starter;

/// An open table. `ttl_seconds` is 0 when the rows never expire. A packed list holds each element as a
/// little-endian u32 length and its bytes.
#[napi]
pub struct NativeTable {
    pub(super) starter: Starter,
    pub(super) table: Table,
    may_be_stale: bool,
    tables: Arc<OpenTables>,
    handle: u32,
}

impl Drop for NativeTable {
    /// JavaScript has let go of the table. It keeps the table while a request on it waits for its answer.
    fn drop(&mut self) {
        self.tables.remove(self.handle);
    }
}

impl NativeTable {
    pub(crate) fn new(starter: Starter, tables: Arc<OpenTables>, open: OpenTable) -> Self {
        let handle = tables.add(open.clone());
        let OpenTable { table, may_be_stale, .. } = open;
        Self { starter, table, may_be_stale, tables, handle }
    }

    pub(super) fn run<T, F, L>(&self, token: u32, operation: F, lay_out: L) -> Result<()>
    where
        L: FnOnce(T) -> Completion + Send + 'static,
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.starter.run_result(token, operation, lay_out)
    }

    /// As [`run`](Self::run), for a read, which a secondary may answer where the table's options say so.
    pub(super) fn run_read<T, F, L>(&self, token: u32, operation: F, lay_out: L) -> Result<()>
    where
        L: FnOnce(T) -> Completion + Send + 'static,
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        if !self.may_be_stale {
            return self.run(token, operation, lay_out);
        }
        self.starter.run_maybe_stale(token, operation, lay_out)
    }
}

#[napi]
impl NativeTable {
    #[napi(getter)]
    pub fn name(&self) -> String {
        self.table.name().to_owned()
    }

    #[napi(getter)]
    pub fn app_id(&self) -> i32 {
        self.table.app_id()
    }

    /// The table's number in requests.
    #[napi(getter)]
    pub fn handle(&self) -> u32 {
        self.handle
    }

    #[napi]
    pub fn partition_count(&self) -> u32 {
        self.table.partition_count()
    }
}
