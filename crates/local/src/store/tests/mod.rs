//! The store as a whole: against a simple model, and at its limits.

mod damage;
mod files;
mod limits;
mod model;
mod split;

use std::ops::Deref;

use bytes::Bytes;
use pegasus_protocol::idl::{GetScannerRequest, MultiGetRequest};
use pegasus_protocol::key;

use super::layout::Layout;
use super::ops::{self, Scan, ScanStart};
use super::{Partition, Store, TableRows};

/// A store with one empty table, as if it were the table.
struct TestTable {
    rows: TableRows,
    _store: Store,
}

impl Deref for TestTable {
    type Target = TableRows;

    fn deref(&self) -> &TableRows {
        &self.rows
    }
}

fn table(layout: Layout, partition_count: u16) -> TestTable {
    let store = Store::open(None).unwrap();
    let mut rows = store.table_rows(1, partition_count).unwrap();
    rows.layout = layout;
    TestTable { rows, _store: store }
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

fn start_scan(partition: Partition<'_>, request: &GetScannerRequest) -> Box<Scan> {
    match Scan::start(partition, request) {
        ScanStart::Open(scan) => scan,
        ScanStart::Refused | ScanStart::Empty => panic!("{request:?} has a range"),
    }
}
