//! Tests of the whole store: against a simple model, and at its limits.

mod damage;
mod data_dir;
mod files;
mod limits;
mod model;
mod split;
mod steps;

use std::ops::Deref;

use bytes::Bytes;
use pegasus_protocol::idl::{GetScannerRequest, MultiGetRequest};
use pegasus_protocol::key;

use tempfile::TempDir;

use super::disk::DiskRows;
use super::ops::{self, ScanContext, ScanStart};
use super::table_rows::Backend;
use super::{PartitionRows, Store, TableRows};

/// One empty table together with its store; it derefs to the table.
struct TestTable {
    rows: TableRows,
    _store: Store,
    _directory: Option<TempDir>,
}

impl Deref for TestTable {
    type Target = TableRows;

    fn deref(&self) -> &TableRows {
        &self.rows
    }
}

/// A table in memory.
fn in_memory(partition_count: u16) -> TestTable {
    let store = Store::open(None).unwrap();
    let rows = store.table_rows(1, partition_count).unwrap();
    TestTable { rows, _store: store, _directory: None }
}

/// A table in a data directory, whose buckets begin at keys longer than `longest`.
fn on_disk(longest: usize, partition_count: u16) -> TestTable {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(Some(directory.path())).unwrap();
    let mut rows = store.table_rows(1, partition_count).unwrap();
    engine(&mut rows).with_longest_row_key(longest);
    TestTable { rows, _store: store, _directory: Some(directory) }
}

/// The storage engine's side of a table in a data directory.
fn engine(table: &mut TableRows) -> &mut DiskRows {
    match &mut table.backend {
        Backend::Disk(rows) => rows,
        Backend::Memory(_) => panic!("a table in memory"),
    }
}

fn encoded(hash_key: &[u8], sort_key: &[u8]) -> Bytes {
    key::encode(hash_key, sort_key).unwrap()
}

fn full_range(hash_key: &[u8]) -> MultiGetRequest {
    MultiGetRequest {
        hash_key: Bytes::copy_from_slice(hash_key),
        start_inclusive: true,
        ..MultiGetRequest::default()
    }
}

fn full_scan(batch_size: i32) -> GetScannerRequest {
    GetScannerRequest {
        start_key: Bytes::from_static(b"\0\0"),
        stop_key: Bytes::from_static(b"\xff\xff"),
        start_inclusive: true,
        batch_size,
        ..GetScannerRequest::default()
    }
}

fn start_scan(partition: PartitionRows<'_>, request: &GetScannerRequest) -> Box<ScanContext> {
    match ScanContext::start(partition, request) {
        ScanStart::Open(scan) => scan,
        ScanStart::Refused | ScanStart::Empty => panic!("{request:?} has a range"),
    }
}
