//! Damaged stored bytes become errors, whatever operation reads them.

use pegasus_protocol::idl::IncrRequest;
use pegasus_protocol::status::Status;

use super::*;

const NOW: u32 = 1000;

/// The status of an operation on a damaged table.
fn status<T>(result: Result<T, crate::store::StoreError>) -> Status {
    result.err().map_or(Status::Ok, |error| error.status())
}

fn check_all(table: &TableRows, hash_key: &[u8], key: &Bytes) {
    let partition = table.partition(0).unwrap();
    let reverse = MultiGetRequest { reverse: true, ..full_range(hash_key) };
    let by_sort_key =
        MultiGetRequest { sort_keys: vec![key.slice(2 + hash_key.len()..)], ..full_range(hash_key) };
    for request in [full_range(hash_key), reverse, by_sort_key] {
        assert_eq!(status(ops::multi_get(partition, &request, NOW)), Status::Corruption);
    }
    assert_eq!(status(ops::get(partition, key, NOW)), Status::Corruption);
    assert_eq!(status(ops::sortkey_count(partition, hash_key, NOW)), Status::Corruption);
    let incr = IncrRequest { key: key.clone(), ..IncrRequest::default() };
    assert_eq!(status(ops::incr(partition, &incr, NOW)), Status::Corruption);
    assert_eq!(status(start_scan(partition, &full_scan(10)).first_batch(NOW)), Status::Corruption);
}

#[test]
fn a_row_without_its_expiry() {
    let mut table = on_disk(100, 1);
    let key = encoded(b"h", b"s");
    engine(&mut table.rows).store_as_is(0, &key, b"abc");
    check_all(&table, b"h", &key);
}

#[test]
fn a_bucket_that_is_cut() {
    let mut table = on_disk(3, 1);
    let key = encoded(b"h", b"sort");
    engine(&mut table.rows).store_as_is(0, &key, b"\0\0\0\x09x");
    check_all(&table, b"h", &key);
}
