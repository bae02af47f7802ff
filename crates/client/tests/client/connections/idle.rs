//! Connections that were idle for so long that a firewall may have forgotten them.

use std::time::Duration;

use futures_util::FutureExt;
use pegasus_client::IncrOptions;
use pegasus_protocol::idl::IncrResponse;
use pegasus_protocol::rpc::{self, RpcCode};
use tokio::time::{Instant, advance};

use crate::support::{Action, Fake, Request, Scene, WRITE, reply, table, value, within, written};

fn answer(request: &Request) -> Action {
    match request.code() {
        RpcCode::Put => written(request),
        RpcCode::Incr => {
            reply::<rpc::Incr>(request, &IncrResponse { new_value: 7, ..IncrResponse::default() })
        }
        _ => value(request, "v"),
    }
}

/// A client whose connection has been idle. `forgets`: the first connection swallows everything from then on.
async fn idle_for(seconds: u64, forgets: bool) -> (Fake, Scene) {
    let server = Fake::start(answer).await;
    let scene = Scene::open([table([server.address()])]).await;
    assert_eq!(scene.get().await.unwrap(), "v");
    if forgets {
        server.swallow();
    }
    advance(Duration::from_secs(seconds)).await;
    (server, scene)
}

fn sent(server: &Fake) -> Vec<(usize, RpcCode)> {
    server.requests().iter().skip(1).map(|request| (request.connection, request.code())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_read_that_meets_silence_is_answered_on_the_second_connection() {
    let (server, scene) = idle_for(31, true).await;
    let before = Instant::now();
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert!(before.elapsed() < Duration::from_millis(1500), "{:?}", before.elapsed());
    assert_eq!((sent(&server), server.connections()), (vec![(1, RpcCode::Get)], 2));
}

#[tokio::test(start_paused = true)]
async fn an_increment_is_sent_once_and_only_where_the_server_answers() {
    let (server, scene) = idle_for(31, true).await;
    let incremented = within(scene.table.incr(b"h", b"n", 1, IncrOptions::default())).await;
    assert_eq!(incremented.unwrap(), 7);
    assert_eq!((sent(&server), server.connections()), (vec![(1, RpcCode::Incr)], 2));
    assert!(server.swallowed() > 0, "the first connection got the harmless request");
    assert!(!server.swallowed_text().contains("INCR"), "and no increment");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_well_after_all_is_kept() {
    let (server, scene) = idle_for(3600, false).await;
    let incremented = within(scene.table.incr(b"h", b"n", 1, IncrOptions::default())).await;
    assert_eq!(incremented.unwrap(), 7);
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(sent(&server), [(0, RpcCode::Incr), (0, RpcCode::Get)]);
    assert_eq!((server.probes(), server.connections()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn calls_behind_an_increment_that_is_held_back_stay_behind_it() {
    let (server, scene) = idle_for(31, false).await;
    let mut incr = Box::pin(scene.table.incr(b"h", b"n", 1, IncrOptions::default()));
    let mut set = Box::pin(scene.table.set(b"h", b"n", b"1", WRITE));
    let mut get = Box::pin(scene.get());
    assert!(get.as_mut().now_or_never().is_none(), "a read goes out at once");
    assert!(incr.as_mut().now_or_never().is_none() && set.as_mut().now_or_never().is_none());
    let (set, incr, get) = within(async { tokio::join!(set, incr, get) }).await;
    assert!(set.is_ok() && incr.is_ok() && get.is_ok());
    assert_eq!(sent(&server), [(0, RpcCode::Get), (0, RpcCode::Incr), (0, RpcCode::Put)]);
    assert_eq!((server.probes(), server.connections()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_in_use_is_not_asked() {
    let (server, scene) = idle_for(29, false).await;
    for _ in 0..4 {
        assert_eq!(scene.get().await.unwrap(), "v");
        advance(Duration::from_secs(29)).await;
    }
    assert_eq!((server.probes(), server.connections()), (0, 1));
}
