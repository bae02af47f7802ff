//! Rows during the split of a partition.

use std::collections::BTreeSet;

use pegasus_protocol::idl::UpdateRequest;

use super::super::Owner;
use super::*;

const NOW: u32 = 1000;

/// Rows under short hash keys and under long ones. The long ones share buckets with other hash
/// keys.
fn keys() -> Vec<Bytes> {
    let short = (0..2000).map(|n: u32| encoded(&n.to_be_bytes(), b"s"));
    let long =
        (0..300).map(|n: u32| encoded(&[b"the same beginning".as_slice(), &n.to_be_bytes()].concat(), b""));
    short.chain(long).chain([encoded(b"", b"no hash key")]).collect()
}

fn rows_of(table: &TableRows, index: i32) -> BTreeSet<Bytes> {
    let view = table.partition(index).unwrap().view();
    view.ascend(&[]).map(|row| row.unwrap().0).collect()
}

#[test]
fn a_child_gets_what_it_owns_and_the_parent_keeps_the_rest() {
    for table in [in_memory(1), on_disk(10, 1)] {
        check_split(&table);
    }
}

fn check_split(table: &TableRows) {
    for key in keys() {
        let request = UpdateRequest { key, value: Bytes::from_static(b"v"), expire_ts_seconds: 2000 };
        ops::put(table.partition(0).unwrap(), &request, NOW).unwrap();
    }
    let all = rows_of(table, 0);
    let owned = |index| {
        let owner = Owner { index, count: 2 };
        all.iter().filter(|key| owner.owns(key)).cloned().collect::<BTreeSet<_>>()
    };
    assert!(owned(0).len() > 1000 && owned(1).len() > 1000);

    let grown = table.grown(2);
    let child = Owner { index: 1, count: 2 };
    // Rows that an interrupted attempt has left behind are removed.
    let stray = UpdateRequest { key: encoded(b"stray", b""), ..UpdateRequest::default() };
    ops::put(grown.partition(1).unwrap(), &stray, NOW).unwrap();
    for _ in 0..2 {
        grown.copy_to_child(0, child).unwrap();
        assert_eq!((rows_of(&grown, 0), rows_of(&grown, 1)), (all.clone(), owned(1)));
    }
    for _ in 0..2 {
        grown.purge(Owner { index: 0, count: 2 }).unwrap();
        assert_eq!((rows_of(&grown, 0), rows_of(&grown, 1)), (owned(0), owned(1)));
    }
    let moved = owned(1).pop_first().unwrap();
    let row = ops::get(grown.partition(1).unwrap(), &moved, NOW).unwrap().unwrap();
    assert_eq!((row.expire_ts, row.value), (2000, Bytes::from_static(b"v")));
    // Both go on with the decree of the parent. The split itself does not count as a write.
    for index in [0, 1] {
        let written = ops::remove(grown.partition(index).unwrap(), &moved).unwrap();
        assert_eq!(written.decree, keys().len() as i64 + 1);
    }
}

#[test]
fn any_count_divides_the_keys() {
    for count in [1, 2, 3, 6, 7, 12, 1024] {
        for key in keys() {
            let owners = (0..count).filter(|index| Owner { index: *index, count }.owns(&key));
            assert_eq!(owners.count(), 1, "{count}");
        }
    }
    assert!(!Owner { index: 0, count: 1 }.owns(b"\0")); // a key without a hash has no owner
}
