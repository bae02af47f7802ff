//! The limits of a request, made small enough to reach.

use std::time::Duration;

use pegasus_protocol::idl::{BatchGetRequest, FullKey, UpdateRequest};
use pegasus_protocol::status::Status;

use super::super::limits::ReadLimits;
use super::super::ops::ScanEnd;
use super::*;

const NOW: u32 = 1000;

/// A table of one partition with the rows `0`, `1`, … of ten bytes under the hash key `h`.
fn filled(limits: ReadLimits, count: u32) -> TestTable {
    let mut table = in_memory(1);
    table.rows.limits = limits;
    for index in 0..count {
        let key = encoded(b"h", &index.to_be_bytes());
        let request = UpdateRequest { key, value: Bytes::from_static(b"sixsix"), expire_ts_seconds: 0 };
        ops::put(table.partition(0).unwrap(), &request, NOW).unwrap();
    }
    table
}

fn multi_get(table: &TableRows, request: &MultiGetRequest) -> (Status, usize) {
    let (status, kvs) = ops::multi_get(table.partition(0).unwrap(), request, NOW).unwrap();
    (status, kvs.len())
}

#[test]
fn a_multi_get_looks_at_so_many_rows() {
    let table = filled(ReadLimits { multi_get_rows: 3, ..ReadLimits::default() }, 4);
    assert_eq!(multi_get(&table, &full_range(b"h")), (Status::Incomplete, 3));
    let reverse = MultiGetRequest { reverse: true, ..full_range(b"h") };
    assert_eq!(multi_get(&table, &reverse), (Status::Incomplete, 3));
    let table = filled(ReadLimits { multi_get_rows: 4, ..ReadLimits::default() }, 4);
    assert_eq!(multi_get(&table, &full_range(b"h")), (Status::Ok, 4));
}

#[test]
fn a_multi_get_answers_with_so_many_bytes_and_a_row() {
    let table = filled(ReadLimits { multi_get_bytes: 25, ..ReadLimits::default() }, 4);
    assert_eq!(multi_get(&table, &full_range(b"h")), (Status::Incomplete, 3));
    let smaller = MultiGetRequest { max_kv_size: 10, ..full_range(b"h") };
    assert_eq!(multi_get(&table, &smaller), (Status::Incomplete, 1));
    let larger = MultiGetRequest { max_kv_size: 1000, ..full_range(b"h") };
    assert_eq!(multi_get(&table, &larger), (Status::Incomplete, 3));
}

#[test]
fn answers_have_an_end_however_often_a_key_is_named() {
    let table = filled(ReadLimits { answer_bytes: 25, ..ReadLimits::default() }, 1);
    let key = FullKey { hash_key: Bytes::from_static(b"h"), sort_key: Bytes::from_static(&[0; 4]) };
    let request = BatchGetRequest { keys: vec![key.clone(); 100] };
    let (status, data) = ops::batch_get(table.partition(0).unwrap(), &request, NOW).unwrap();
    assert_eq!((status, data.len()), (Status::Incomplete, 2)); // complete keys count: 13 bytes a row
    let request = MultiGetRequest { sort_keys: vec![key.sort_key; 100], ..full_range(b"h") };
    assert_eq!(multi_get(&table, &request), (Status::Incomplete, 3));
}

#[test]
fn a_scan_answers_with_so_many_rows() {
    let table = filled(ReadLimits { scan_rows: 3, ..ReadLimits::default() }, 7);
    for batch_size in [0, -1, 3, 1000] {
        let mut scan = start_scan(table.partition(0).unwrap(), &full_scan(batch_size));
        let first = scan.first_batch(NOW).unwrap();
        let second = scan.next_batch(NOW).unwrap();
        let third = scan.next_batch(NOW).unwrap();
        assert_eq!([&first, &second, &third].map(|batch| batch.kvs.len()), [3, 3, 1], "{batch_size}");
        assert_eq!([first.end, second.end, third.end], [ScanEnd::More, ScanEnd::More, ScanEnd::Complete]);
    }
}

#[test]
fn when_the_time_is_up() {
    let table = filled(ReadLimits { time: Duration::ZERO, ..ReadLimits::default() }, 2);
    let partition = table.partition(0).unwrap();
    assert_eq!(multi_get(&table, &full_range(b"h")), (Status::Incomplete, 0));
    assert_eq!(ops::sortkey_count(partition, b"h", NOW).unwrap(), -1);
    let batch = start_scan(partition, &full_scan(10)).first_batch(NOW).unwrap();
    assert_eq!((batch.end, batch.kvs.len()), (ScanEnd::Late, 0));
    assert_eq!(ops::sortkey_count(partition, b"other", NOW).unwrap(), 0);
}

#[test]
fn rows_live_as_long_as_the_table_says_where_the_request_does_not() {
    let table = filled(ReadLimits::default(), 0);
    let partition = table.partition(0).unwrap();
    let put = |sort_key: &[u8], expire_ts_seconds| {
        let key = encoded(b"h", sort_key);
        ops::put(partition, &UpdateRequest { key, expire_ts_seconds, ..UpdateRequest::default() }, NOW)
            .unwrap();
    };
    let expire_ts =
        |sort_key: &[u8]| ops::get(partition, &encoded(b"h", sort_key), NOW).unwrap().unwrap().expire_ts;
    put(b"before", 0);
    table.set_default_ttl(60);
    put(b"default", 0);
    put(b"own", 5000);
    assert_eq!([expire_ts(b"before"), expire_ts(b"default"), expire_ts(b"own")], [0, NOW + 60, 5000]);
}

#[test]
fn keys_as_long_as_they_come() {
    for table in [in_memory(1), on_disk(60_000, 1)] {
        check_long_keys(&table);
    }
}

fn check_long_keys(table: &TableRows) {
    let partition = table.partition(0).unwrap();
    let hash_key = vec![b'h'; 65_534];
    let sort_keys = [vec![], vec![0; 1], vec![1; 900_000]];
    for sort_key in &sort_keys {
        let (key, value) = (encoded(&hash_key, sort_key), Bytes::from(sort_key.len().to_string()));
        ops::put(partition, &UpdateRequest { key, value, expire_ts_seconds: 0 }, NOW).unwrap();
    }
    for sort_key in &sort_keys {
        let row = ops::get(partition, &encoded(&hash_key, sort_key), NOW).unwrap().unwrap();
        assert_eq!(row.value, sort_key.len().to_string());
    }
    assert_eq!(multi_get(table, &full_range(&hash_key)), (Status::Ok, 3));
    ops::remove(partition, &encoded(&hash_key, &sort_keys[1])).unwrap();
    assert_eq!(ops::sortkey_count(partition, &hash_key, NOW).unwrap(), 2);
}
