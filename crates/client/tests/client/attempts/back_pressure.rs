//! The limits on operations in flight: which operations queue, which are refused, and what queueing costs.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use pegasus_client::{CallOptions, ClientOptions, WhenFull, WriteOptions};
use pegasus_protocol::rpc;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::support::{Action, CALL, Fake, Latch, Request, Scene, WRITE, table, value, within, written};

/// A server that sends no reply before the latch is open.
async fn behind(latch: &Latch, answer: fn(&Request) -> Action) -> Fake {
    let closed = latch.clone();
    Fake::start(move |request| Action::Behind(closed.clone(), Box::new(answer(request)))).await
}

async fn bounded(server: &Fake, bound: impl FnOnce(&mut ClientOptions)) -> Scene {
    Scene::open_with([table([server.address()])], bound).await
}

#[tokio::test]
async fn no_more_operations_are_in_flight_than_allowed() {
    let latch = Latch::new();
    let server = behind(&latch, |request| value(request, "v")).await;
    let scene = bounded(&server, |options| options.max_in_flight = 3).await;
    let mut gets: FuturesUnordered<_> = (0..20).map(|_| scene.get()).collect();
    tokio::select! {
        biased;
        _ = gets.next() => panic!("there is no answer yet"),
        // No further request came for a while after the third.
        _ = async { server.wait_for_requests(3).await; tokio::time::sleep(Duration::from_millis(50)).await } => {}
    }
    assert_eq!(server.requests().len(), 3);
    latch.open();
    let results: Vec<_> = within(gets.collect()).await;
    assert!(results.into_iter().all(|result| result.unwrap() == "v"));
    assert_eq!(server.requests().len(), 20);
}

#[tokio::test]
async fn they_are_sent_in_the_order_in_which_they_came() {
    let server = Fake::start(written).await;
    let scene = bounded(&server, |options| options.max_in_flight = 1).await;
    let keys: Vec<_> = (0..30).map(|at| format!("{at:03}")).collect();
    let sets = keys.iter().map(|key| scene.table.set(b"h", key.as_bytes(), b"v", WRITE));
    assert!(within(join_all(sets)).await.into_iter().all(|set| set.is_ok()));
    let sort_key = |request: &Request| {
        let sent = request.read::<rpc::Put>().key;
        String::from_utf8(sent[3..].to_vec()).unwrap()
    };
    assert_eq!(server.requests().iter().map(sort_key).collect::<Vec<_>>(), keys);
}

#[tokio::test]
async fn no_more_bytes_are_in_flight_than_allowed() {
    let latch = Latch::new();
    let server = behind(&latch, written).await;
    let scene = bounded(&server, |options| options.max_in_flight_bytes = 1_000_000).await;
    let value = vec![7; 400_000];
    let mut sets: FuturesUnordered<_> = (0..6).map(|_| scene.table.set(b"h", b"s", &value, WRITE)).collect();
    tokio::select! {
        biased;
        _ = sets.next() => panic!("there is no answer yet"),
        _ = async { server.wait_for_requests(2).await; tokio::time::sleep(Duration::from_millis(50)).await } => {}
    }
    assert_eq!(server.requests().len(), 2);
    latch.open();
    assert!(within(sets.collect::<Vec<_>>()).await.into_iter().all(|set| set.is_ok()));
}

#[tokio::test]
async fn waiting_for_room_counts_against_the_deadline() {
    let server = Fake::silent().await;
    let scene = bounded(&server, |options| options.max_in_flight = 1).await;
    let patient = scene.get_within(Some(Duration::from_secs(1)));
    let timeout = Some(Duration::from_millis(100));
    let started = Instant::now();
    let write = WriteOptions { timeout, ..WRITE };
    let impatient = async { (scene.table.set(b"h", b"s", b"v", write).await, started.elapsed()) };
    let (patient, (impatient, elapsed)) = within(async { tokio::join!(patient, impatient) }).await;
    assert_eq!(patient.unwrap_err().code(), "ERR_TIMEOUT");
    let error = impatient.unwrap_err();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(error.is_retryable() && !error.is_maybe_applied());
    assert!(error.message().contains("1 operations"), "{error}");
    assert_eq!((error.location().table.as_deref(), error.location().attempts), (Some("temp"), 0));
    assert!(elapsed >= Duration::from_millis(100) && elapsed < Duration::from_millis(200), "{elapsed:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn those_whose_turn_comes_with_their_deadline_are_not_sent() {
    let server = Fake::start(|request| match request.nth {
        0 => value(request, "v"),
        _ => Action::Silence,
    })
    .await;
    let scene = bounded(&server, |options| options.max_in_flight = 3).await;
    assert_eq!(scene.get().await.unwrap(), "v");
    tokio::time::pause();
    let gets = (0..50).map(|_| scene.get_within(Some(Duration::from_millis(200))));
    for outcome in within(join_all(gets)).await {
        assert_eq!(outcome.unwrap_err().code(), "ERR_TIMEOUT");
    }
    assert_eq!(server.requests().len(), 1 + 3);
}

#[tokio::test]
async fn what_there_is_no_room_for_is_refused_at_once_where_that_is_wanted() {
    let latch = Latch::new();
    let server = behind(&latch, |request| value(request, "v")).await;
    let scene = bounded(&server, |options| {
        options.max_in_flight = 2;
        options.when_full = WhenFull::Refuse;
    })
    .await;
    let gets = join_all((0..5).map(|_| async {
        let result = scene.get().await;
        if result.is_err() {
            latch.open();
        }
        result
    }));
    let results = within(gets).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
    for error in results.into_iter().filter_map(Result::err) {
        assert_eq!(error.code(), "ERR_TOO_MANY_REQUESTS");
        assert!(error.is_retryable() && !error.is_maybe_applied());
    }
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn those_that_wait_are_served_before_the_client_closes() {
    let latch = Latch::new();
    let server = behind(&latch, |request| value(request, "v")).await;
    let scene = bounded(&server, |options| options.max_in_flight = 1).await;
    let mut gets: FuturesUnordered<_> = (0..3).map(|_| scene.get()).collect();
    tokio::select! {
        biased;
        _ = gets.next() => panic!("there is no answer yet"),
        _ = server.wait_for_requests(1) => {}
    }
    let close = async {
        let closing = scene.client.close();
        latch.open();
        closing.await;
    };
    let (results, ()) = within(async { tokio::join!(gets.collect::<Vec<_>>(), close) }).await;
    assert!(results.into_iter().all(|result| result.unwrap() == "v"));
    let late = scene.table.get(b"h", b"s", CALL).await.unwrap_err();
    assert_eq!(late.code(), "ERR_CLIENT_CLOSED");
    let late = scene.table.get(b"h", b"s", CallOptions::default()).await.unwrap_err();
    assert_eq!(late.code(), "ERR_CLIENT_CLOSED");
}

/// Each write is abandoned at its deadline, but its frame stays queued: the server does not read.
#[tokio::test]
async fn what_was_given_up_does_not_pile_up_at_a_server_that_takes_nothing() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let SocketAddr::V4(address) = listener.local_addr().unwrap() else { panic!("not IPv4") };
    let scene = Scene::open_with([table([address])], |options| {
        options.max_in_flight = 8;
        options.max_in_flight_bytes = 1 << 20;
        options.session_reset = Duration::from_secs(1000);
    })
    .await;
    let value = vec![7; 500_000];
    let write = WriteOptions { timeout: Some(Duration::from_millis(10)), ..WRITE };
    let mut given_up = 0;
    let replaced = tokio::spawn(async move {
        let _unread = listener.accept().await.unwrap();
        listener.accept().await.unwrap()
    });
    while !replaced.is_finished() {
        let error = scene.table.set(b"h", b"s", &value, write).await.unwrap_err();
        assert_eq!(error.code(), "ERR_TIMEOUT");
        given_up += 1;
        // Socket buffers take some megabytes.
        assert!(given_up < 200, "{given_up} halves of a megabyte wait to be sent");
    }
}
