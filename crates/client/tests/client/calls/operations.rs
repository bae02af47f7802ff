//! Every operation against the local server, on tables with several partition counts.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use pegasus_client::{
    Client, ClientOptions, Error, ErrorKind, Filter, FilterType, MultiGetLimits, MultiGetResult,
    SortKeyRange, SortKeyValue, Table, TableOptions, TimeToLive, WriteOptions,
};
use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::expiry;

use crate::support::{CALL, WRITE};

/// A local cluster with one table, opened.
pub(crate) struct Local {
    pub(crate) cluster: Cluster,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
    pub(crate) table: Table,
}

impl Local {
    pub(crate) async fn start(partition_count: u32) -> Self {
        Self::start_with(ClusterOptions {
            tables: vec![("temp".to_owned(), partition_count)],
            ..ClusterOptions::default()
        })
        .await
    }

    /// The server's clock stands still from the start; the client's clock runs.
    pub(crate) async fn start_with(options: ClusterOptions) -> Self {
        let clock = Arc::new(ManualClock::new(expiry::now()));
        let cluster = Cluster::start_with_clock(options, clock.clone()).await.unwrap();
        let meta_servers = cluster.meta_servers().into_iter().map(|address| address.to_string());
        let client = Client::connect(ClientOptions::new(meta_servers)).await.unwrap();
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        Self { cluster, clock, client, table }
    }
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn rows(sort_keys: &[&str]) -> Vec<(Bytes, Bytes)> {
    sort_keys.iter().map(|sort_key| (bytes(sort_key), bytes(&format!("value of {sort_key}")))).collect()
}

fn sort_keys(result: &MultiGetResult) -> Vec<&[u8]> {
    result.entries.iter().map(|entry| &*entry.sort_key).collect()
}

fn is_invalid_argument<T: std::fmt::Debug>(result: Result<T, Error>, word: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::InvalidArgument);
    assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
    assert!(error.message().contains(word), "{error}");
    assert!(!error.is_retryable() && !error.is_maybe_applied());
}

#[tokio::test]
async fn a_row_is_set_read_and_removed() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        assert_eq!(table.get(b"user_1", b"name", CALL).await.unwrap(), None);
        table.set(b"user_1", b"name", b"Alice", WRITE).await.unwrap();
        table.set(b"user_1", b"name", b"Bob", WRITE).await.unwrap();
        assert_eq!(table.get(b"user_1", b"name", CALL).await.unwrap().unwrap(), "Bob");
        assert!(table.exist(b"user_1", b"name", CALL).await.unwrap());
        assert!(!table.exist(b"user_1", b"age", CALL).await.unwrap());
        table.remove(b"user_1", b"name", CALL).await.unwrap();
        table.remove(b"user_1", b"name", CALL).await.unwrap();
        assert_eq!(table.get(b"user_1", b"name", CALL).await.unwrap(), None);
        assert_eq!(table.ttl(b"user_1", b"name", CALL).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_table_tells_what_it_is() {
    let local = Local::start(3).await;
    let Local { cluster, client, table, .. } = &local;
    assert_eq!((table.name(), table.partition_count()), ("temp", 3));
    let other_id = cluster.create_table("other", 7).await.unwrap();
    let other = client.open_table("other", TableOptions::default()).await.unwrap();
    assert_eq!((other.app_id(), other.partition_count()), (other_id, 7));
    other.set(b"h", b"s", b"in other", WRITE).await.unwrap();
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap(), None);
}

#[tokio::test]
async fn a_table_that_cannot_be_opened() {
    let local = Local::start(1).await;
    let Local { client, .. } = &local;
    let error = client.open_table("missing", TableOptions::default()).await.err().unwrap();
    assert_eq!(error.code(), "ERR_OBJECT_NOT_FOUND");
    assert_eq!(error.location().table.as_deref(), Some("missing"));
    assert!(error.to_string().contains("missing"), "{error}");
    is_invalid_argument(client.open_table("", TableOptions::default()).await.map(drop), "name is empty");
}

#[tokio::test]
async fn keys_and_values_are_any_bytes() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let long = vec![0xff; 65_534];
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        let pairs: [(&[u8], &[u8]); 6] = [
            (b"h", b""),
            (b"", b"s"),
            (b"", b""),
            (&all_bytes, &all_bytes),
            (b"\xff\xff\xff", b"\x00"),
            (&long, b"s"),
        ];
        for (hash_key, sort_key) in pairs {
            for value in [&b""[..], &all_bytes, &vec![7; 500_000]] {
                table.set(hash_key, sort_key, value, WRITE).await.unwrap();
                assert_eq!(table.get(hash_key, sort_key, CALL).await.unwrap().unwrap(), value);
            }
        }
        for (hash_key, sort_key) in pairs {
            table.remove(hash_key, sort_key, CALL).await.unwrap();
            assert_eq!(table.get(hash_key, sort_key, CALL).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_write_over_the_servers_limit_is_not_sent() {
    let local = Local::start(1).await;
    let Local { table, .. } = &local;
    is_invalid_argument(table.set(b"h", b"s", &vec![0; 1 << 20], WRITE).await, "servers take at most");
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap(), None);
}

#[tokio::test]
async fn arguments_that_cannot_be_sent() {
    let local = Local::start(1).await;
    let Local { table, .. } = &local;
    let too_long = vec![0; 65_535];
    is_invalid_argument(table.get(&too_long, b"", CALL).await, "65535");
    is_invalid_argument(table.set(&too_long, b"", b"", WRITE).await, "65535");
    is_invalid_argument(table.multi_remove(&too_long, [bytes("s")], CALL).await, "65535");
    is_invalid_argument(table.sort_key_count(b"", CALL).await, "hash key is empty");
    is_invalid_argument(table.multi_set(b"", rows(&["a"]), WRITE).await, "hash key is empty");
    is_invalid_argument(table.multi_set(b"h", [], WRITE).await, "entries is empty");
    is_invalid_argument(table.multi_remove(b"h", [], CALL).await, "sort_keys is empty");
    is_invalid_argument(
        table.multi_get(b"h", [], &MultiGetLimits::default(), CALL).await,
        "sort_keys is empty",
    );
    let for_ever_and_longer = WriteOptions { ttl_seconds: u32::MAX, timeout: None };
    is_invalid_argument(table.set(b"h", b"s", b"", for_ever_and_longer).await, "ttl_seconds");
}

#[tokio::test]
async fn rows_expire() {
    let local = Local::start(3).await;
    let Local { table, clock, .. } = &local;
    let hundred_seconds = WriteOptions { ttl_seconds: 100, timeout: None };
    table.set(b"h", b"short", b"", hundred_seconds).await.unwrap();
    table.set(b"h", b"for ever", b"", WRITE).await.unwrap();
    table.multi_set(b"h", rows(&["many"]), hundred_seconds).await.unwrap();
    for sort_key in [&b"short"[..], b"many"] {
        let Some(TimeToLive::Seconds(left)) = table.ttl(b"h", sort_key, CALL).await.unwrap() else {
            panic!("no time to live")
        };
        // The client's clock has run meanwhile.
        assert!((100..120).contains(&left), "{left}");
    }
    assert_eq!(table.ttl(b"h", b"for ever", CALL).await.unwrap(), Some(TimeToLive::Forever));
    clock.advance(200);
    assert_eq!(table.get(b"h", b"short", CALL).await.unwrap(), None);
    assert_eq!(table.ttl(b"h", b"many", CALL).await.unwrap(), None);
    assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 1);
}

#[tokio::test]
async fn many_rows_of_a_hash_key_at_once() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        let limits = MultiGetLimits::default();
        assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 0);
        table.multi_set(b"h", rows(&["b", "a", "c"]), WRITE).await.unwrap();
        assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 3);
        let wanted = ["c", "missing", "a", "c"].map(bytes);
        let found = table.multi_get(b"h", wanted, &limits, CALL).await.unwrap();
        let row =
            |name: &str| SortKeyValue { sort_key: bytes(name), value: bytes(&format!("value of {name}")) };
        assert_eq!(found, MultiGetResult { entries: vec![row("a"), row("c")], complete: true });
        let named = table.multi_remove(b"h", ["a", "missing"].map(bytes), CALL).await.unwrap();
        assert_eq!(named, 2);
        let left = table.multi_get_range(b"h", SortKeyRange::default(), &limits, CALL).await.unwrap();
        assert_eq!(sort_keys(&left), [b"b", b"c"]);
    }
}

#[tokio::test]
async fn of_a_sort_key_that_is_set_twice_the_last_value_counts() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    let twice = [("s", "first"), ("s", "last")].map(|(key, value)| (bytes(key), bytes(value)));
    table.multi_set(b"h", twice, WRITE).await.unwrap();
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap().unwrap(), "last");
}

#[tokio::test]
async fn ranges_of_sort_keys() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    table.multi_set(b"h", rows(&["a1", "a2", "b1", "b2", "c1"]), WRITE).await.unwrap();
    let read = async |change: &dyn Fn(&mut SortKeyRange)| {
        let mut range = SortKeyRange::default();
        change(&mut range);
        let found = table.multi_get_range(b"h", range, &MultiGetLimits::default(), CALL).await.unwrap();
        assert!(found.complete);
        found
            .entries
            .iter()
            .map(|entry| String::from_utf8_lossy(&entry.sort_key).into_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(read(&|_| {}).await, ["a1", "a2", "b1", "b2", "c1"]);
    let from_a2_to_b2 = |range: &mut SortKeyRange| (range.start, range.stop) = (bytes("a2"), bytes("b2"));
    assert_eq!(read(&from_a2_to_b2).await, ["a2", "b1"]);
    let the_other_ends = |range: &mut SortKeyRange| {
        from_a2_to_b2(range);
        (range.start_inclusive, range.stop_inclusive) = (false, true);
    };
    assert_eq!(read(&the_other_ends).await, ["b1", "b2"]);
    assert_eq!(read(&|range| range.start = bytes("b2")).await, ["b2", "c1"]);
    assert!(read(&|range| (range.start, range.stop) = (bytes("x"), bytes("a"))).await.is_empty());
    let filtered = async |filter_type, pattern| {
        read(&|range| range.filter = Filter { filter_type, pattern: bytes(pattern) }).await
    };
    assert_eq!(filtered(FilterType::MatchPrefix, "b").await, ["b1", "b2"]);
    assert_eq!(filtered(FilterType::MatchPostfix, "1").await, ["a1", "b1", "c1"]);
    assert_eq!(filtered(FilterType::MatchAnywhere, "2").await, ["a2", "b2"]);
}

#[tokio::test]
async fn limits_cut_answers_and_say_so() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    table.multi_set(b"h", rows(&["a", "b", "c", "d"]), WRITE).await.unwrap();
    let read = async |limits: MultiGetLimits, reverse| {
        let range = SortKeyRange { reverse, ..SortKeyRange::default() };
        table.multi_get_range(b"h", range, &limits, CALL).await.unwrap()
    };
    let two = MultiGetLimits { max_kv_count: 2, ..MultiGetLimits::default() };
    let first = read(two.clone(), false).await;
    assert_eq!((sort_keys(&first), first.complete), (vec![&b"a"[..], b"b"], false));
    let last = read(two, true).await;
    assert_eq!((sort_keys(&last), last.complete), (vec![&b"c"[..], b"d"], false));
    let few_bytes = read(MultiGetLimits { max_kv_size: 1, ..MultiGetLimits::default() }, false).await;
    assert!(!few_bytes.complete && few_bytes.entries.len() < 4, "{few_bytes:?}");
    let unlimited = read(MultiGetLimits { max_kv_count: 0, max_kv_size: -1, no_value: true }, false).await;
    assert!(unlimited.complete);
    assert_eq!(unlimited.entries.len(), 4);
    assert!(unlimited.entries.iter().all(|entry| entry.value.is_empty()));
}

#[tokio::test]
async fn operations_of_many_callers_do_not_mix() {
    let local = Local::start(7).await;
    let Local { table, .. } = &local;
    let key = |i: u32| format!("user_{i}").into_bytes();
    let written = join_all((0..500).map(|i| table.set(&key(i), b"s", &i.to_be_bytes(), WRITE))).await;
    assert!(written.into_iter().all(|result| result.is_ok()));
    let read = join_all((0..500).map(|i| table.get(&key(i), b"s", CALL))).await;
    for (i, value) in (0u32..).zip(read) {
        assert_eq!(value.unwrap().unwrap(), &i.to_be_bytes()[..]);
    }
}

#[tokio::test]
async fn servers_that_name_hosts_and_several_meta_servers() {
    let options = ClusterOptions {
        tables: vec![("temp".to_owned(), 4)],
        meta_servers: 3,
        host_ports: true,
        ..ClusterOptions::default()
    };
    let local = Local::start_with(options).await;
    let Local { cluster, table, .. } = &local;
    table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    // The leader is not listed; a follower names it.
    let follower = cluster.meta_servers()[2].to_string();
    let client = Client::connect(ClientOptions::new([follower])).await.unwrap();
    let table = client.open_table("temp", TableOptions::default()).await.unwrap();
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap().unwrap(), "v");
}

#[tokio::test]
async fn a_cluster_that_stops_is_reported_as_such() {
    let Local { cluster, client, .. } = Local::start(1).await;
    let short = TableOptions { timeout: Some(std::time::Duration::from_millis(300)), ..Default::default() };
    let table = client.open_table("temp", short.clone()).await.unwrap();
    table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    cluster.stop().await.unwrap();
    let error = table.get(b"h", b"s", CALL).await.unwrap_err();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(error.message().contains("the last attempt failed"), "{error}");
    let error = client.open_table("temp", short).await.err().unwrap();
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE", "{error}");
    assert!(error.is_retryable());
}
