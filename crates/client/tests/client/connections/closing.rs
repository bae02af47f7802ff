//! Closing and dropping a client.

use std::time::Duration;

use futures_util::FutureExt;
use pegasus_client::{Client, ErrorKind, ScanOptions, TableOptions};
use pegasus_protocol::status::Status;

use crate::support::{Action, CALL, Fake, Latch, Scene, WRITE, options, page, table, value, within};

#[tokio::test]
async fn a_closed_client_refuses_what_comes() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([server.address()])]).await;
    scene.get().await.unwrap();
    let mut scanner = scene.table.scanner(b"h", b"", b"", ScanOptions::default()).unwrap();
    within(scene.client.close()).await;
    within(scene.client.close()).await;
    let opened = scene.client.open_table("temp", TableOptions::default()).await.map(drop);
    let results = [
        scene.get().await.map(drop),
        scene.table.set(b"h", b"s", b"v", WRITE).await,
        scene.table.exist(b"h", b"s", CALL).await.map(drop),
        scanner.next_page().await.map(drop),
        opened,
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), &*error.code()), (&ErrorKind::Closed, "ERR_CLIENT_CLOSED"));
        assert!(!error.is_retryable() && !error.is_maybe_applied());
    }
    server.wait_for_ends(1).await;
    scene.meta.fake().wait_for_ends(1).await;
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_runs_ends_before_the_client_does() {
    let latch = Latch::new();
    let closed = latch.clone();
    let server =
        Fake::start(move |request| Action::Behind(closed.clone(), Box::new(value(request, "v")))).await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut get = Box::pin(scene.get());
    tokio::select! {
        biased;
        _ = &mut get => panic!("there is no answer yet"),
        _ = server.wait_for_requests(1) => {}
    }
    let mut close = Box::pin(scene.client.close());
    assert!((&mut close).now_or_never().is_none());
    assert_eq!(scene.get().await.unwrap_err().code(), "ERR_CLIENT_CLOSED");
    assert!((&mut close).now_or_never().is_none());
    latch.open();
    assert_eq!(within(get).await.unwrap(), "v");
    within(close).await;
    server.wait_for_ends(1).await;
}

#[tokio::test]
async fn closing_waits_no_longer_than_the_deadlines() {
    let silent = Fake::silent().await;
    let scene = Scene::open([table([silent.address()])]).await;
    let get = scene.get_within(Some(Duration::from_millis(100)));
    let close = async {
        silent.wait_for_requests(1).await;
        scene.client.close().await;
    };
    let (result, ()) = within(async { tokio::join!(get, close) }).await;
    assert_eq!(result.unwrap_err().code(), "ERR_TIMEOUT");
}

#[tokio::test]
async fn an_operation_that_is_given_up_does_not_hold_the_client() {
    let silent = Fake::silent().await;
    let scene = Scene::open([table([silent.address()])]).await;
    let mut get = Box::pin(scene.get_within(Some(Duration::from_secs(3600))));
    tokio::select! {
        biased;
        _ = &mut get => panic!("there is no answer"),
        _ = silent.wait_for_requests(1) => {}
    }
    let mut close = Box::pin(scene.client.close());
    assert!((&mut close).now_or_never().is_none());
    drop(get);
    within(close).await;
}

#[tokio::test]
async fn all_clones_close_together() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([server.address()])]).await;
    scene.client.clone().close().await;
    assert_eq!(scene.get().await.unwrap_err().code(), "ERR_CLIENT_CLOSED");
}

#[tokio::test]
async fn a_client_that_is_dropped_leaves_no_connection() {
    let server = Fake::start(|request| value(request, "v")).await;
    let Scene { meta, client, table } = Scene::open([table([server.address()])]).await;
    table.get(b"h", b"s", CALL).await.unwrap();
    drop(client);
    // The table still works: it holds all it needs.
    table.get(b"h", b"s", CALL).await.unwrap();
    drop(table);
    server.wait_for_ends(1).await;
    meta.fake().wait_for_ends(1).await;
}

#[tokio::test]
async fn a_scanner_that_is_open_when_the_client_closes() {
    let server = Fake::start(|request| page(request, Status::Ok, &["a"], 5)).await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut scanner = scene.table.scanner(b"h", b"", b"", ScanOptions::default()).unwrap();
    scanner.next_page().await.unwrap().unwrap();
    within(scene.client.close()).await;
    assert_eq!(scanner.next_page().await.unwrap_err().code(), "ERR_CLIENT_CLOSED");
    scanner.close();
    drop(scanner);
}

#[tokio::test]
async fn two_clients_do_not_share_their_end() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([server.address()])]).await;
    let other = Client::connect(options([scene.meta.fake()])).await.unwrap();
    let other_table = other.open_table("temp", TableOptions::default()).await.unwrap();
    scene.client.close().await;
    assert_eq!(other_table.get(b"h", b"s", CALL).await.unwrap().unwrap(), "v");
}

/// Servers of their own runtime, so that the client's runtime has tasks of the client only.
fn of_their_own_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn nothing_of_a_closed_client_dials_or_is_left() {
    let servers = of_their_own_runtime();
    let (meta, server) = servers.block_on(async {
        let server = Fake::start(|_| Action::Close).await;
        let known = table([server.address()]);
        // It answers the opening of the table and hangs afterwards, so the refreshes hang too.
        let meta = Fake::start(move |request| match request.nth {
            0 => crate::support::reply::<pegasus_protocol::rpc::QueryCfg>(request, &known),
            _ => Action::Silence,
        })
        .await;
        (meta, server)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(within(async {
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        let client = Client::connect(options([&meta])).await.unwrap();
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        // They leave a refresh that hangs, a connection in the pause before its dial, and one to the meta server.
        let timeout = Some(Duration::from_millis(100));
        let gets = (0..10).map(|_| table.get(b"h", b"s", pegasus_client::CallOptions { timeout }));
        assert!(futures_util::future::join_all(gets).await.iter().all(Result::is_err));
        assert!(tasks() > before);
        client.close().await;
        let dials = (server.connections(), meta.connections());
        while tasks() > before {
            tokio::task::yield_now().await;
        }
        // Whatever asks now is refused before it dials.
        let error = table.get(b"h", b"s", CALL).await.unwrap_err();
        assert_eq!(error.code(), "ERR_CLIENT_CLOSED");
        assert_eq!((tasks(), server.connections(), meta.connections()), (before, dials.0, dials.1));
        meta.wait_for_ends(1).await;
    }));
}
