//! Operations that are dropped midway.

use std::time::Duration;

use futures_util::FutureExt;
use pegasus_client::ScanOptions;
use pegasus_protocol::idl::UpdateRequest;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::support::{
    Action, CALL, Fake, Latch, Scene, WRITE, page, refuse, scan_key, table, value, with_ballot, within,
};

#[tokio::test]
async fn a_future_that_is_never_polled_sends_nothing() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([server.address()])]).await;
    drop(scene.table.get(b"h", b"s", CALL));
    drop(scene.table.set(b"h", b"s", b"v", WRITE));
    scene.get().await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_late_answer_to_an_operation_that_was_given_up_is_dropped() {
    let latch = Latch::new();
    let closed = latch.clone();
    let server = Fake::start(move |request| match request.nth {
        0 => Action::Behind(closed.clone(), Box::new(value(request, "late"))),
        1 => value(request, "second"),
        _ => value(request, "third"),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut given_up = Box::pin(scene.get());
    tokio::select! {
        biased;
        _ = &mut given_up => panic!("there is no answer yet"),
        _ = server.wait_for_requests(1) => {}
    }
    drop(given_up);
    assert_eq!(scene.get().await.unwrap(), "second");
    latch.open();
    assert_eq!(scene.get().await.unwrap(), "third");
    assert_eq!(scene.get().await.unwrap(), "third");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn one_that_is_given_up_does_not_disturb_those_beside_it() {
    let latch = Latch::new();
    let closed = latch.clone();
    let server =
        Fake::start(move |request| Action::Behind(closed.clone(), Box::new(value(request, "v")))).await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut gets: Vec<_> = (0..50).map(|_| Box::pin(scene.get())).collect();
    let all_sent = async {
        let mut some = futures_util::future::select_all(gets.iter_mut());
        tokio::select! {
            biased;
            _ = &mut some => panic!("there is no answer yet"),
            _ = server.wait_for_requests(50) => {}
        }
    };
    all_sent.await;
    let mut index = 0;
    gets.retain(|_| {
        index += 1;
        index % 3 != 0
    });
    latch.open();
    for result in within(futures_util::future::join_all(gets)).await {
        assert_eq!(result.unwrap(), "v");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn one_that_is_given_up_while_connecting_does_not_take_the_connection_from_others() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([server.address()])]).await;
    // Polled once, so it has started to connect.
    assert!(scene.get().now_or_never().is_none());
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn one_that_is_given_up_while_refreshing_does_not_take_the_routes_from_others() {
    let old = Fake::start(|request| refuse(request, &pegasus_protocol::types::ErrorCode::InvalidState)).await;
    let new = Fake::start(|request| value(request, "v")).await;
    let moved = with_ballot(2, table([new.address()]));
    let scene = Scene::open([table([old.address()]), moved]).await;
    for _ in 0..20 {
        // Dropped wherever it is by then.
        let _ = tokio::time::timeout(Duration::from_micros(200), scene.get()).await;
    }
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(scene.meta.queries(), 2);
}

#[tokio::test]
async fn arguments_are_not_borrowed() {
    let server = Fake::start(crate::support::written).await;
    let scene = Scene::open([table([server.address()])]).await;
    let set = {
        let (hash_key, value) = (String::from("h"), vec![1, 2, 3]);
        scene.table.set(hash_key.as_bytes(), b"s", &value, WRITE)
    };
    tokio::spawn(set).await.unwrap().unwrap();
    let sent: UpdateRequest = server.requests()[0].read::<rpc::Put>();
    assert_eq!((sent.key, sent.value), (scan_key("s"), vec![1, 2, 3].into()));
}

#[tokio::test]
async fn a_page_that_is_given_up_is_given_the_next_time() {
    let latch = Latch::new();
    let closed = latch.clone();
    let server = Fake::start(move |request| match (request.nth, request.code()) {
        (0, _) => Action::Behind(closed.clone(), Box::new(page(request, Status::Ok, &["a"], 5))),
        (1, _) => page(request, Status::Ok, &["a"], 6),
        // A context works once: the abandoned request has used it up.
        (2, _) => Action::Behind(closed.clone(), Box::new(page(request, Status::Ok, &["b"], 7))),
        (3, _) => page(request, Status::NotFound, &[], 0),
        _ => page(request, Status::Ok, &["b", "c"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut scanner = scene.table.scanner(b"h", b"", b"", ScanOptions::default()).unwrap();
    let mut rows = Vec::new();
    for requests in [1, 3] {
        tokio::select! {
            biased;
            _ = scanner.next_page() => panic!("there is no answer yet"),
            _ = server.wait_for_requests(requests) => {}
        }
        rows.extend(within(scanner.next_page()).await.unwrap().unwrap());
    }
    assert_eq!(scanner.next_page().await.unwrap(), None);
    let sort_keys: Vec<_> = rows.iter().map(|row| &row.sort_key[..]).collect();
    assert_eq!(sort_keys, [b"a", b"b", b"c"]);
}
