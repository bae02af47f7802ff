//! What counts as silence of a server: only the time in which live calls wait for it.

use std::time::Duration;

use futures_util::FutureExt;
use pegasus_client::{CallOptions, IncrOptions};
use pegasus_protocol::idl::IncrResponse;
use pegasus_protocol::rpc::{self, RpcCode};
use tokio::time::advance;

use crate::support::{Action, Fake, Request, Scene, reply, table, value, within};

const RESET: Duration = Duration::from_secs(3);

fn incremented(request: &Request) -> Action {
    reply::<rpc::Incr>(request, &IncrResponse { new_value: 7, ..IncrResponse::default() })
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_and_never_answered_does_not_cost_the_connection_later() {
    let half = RESET / 2;
    let server = Fake::start(move |request| match (request.nth, request.code()) {
        (0, _) => value(request, "v"),
        (_, RpcCode::Incr) => Action::After(half, Box::new(incremented(request))),
        _ => Action::Silence,
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| options.session_reset = RESET).await;
    scene.get().await.unwrap();
    let mut given_up = Box::pin(scene.get());
    assert!(given_up.as_mut().now_or_never().is_none());
    server.wait_for_requests(2).await;
    drop(given_up);
    advance(5 * RESET).await;
    let incr = scene.table.incr(b"h", b"n", 1, IncrOptions::default());
    let short = scene.table.get(b"h", b"s", CallOptions { timeout: Some(Duration::from_millis(100)) });
    let (incremented, timed_out) = within(async { tokio::join!(incr, short) }).await;
    assert_eq!(incremented.unwrap(), 7);
    assert_eq!(timed_out.unwrap_err().code(), "ERR_TIMEOUT");
    assert_eq!(server.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn short_calls_in_turn_find_out_that_a_server_is_silent() {
    let server = Fake::start(|request| match request.connection {
        0 => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| options.session_reset = RESET).await;
    let mut calls = 0;
    while scene.get_within(Some(Duration::from_millis(100))).await.is_err() {
        calls += 1;
        advance(Duration::from_secs(1)).await;
    }
    assert!((29..=35).contains(&calls), "{calls} calls of 100 ms, and the pauses between them do not count");
    assert_eq!(server.connections(), 2);
}
