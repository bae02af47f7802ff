//! The operations of a table.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use napi::Result;
use napi_derive::napi;
use pegasus_client::{Filter, MultiGetLimits, SortKeyRange, Table};
use tracing::Dispatch;

use crate::bridge::{Bridge, Completion};
use crate::client::run;
use crate::convert::{call, completion, filter_type, maybe_stale, unpack, unpack_pairs, write};
use crate::requests::{OpenTable, Tables};
use crate::rows::page_of_pairs;
use crate::scanner::{NativeScanOptions, NativeScanner};

/// Bits of `flags`; the numbers of `RangeFlag` in `lib/native.ts`.
pub(crate) mod flag {
    pub(crate) const START_INCLUSIVE: u32 = 1;
    pub(crate) const STOP_INCLUSIVE: u32 = 2;
    pub(crate) const NO_VALUE: u32 = 4;
    pub(crate) const REVERSE: u32 = 8;
    pub(crate) const RETURN_EXPIRE_TS: u32 = 16;
}

/// An open table.
#[napi]
pub struct NativeTable {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) table: Table,
    pub(crate) log: Option<Dispatch>,
    may_be_stale: bool,
    tables: Arc<Tables>,
    handle: u32,
}

impl Drop for NativeTable {
    /// JavaScript has let go of it, which it does not while a request on it waits for its answer.
    fn drop(&mut self) {
        self.tables.remove(self.handle);
    }
}

impl NativeTable {
    pub(crate) fn new(bridge: Rc<Bridge>, tables: Arc<Tables>, open: OpenTable) -> Self {
        let handle = tables.add(open.clone());
        let OpenTable { table, log, may_be_stale } = open;
        Self { bridge, table, log, may_be_stale, tables, handle }
    }

    pub(crate) fn run<T, F>(&self, token: u32, operation: F, lay_out: fn(T) -> Completion) -> Result<()>
    where
        F: Future<Output = std::result::Result<T, pegasus_client::Error>> + Send + 'static,
        T: Send + 'static,
    {
        run(&self.bridge, self.log.as_ref(), token, async move { completion(operation.await, lay_out) })
    }

    /// As [`run`](Self::run), for what secondaries may answer.
    pub(crate) fn run_read<T, F>(&self, token: u32, operation: F, lay_out: fn(T) -> Completion) -> Result<()>
    where
        F: Future<Output = std::result::Result<T, pegasus_client::Error>> + Send + 'static,
        T: Send + 'static,
    {
        if !self.may_be_stale {
            return self.run(token, operation, lay_out);
        }
        run(&self.bridge, self.log.as_ref(), token, maybe_stale(operation, lay_out))
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

    #[napi(getter)]
    pub fn handle(&self) -> u32 {
        self.handle
    }

    #[napi]
    pub fn partition_count(&self) -> u32 {
        self.table.partition_count()
    }

    #[napi]
    pub fn multi_set(
        &self,
        token: u32,
        hash_key: &[u8],
        entries: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let set = self.table.multi_set(hash_key, unpack_pairs(entries)?, write(ttl_seconds, timeout_ms));
        self.run(token, set, |()| Completion::Done)
    }

    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn multi_get(
        &self,
        token: u32,
        hash_key: &[u8],
        sort_keys: Option<&[u8]>,
        max_kv_count: i32,
        max_kv_size: i32,
        no_value: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let limits = MultiGetLimits { max_kv_count, max_kv_size, no_value };
        match sort_keys {
            Some(packed) => {
                let get = self.table.multi_get(hash_key, unpack(packed)?, &limits, call(timeout_ms));
                self.run_read(token, get, page_of_pairs)
            }
            None => {
                let all = SortKeyRange::default();
                let get = self.table.multi_get_range(hash_key, all, &limits, call(timeout_ms));
                self.run_read(token, get, page_of_pairs)
            }
        }
    }

    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn multi_get_range(
        &self,
        token: u32,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        flags: u32,
        filter_number: i32,
        filter_pattern: &[u8],
        max_kv_count: i32,
        max_kv_size: i32,
        timeout_ms: i32,
    ) -> Result<()> {
        let range = SortKeyRange {
            start: Bytes::copy_from_slice(start_sort_key),
            stop: Bytes::copy_from_slice(stop_sort_key),
            start_inclusive: flags & flag::START_INCLUSIVE != 0,
            stop_inclusive: flags & flag::STOP_INCLUSIVE != 0,
            filter: Filter {
                filter_type: filter_type(filter_number)?,
                pattern: Bytes::copy_from_slice(filter_pattern),
            },
            reverse: flags & flag::REVERSE != 0,
        };
        let limits = MultiGetLimits { max_kv_count, max_kv_size, no_value: flags & flag::NO_VALUE != 0 };
        let get = self.table.multi_get_range(hash_key, range, &limits, call(timeout_ms));
        self.run_read(token, get, page_of_pairs)
    }

    #[napi]
    pub fn multi_del(&self, token: u32, hash_key: &[u8], sort_keys: &[u8], timeout_ms: i32) -> Result<()> {
        let remove = self.table.multi_remove(hash_key, unpack(sort_keys)?, call(timeout_ms));
        self.run(token, remove, |count| Completion::Number(count as i64))
    }

    #[napi]
    pub fn sort_key_count(&self, token: u32, hash_key: &[u8], timeout_ms: i32) -> Result<()> {
        let count = self.table.sort_key_count(hash_key, call(timeout_ms));
        self.run(token, count, |count| Completion::Number(count as i64))
    }

    #[napi]
    pub fn scanner(
        &self,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        options: NativeScanOptions,
    ) -> Result<NativeScanner> {
        let options = options.read()?;
        let with_expiry = options.return_expire_ts;
        let scanner = self.table.scanner(hash_key, start_sort_key, stop_sort_key, options);
        let scanner = scanner.map_err(|error| napi::Error::from_reason(error.to_string()))?;
        Ok(NativeScanner::new(Rc::clone(&self.bridge), scanner, with_expiry, self.log.clone()))
    }

    #[napi]
    pub fn unordered_scanners(
        &self,
        max_split_count: u32,
        options: NativeScanOptions,
    ) -> Result<Vec<NativeScanner>> {
        let options = options.read()?;
        let scanners = self.table.unordered_scanners(max_split_count, &options);
        let scanners = scanners.map_err(|error| napi::Error::from_reason(error.to_string()))?;
        let native = |scanner| {
            NativeScanner::new(Rc::clone(&self.bridge), scanner, options.return_expire_ts, self.log.clone())
        };
        Ok(scanners.into_iter().map(native).collect())
    }
}
