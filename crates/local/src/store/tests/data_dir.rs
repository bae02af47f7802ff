//! How a store uses its data directory.

use super::super::StoreError;
use super::*;

#[test]
fn removed_rows_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(Some(directory.path())).unwrap();
    let put = |rows: &TableRows| {
        let mut write = rows.partition(0).unwrap().write();
        write.put(encoded(b"h", b"s"), 0, Bytes::from_static(b"v"));
        write.commit().unwrap();
    };
    let has_row = |rows: &TableRows| rows.partition(0).unwrap().get(&encoded(b"h", b"s")).unwrap().is_some();
    put(&store.table_rows(1, 1).unwrap());
    assert!(has_row(&store.table_rows(1, 1).unwrap()));
    store.remove_rows(1).unwrap();
    store.remove_rows(1).unwrap();
    let rows = store.table_rows(1, 1).unwrap();
    assert!(!has_row(&rows));
    put(&rows);
    assert!(has_row(&rows));
}

#[test]
fn a_directory_has_one_store_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let first = Store::open(Some(directory.path())).unwrap();
    assert!(matches!(Store::open(Some(directory.path())), Err(StoreError::InUse)));
    first.close().unwrap();
    Store::open(Some(directory.path())).unwrap();
}
