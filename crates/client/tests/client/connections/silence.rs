//! What counts as silence of a server: only the time in which live calls wait for it.

use std::time::Duration;

use futures_util::FutureExt;
use pegasus_client::{CallOptions, IncrOptions};
use pegasus_protocol::idl::IncrResponse;
use pegasus_protocol::rpc::{self, RpcCode};
use tokio::time::advance;

use crate::support::{Action, Fake, Request, Scene, UnusedPort, reply, table, value, within};

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

#[tokio::test(start_paused = true)]
async fn a_call_that_ended_before_the_connection_was_made_is_no_reason_to_end_it() {
    let unused = UnusedPort::new();
    let scene = Scene::open_with([table([unused.address()])], |options| options.session_reset = RESET).await;
    let timed_out = scene.get_within(Some(Duration::from_millis(300))).await;
    assert_eq!(timed_out.unwrap_err().code(), "ERR_TIMEOUT");
    let slow = |request: &Request| Action::After(RESET + RESET / 2, Box::new(incremented(request)));
    let server = unused.start(slow);
    let patient = IncrOptions { timeout: Some(3 * RESET), ..IncrOptions::default() };
    assert_eq!(within(scene.table.incr(b"h", b"n", 1, patient)).await.unwrap(), 7);
    assert_eq!((server.requests().len(), server.connections()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn calls_that_timed_out_before_the_server_was_heard_again_are_no_reason_either() {
    let server = Fake::start(|request| match (request.nth, request.code()) {
        (_, RpcCode::Incr) => Action::After(2 * RESET, Box::new(incremented(request))),
        (0 | 1, _) => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| options.session_reset = RESET).await;
    let patient = IncrOptions { timeout: Some(3 * RESET), ..IncrOptions::default() };
    let short_calls = async {
        let short = |ms| scene.get_within(Some(Duration::from_millis(ms)));
        let (first, second) = tokio::join!(short(100), short(200));
        assert!(first.is_err() && second.is_err());
        assert_eq!(scene.get().await.unwrap(), "v");
    };
    let slow = async {
        server.wait_for_requests(2).await;
        scene.table.incr(b"h", b"n", 1, patient).await
    };
    let (incremented, ()) = within(async { tokio::join!(slow, short_calls) }).await;
    assert_eq!(incremented.unwrap(), 7);
    assert_eq!(server.connections(), 1);
}
