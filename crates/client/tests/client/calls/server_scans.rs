//! Scans on the local server.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use futures_util::future::try_join_all;
use pegasus_client::{Filter, FilterType, ScanOptions, ScanRow, Scanner, Table, WriteOptions};
use pegasus_protocol::expiry;

use crate::calls::operations::Local;
use crate::support::WRITE;

async fn all(mut scanner: Scanner) -> Vec<ScanRow> {
    let mut rows = Vec::new();
    while let Some(page) = scanner.next_page().await.unwrap() {
        assert!(!page.is_empty());
        rows.extend(page);
    }
    assert_eq!(scanner.next_page().await.unwrap(), None);
    rows
}

fn sort_keys(rows: &[ScanRow]) -> Vec<&str> {
    rows.iter().map(|row| std::str::from_utf8(&row.sort_key).unwrap()).collect()
}

fn scan(table: &Table, start: &str, stop: &str, options: ScanOptions) -> Scanner {
    table.scanner(b"h", start.as_bytes(), stop.as_bytes(), options).unwrap()
}

fn in_batches_of(batch_size: i32) -> ScanOptions {
    ScanOptions { batch_size, ..ScanOptions::default() }
}

async fn fill(table: &Table, hash_key: &str, sort_keys: impl IntoIterator<Item = String>) {
    let entries = sort_keys.into_iter().map(|sort_key| (Bytes::from(sort_key), Bytes::from("v")));
    table.multi_set(hash_key.as_bytes(), entries, WRITE).await.unwrap();
}

#[tokio::test]
async fn the_rows_of_a_hash_key_come_in_order_whatever_the_batch() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        let expected: Vec<String> = (0..25).map(|i| format!("s{i:02}")).collect();
        fill(table, "h", expected.iter().rev().cloned()).await;
        fill(table, "h0", ["after it".to_owned()]).await;
        fill(table, "g", ["before it".to_owned()]).await;
        for batch_size in [1, 5, 24, 25, 26, 1000] {
            let rows = all(scan(table, "", "", in_batches_of(batch_size))).await;
            assert_eq!(sort_keys(&rows), expected, "in batches of {batch_size}");
            assert!(
                rows.iter().all(|row| row.hash_key == "h" && row.value == "v" && row.expires_at.is_none())
            );
        }
    }
}

#[tokio::test]
async fn ranges_and_filters() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    fill(table, "h", ["a1", "a2", "b1", "b2", "c1"].map(str::to_owned)).await;
    let read = async |start, stop, change: &dyn Fn(&mut ScanOptions)| {
        let mut options = in_batches_of(2);
        change(&mut options);
        let rows = all(scan(table, start, stop, options)).await;
        sort_keys(&rows).join(" ")
    };
    assert_eq!(read("a2", "b2", &|_| {}).await, "a2 b1");
    let other_ends = |o: &mut ScanOptions| (o.start_inclusive, o.stop_inclusive) = (false, true);
    assert_eq!(read("a2", "b2", &other_ends).await, "b1 b2");
    assert_eq!(read("b2", "", &|_| {}).await, "b2 c1");
    assert_eq!(read("c1", "a1", &|_| {}).await, "");
    assert_eq!(read("b1", "b1", &|o| o.stop_inclusive = true).await, "b1");
    let filter = |filter_type, pattern: &'static str| Filter { filter_type, pattern: pattern.into() };
    let prefix = |o: &mut ScanOptions| o.sort_key_filter = filter(FilterType::MatchPrefix, "b");
    assert_eq!(read("", "", &prefix).await, "b1 b2");
    let postfix = |o: &mut ScanOptions| o.sort_key_filter = filter(FilterType::MatchPostfix, "1");
    assert_eq!(read("", "", &postfix).await, "a1 b1 c1");
    // No row of the first batches passes the filter.
    let late = |o: &mut ScanOptions| {
        o.batch_size = 1;
        o.sort_key_filter = filter(FilterType::MatchAnywhere, "c");
    };
    assert_eq!(read("", "", &late).await, "c1");
}

#[tokio::test]
async fn what_a_row_brings_along() {
    let local = Local::start(1).await;
    let Local { table, .. } = &local;
    table.set(b"h", b"a", b"v", WriteOptions { ttl_seconds: 1000, timeout: None }).await.unwrap();
    table.set(b"h", b"b", b"v", WRITE).await.unwrap();
    let options = ScanOptions { no_value: true, return_expire_ts: true, ..ScanOptions::default() };
    let rows = all(scan(table, "", "", options)).await;
    assert!(rows.iter().all(|row| row.value.is_empty()));
    let now = u64::from(expiry::now()) + expiry::EPOCH_UNIX_SECONDS;
    let expires_at = rows[0].expires_at.unwrap();
    assert!((now + 980..=now + 1000).contains(&expires_at), "{expires_at} at {now}");
    assert_eq!(rows[1].expires_at, None);
}

#[tokio::test]
async fn a_table_is_scanned_whole_by_any_number_of_scanners() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        let keys = (0..60).map(|i| (format!("hash {}", i % 20), format!("sort {i}")));
        let expected: BTreeSet<(Bytes, Bytes)> = keys.map(|(h, s)| (h.into(), s.into())).collect();
        let written = expected.iter().map(|(h, s)| table.set(h, s, b"v", WRITE));
        try_join_all(written).await.unwrap();
        for (split, scanners) in [(1, 1), (2, 2.min(partition_count)), (100, partition_count)] {
            for batch_size in [2, 1000] {
                let parts = table.unordered_scanners(split, &in_batches_of(batch_size)).unwrap();
                assert_eq!(parts.len(), scanners as usize);
                let mut rows = Vec::new();
                for part in parts {
                    rows.extend(all(part).await.into_iter().map(|row| (row.hash_key, row.sort_key)));
                }
                assert_eq!(rows.len(), expected.len());
                assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), expected);
            }
        }
    }
}

#[tokio::test]
async fn hash_keys_are_filtered_too() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    for hash_key in ["a1", "a2", "b1"] {
        fill(table, hash_key, ["s".to_owned()]).await;
    }
    let hash_key_filter = Filter { filter_type: FilterType::MatchPrefix, pattern: "a".into() };
    let options = ScanOptions { hash_key_filter, ..ScanOptions::default() };
    let scanner = table.unordered_scanners(1, &options).unwrap().pop().unwrap();
    let found: BTreeSet<Bytes> = all(scanner).await.into_iter().map(|row| row.hash_key).collect();
    assert_eq!(found, ["a1", "a2"].map(Bytes::from).into());
}

#[tokio::test]
async fn a_context_that_the_server_forgot_is_opened_after_the_last_row() {
    let local = Local::start(3).await;
    let Local { table, clock, .. } = &local;
    fill(table, "h", (0..10).map(|i| format!("s{i}"))).await;
    let mut scanner = scan(table, "", "", in_batches_of(4));
    let mut rows = scanner.next_page().await.unwrap().unwrap();
    clock.advance(301);
    while let Some(page) = scanner.next_page().await.unwrap() {
        rows.extend(page);
        clock.advance(301);
    }
    assert_eq!(sort_keys(&rows), (0..10).map(|i| format!("s{i}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_closed_scanner_is_at_its_end() {
    let local = Local::start(1).await;
    let Local { table, .. } = &local;
    fill(table, "h", (0..10).map(|i| format!("s{i}"))).await;
    let mut scanner = scan(table, "", "", in_batches_of(4));
    scanner.next_page().await.unwrap().unwrap();
    scanner.close();
    scanner.close();
    assert_eq!(scanner.next_page().await.unwrap(), None);
}

/// Polls at most this often, then drops the future.
async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_page_that_is_dropped_at_any_moment_loses_no_row() {
    let local = Local::start(1).await;
    let expected: Vec<_> = (0..20).map(|at| format!("{at:02}")).collect();
    fill(&local.table, "h", expected.clone()).await;
    let mut given = 0;
    for times in 1..8 {
        let options = ScanOptions { read_ahead: true, ..in_batches_of(3) };
        let mut scanner = scan(&local.table, "", "", options);
        let mut rows = Vec::new();
        for _ in 0..4 {
            let page = polled(times, scanner.next_page()).await.transpose().unwrap().flatten();
            given += usize::from(page.is_some());
            rows.extend(page.unwrap_or_default());
        }
        rows.extend(all(scanner).await);
        assert_eq!(sort_keys(&rows), expected, "after {times} polls");
    }
    assert!((4..28).contains(&given), "{given} of 28 pages were given before they were dropped");
}

#[tokio::test]
async fn scans_that_cannot_be() {
    let local = Local::start(1).await;
    let Local { table, .. } = &local;
    let code = |scanner: Result<Scanner, pegasus_client::Error>| scanner.err().unwrap().code().into_owned();
    assert_eq!(code(table.scanner(b"", b"", b"", ScanOptions::default())), "ERR_INVALID_ARGUMENT");
    assert_eq!(code(table.scanner(b"h", b"", b"", in_batches_of(0))), "ERR_INVALID_ARGUMENT");
    let no_scanner = table.unordered_scanners(0, &ScanOptions::default());
    assert_eq!(no_scanner.err().unwrap().code(), "ERR_INVALID_ARGUMENT");
}
