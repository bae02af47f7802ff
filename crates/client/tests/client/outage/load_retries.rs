//! Servers refuse calls because they have too much to do: a client does not double that.

use std::time::Duration;

use futures_util::future::join_all;
use pegasus_client::{CallOptions, RetryOptions};
use pegasus_protocol::types::ErrorCode;

use crate::support::{Fake, Scene, refuse, table, value, within};

const CALLS: usize = 100;

fn eager(options: &mut pegasus_client::ClientOptions) {
    let (base_delay, max_delay) = (Duration::from_millis(1), Duration::from_millis(5));
    options.retry = RetryOptions { max_attempts: None, base_delay, max_delay };
}

#[tokio::test]
async fn retries_for_load_are_a_fifth_of_the_calls_and_ten_a_second() {
    let busy = Fake::start(|request| refuse(request, &ErrorCode::CapacityExceeded)).await;
    let scene = Scene::open_with([table([busy.address()])], eager).await;
    let call = CallOptions { timeout: Some(Duration::from_secs(2)) };
    let calls = (0..CALLS).map(|_| scene.table.get(b"h", b"s", call));
    for outcome in join_all(calls).await {
        assert_eq!(outcome.unwrap_err().code(), "ERR_TIMEOUT");
    }
    let retries = busy.requests().len() - CALLS;
    assert!((10..=CALLS / 5 + 25).contains(&retries), "{retries} retries in 2 s");
    assert!(scene.client.delayed_load_retries() >= 50);
}

#[tokio::test]
async fn a_call_that_waited_for_its_retry_succeeds() {
    let busy = Fake::start(|request| match request.nth {
        0..5 => refuse(request, &ErrorCode::CapacityExceeded),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([busy.address()])], eager).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(busy.requests().len(), 6);
}

#[tokio::test]
async fn retries_for_another_reason_wait_for_no_budget() {
    let opening = Fake::start(|request| match request.nth {
        0..100 => refuse(request, &ErrorCode::NotEnoughMember),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([opening.address()])], eager).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(scene.client.delayed_load_retries(), 0);
}

#[tokio::test]
async fn calls_whose_turn_comes_after_their_deadline_end_by_then_and_so_does_closing() {
    let busy = Fake::start(|request| refuse(request, &ErrorCode::CapacityExceeded)).await;
    let scene = Scene::open_with([table([busy.address()])], eager).await;
    let call = CallOptions { timeout: Some(Duration::from_millis(400)) };
    let calls = join_all((0..CALLS).map(|_| scene.table.get(b"h", b"s", call)));
    let close = async {
        busy.wait_for_requests(CALLS).await;
        scene.client.close().await;
    };
    let (outcomes, ()) = within(async { tokio::join!(calls, close) }).await;
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "ERR_TIMEOUT");
        assert!(error.to_string().contains("ERR_CAPACITY_EXCEEDED"), "{error}");
    }
}

#[tokio::test]
async fn the_most_attempts_hold_for_these_retries_too() {
    let busy = Fake::start(|request| refuse(request, &ErrorCode::CapacityExceeded)).await;
    let scene = Scene::open_with([table([busy.address()])], |options| {
        eager(options);
        options.retry.max_attempts = Some(2);
    })
    .await;
    let outcomes = join_all((0..8).map(|_| scene.get())).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap_err().code() == "ERR_CAPACITY_EXCEEDED"));
    assert_eq!(busy.requests().len(), 16);
}
