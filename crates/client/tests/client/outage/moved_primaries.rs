//! A primary moves while calls are in flight. The old one drops what it has not finished and never answers.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pegasus_client::{Client, ClientOptions, IncrExpiry, IncrOptions, ScanOptions, Table, TableOptions};
use pegasus_protocol::idl::{IncrResponse, QueryCfgResponse};
use pegasus_protocol::key;
use pegasus_protocol::rpc::{Incr, QueryCfg, RpcCode};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::{
    Action, CALL, Fake, Latch, PATIENCE, Request, Scene, WRITE, options, page, refuse, reply, table, value,
    with_ballot, within, written,
};

/// A server that answers reads and idempotent writes.
async fn serving() -> Fake {
    Fake::start(|request| match request.code() {
        RpcCode::Put => written(request),
        _ => value(request, "v"),
    })
    .await
}

/// A cluster whose configuration changes when the test says so.
struct Moving {
    meta: Fake,
    has_moved: Arc<AtomicBool>,
    table: Table,
    _client: Client,
}

impl Moving {
    async fn start(before: QueryCfgResponse, after: QueryCfgResponse) -> Self {
        let has_moved = Arc::new(AtomicBool::new(false));
        let moved = Arc::clone(&has_moved);
        let meta = Fake::start(move |request| {
            reply::<QueryCfg>(request, if moved.load(Ordering::SeqCst) { &after } else { &before })
        })
        .await;
        let options = ClientOptions { connect_timeout: PATIENCE, ..options([&meta]) };
        let client = Client::connect(options).await.unwrap();
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        Self { meta, has_moved, table, _client: client }
    }

    fn move_primary(&self) {
        self.has_moved.store(true, Ordering::SeqCst);
    }
}

/// A hash key of this partition, of two.
fn hash_key_in(index: u32) -> Vec<u8> {
    let mut keys = (0..).map(|i| format!("user_{i}").into_bytes());
    keys.find(|hash_key| key::partition_index(key::crc64(hash_key), 2) == index).unwrap()
}

#[tokio::test]
async fn a_call_alone_in_flight_asks_for_the_route_and_goes_on_at_the_new_primary() {
    let (old, new) = (Fake::silent().await, serving().await);
    let cluster = Moving::start(table([old.address()]), with_ballot(2, table([new.address()]))).await;
    cluster.move_primary();
    let (read, written) = tokio::join!(
        within(cluster.table.get(b"h", b"s", CALL)),
        within(cluster.table.set(b"h", b"s", b"v", WRITE)),
    );
    assert_eq!(read.unwrap().unwrap(), "v");
    written.unwrap();
    assert_eq!((old.requests().len(), new.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_write_that_may_not_be_repeated_ends_and_names_both_servers() {
    let (old, new) = (Fake::silent().await, serving().await);
    let cluster = Moving::start(table([old.address()]), with_ballot(2, table([new.address()]))).await;
    cluster.move_primary();
    let options = IncrOptions { expiry: IncrExpiry::Keep, timeout: None };
    let error = within(cluster.table.incr(b"h", b"s", 1, options)).await.unwrap_err();
    assert_eq!(error.code(), "ERR_SESSION_RESET");
    assert!(error.is_maybe_applied());
    let text = error.to_string();
    assert!(text.contains(&old.address().to_string()) && text.contains(&new.address().to_string()), "{text}");
    assert_eq!(new.requests().len(), 0, "it may have been applied already");
}

#[tokio::test]
async fn a_call_to_a_partition_that_did_not_move_waits_on() {
    let latch = Latch::new();
    let held = latch.clone();
    let old = Fake::start(move |request| Action::Behind(held.clone(), Box::new(value(request, "old")))).await;
    let new = serving().await;
    let before = table([old.address(), old.address()]);
    let cluster = Moving::start(before, with_ballot(2, table([old.address(), new.address()]))).await;
    let (stays, moves) = (hash_key_in(0), hash_key_in(1));
    let stayed = cluster.table.get(&stays, b"s", CALL);
    let moved = async {
        old.wait_for_requests(2).await;
        cluster.move_primary();
        let moved = new.wait_for_requests(1).await;
        latch.open();
        moved
    };
    let (stayed, went_on, _) =
        within(async { tokio::join!(stayed, cluster.table.get(&moves, b"s", CALL), moved) }).await;
    assert_eq!(stayed.unwrap().unwrap(), "old");
    assert_eq!(went_on.unwrap().unwrap(), "v");
    assert_eq!((old.requests().len(), new.requests().len()), (2, 1));
}

/// A server whose queue of connections is full, so that connecting to it hangs; and what fills the queue.
async fn hanging() -> (SocketAddrV4, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let SocketAddr::V4(address) = listener.local_addr().unwrap() else { unreachable!("it is bound to IPv4") };
    let mut queued = Vec::new();
    // Nobody accepts: once the queue is full, a connection is not made.
    while let Ok(stream) = timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
    }
    (address, listener, queued)
}

#[tokio::test]
async fn a_call_that_waits_for_a_connection_follows_the_route() {
    let (address, _listener, _queued) = hanging().await;
    let new = serving().await;
    let cluster = Moving::start(table([address]), with_ballot(2, table([new.address()]))).await;
    cluster.move_primary();
    assert_eq!(within(cluster.table.get(b"h", b"s", CALL)).await.unwrap().unwrap(), "v");
}

#[tokio::test]
async fn a_slow_call_asks_for_the_route_within_bounds_and_is_answered() {
    let latch = Latch::new();
    let held = latch.clone();
    let slow = Fake::start(move |request| Action::Behind(held.clone(), Box::new(value(request, "v")))).await;
    let configuration = table([slow.address()]);
    let cluster = Moving::start(configuration.clone(), configuration).await;
    let before = cluster.meta.requests().len();
    let asked = async {
        cluster.meta.wait_for_requests(before + 3).await;
        latch.open();
    };
    let (read, ()) = within(async { tokio::join!(cluster.table.get(b"h", b"s", CALL), asked) }).await;
    assert_eq!(read.unwrap().unwrap(), "v");
    assert_eq!(slow.requests().len(), 1, "the call was sent once");
}

/// The same configuration of a table that was dropped and created anew.
fn created_anew(mut table: QueryCfgResponse) -> QueryCfgResponse {
    table.app_id += 1;
    table.partitions.iter_mut().for_each(|partition| partition.pid.app_id = table.app_id);
    table
}

#[tokio::test]
async fn calls_to_a_table_that_was_dropped_go_on_at_the_one_that_has_its_name_now() {
    let (old, new) = (Fake::silent().await, serving().await);
    let cluster = Moving::start(table([old.address()]), created_anew(table([new.address()]))).await;
    cluster.move_primary();
    let options = IncrOptions { expiry: IncrExpiry::Keep, timeout: None };
    let (read, incremented) = tokio::join!(
        within(cluster.table.get(b"h", b"s", CALL)),
        within(cluster.table.incr(b"h", b"s", 1, options)),
    );
    assert_eq!(read.unwrap().unwrap(), "v");
    let error = incremented.unwrap_err();
    assert!(error.is_maybe_applied() && error.to_string().contains("created anew"), "{error}");
    assert_eq!((old.requests().len(), new.requests().len()), (2, 1));
}

#[tokio::test]
async fn a_partition_that_has_no_primary_for_a_while_gets_its_calls_when_it_has_one() {
    let (old, new) = (Fake::silent().await, serving().await);
    let (before, between) = (table([old.address()]), with_ballot(2, table([None])));
    let after = with_ballot(3, table([new.address()]));
    let scene = Scene::open([before, between.clone(), between, after]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((old.requests().len(), new.requests().len(), scene.meta.queries()), (1, 1, 4));
}

#[tokio::test]
async fn a_primary_that_was_deposed_for_a_moment_has_dropped_its_calls_too() {
    let first = Fake::start(|request| match request.nth {
        0 => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let second = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let led_by = |ballot, fake: &Fake| with_ballot(ballot, table([fake.address()]));
    let scene = Scene::open([led_by(1, &first), led_by(2, &second), led_by(3, &first)]).await;
    let later = async {
        scene.meta.fake().wait_for_requests(2).await;
        // It goes to the second server, whose refusal leads back to the first one.
        while second.requests().is_empty() {
            scene.get().await.unwrap();
        }
    };
    let (dropped, ()) = within(async { tokio::join!(scene.get(), later) }).await;
    assert_eq!(dropped.unwrap(), "v");
}

#[tokio::test]
async fn an_increment_that_was_never_sent_to_the_deposed_primary_goes_to_the_new_one() {
    let (address, _listener, _queued) = hanging().await;
    let new = Fake::start(|request| {
        reply::<Incr>(request, &IncrResponse { new_value: 7, ..IncrResponse::default() })
    })
    .await;
    let cluster = Moving::start(table([address]), with_ballot(2, table([new.address()]))).await;
    cluster.move_primary();
    let incremented = within(cluster.table.incr(b"h", b"n", 1, IncrOptions::default())).await;
    assert_eq!(incremented.unwrap(), 7);
    assert_eq!(new.requests().len(), 1);
}

#[tokio::test]
async fn a_scan_whose_batch_was_dropped_goes_on_at_the_new_primary_after_the_last_row() {
    let old = Fake::start(|request| match request.code() {
        RpcCode::GetScanner => page(request, Status::Ok, &["a"], 5),
        _ => Action::Silence,
    })
    .await;
    let new = Fake::start(|request| match request.code() {
        RpcCode::GetScanner => page(request, Status::Ok, &["b"], -1),
        _ => page(request, Status::NotFound, &[], 0),
    })
    .await;
    let cluster = Moving::start(table([old.address()]), with_ballot(2, table([new.address()]))).await;
    let mut scanner = cluster.table.scanner(b"h", b"", b"", ScanOptions::default()).unwrap();
    let mut keys = Vec::new();
    while let Some(rows) = within(scanner.next_page()).await.unwrap() {
        keys.extend(rows.into_iter().map(|row| row.sort_key));
        cluster.move_primary();
    }
    assert_eq!(keys, ["a", "b"]);
    let codes: Vec<_> = new.requests().iter().map(Request::code).collect();
    assert_eq!(codes, [RpcCode::Scan, RpcCode::GetScanner]);
}
