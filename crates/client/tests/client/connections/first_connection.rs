//! Calls made before there is a connection: they wait for it, and leave in the order in which they were made.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{MaybeDone, maybe_done};
use pegasus_client::{CallOptions, WriteOptions};
use pegasus_protocol::rpc::{self, RpcCode};

use crate::support::{Action, Fake, Request, Scene, WRITE, table, value, within, written};

fn answer(request: &Request) -> Action {
    if request.code() == RpcCode::Put { written(request) } else { value(request, "v") }
}

fn values(server: &Fake) -> Vec<String> {
    let value = |request: &Request| request.read::<rpc::Put>().value;
    server.requests().iter().map(|request| String::from_utf8(value(request).to_vec()).unwrap()).collect()
}

/// Makes these calls one after the other without awaiting, then polls them in the opposite order at every wake-up.
async fn polled_in_reverse<F: Future<Output: Unpin>>(calls: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut calls: Vec<MaybeDone<Pin<Box<F>>>> = calls.map(|call| maybe_done(Box::pin(call))).collect();
    for call in &mut calls {
        assert!(Pin::new(call).now_or_never().is_none(), "there is no connection yet");
    }
    poll_fn(|context| {
        let mut is_done = true;
        for call in calls.iter_mut().rev() {
            is_done &= Pin::new(call).poll(context).is_ready();
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    calls.iter_mut().map(|call| Pin::new(call).take_output().unwrap()).collect()
}

#[tokio::test]
async fn a_row_that_is_set_again_at_once_has_the_last_value_in_a_thousand_runs() {
    for run in 0..1000 {
        let server = Fake::start(answer).await;
        let scene = Scene::open([table([server.address()])]).await;
        let sent: Vec<String> = (0..if run % 2 == 0 { 2 } else { 10 }).map(|at| at.to_string()).collect();
        let sets = sent.iter().map(|value| scene.table.set(b"h", b"s", value.as_bytes(), WRITE));
        let results = within(polled_in_reverse(sets)).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!((values(&server), server.connections()), (sent, 1), "run {run}");
    }
}

/// A server that ends the first connections without an answer, so that the client pauses before the next one.
async fn failing_at_first(connections: usize) -> (Fake, Scene) {
    let server = Fake::start(
        move |request| {
            if request.connection < connections { Action::Close } else { answer(request) }
        },
    )
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let timeout = Some(Duration::from_millis(1));
    while server.connections() < connections {
        // The deadline passes in a pause, or the request is sent and the connection ends.
        let _ = scene.get_within(timeout).await;
    }
    server.wait_for_requests(connections).await;
    (server, scene)
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_deadline_passes_in_the_pause_is_never_sent() {
    let (server, scene) = failing_at_first(4).await;
    let before = server.requests().len();
    let write = WriteOptions { timeout: Some(Duration::from_millis(20)), ..WRITE };
    let error = scene.table.set(b"h", b"s", b"late", write).await.unwrap_err();
    assert_eq!((&*error.code(), error.is_maybe_applied()), ("ERR_TIMEOUT", false), "{error}");
    assert!(error.message().contains("the last connection to 127.0.0.1:"), "{error}");
    assert_eq!(server.connections(), 4, "the pause is not over");
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    let codes: Vec<_> = server.requests().iter().skip(before).map(Request::code).collect();
    assert_eq!(codes, [RpcCode::Get]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_in_the_pause_is_never_sent_and_does_not_disturb_others() {
    let (server, scene) = failing_at_first(4).await;
    let before = server.requests().len();
    let mut sets: Vec<_> =
        ["a", "b", "c"].map(|value| Box::pin(scene.table.set(b"h", b"s", value.as_bytes(), WRITE))).into();
    for set in &mut sets {
        assert!(set.now_or_never().is_none());
    }
    drop(sets.remove(1));
    for set in sets {
        within(set).await.unwrap();
    }
    let values: Vec<_> =
        server.requests().iter().skip(before).map(|request| request.read::<rpc::Put>().value).collect();
    assert_eq!(values, ["a", "c"]);
}

#[tokio::test(start_paused = true)]
async fn the_header_says_how_long_the_caller_still_waits() {
    let (server, scene) = failing_at_first(5).await;
    let before = server.requests().len();
    let timeout = Some(Duration::from_secs(2));
    scene.table.get(b"h", b"s", CallOptions { timeout }).await.unwrap();
    let left = server.requests()[before].header.timeout_ms;
    assert!((900..=1600).contains(&left), "a pause of at least 400 ms took its part: {left} ms");
}
