//! A server that is gone, or that accepts connections and does nothing else: how often it is dialed, and what is told
//! about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use pegasus_client::{CallOptions, TableOptions};
use tokio::time::Instant;
use tracing::Level;

use crate::support::{Action, Fake, Lines, Scene, UnusedPort, collect, table, value, within};

const CALL: CallOptions = CallOptions { timeout: Some(Duration::from_secs(2)) };

/// Reads over two tables for so long, many at a time, whatever comes of it.
async fn read_for(scene: &Scene, seconds: u64) {
    let other = scene.client.open_table("other", TableOptions::default()).await.unwrap();
    let end = Instant::now() + Duration::from_secs(seconds);
    let reader = async |number: usize| {
        let table = if number.is_multiple_of(2) { &scene.table } else { &other };
        while Instant::now() < end {
            let _ = table.get(b"h", b"s", CALL).await;
        }
    };
    join_all((0..16).map(reader)).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_closes_each_connection_is_dialed_twice_a_second_at_most() {
    let server = Fake::start(|_| Action::Close).await;
    let scene = Scene::open([table([server.address()])]).await;
    read_for(&scene, 30).await;
    let dials = server.connections();
    assert!((15..=70).contains(&dials), "{dials} dials in 32 s");
}

#[tokio::test(start_paused = true)]
async fn a_server_of_another_kind_is_lost_too_because_what_it_says_is_no_answer() {
    let lines = Lines::default();
    let _guard = collect(&lines);
    let server = Fake::start(|_| Action::Send("HTTP/1.1 400 Bad Request\r\n\r\n".into())).await;
    let scene = Scene::open([table([server.address()])]).await;
    read_for(&scene, 28).await;
    let dials = server.connections();
    assert!((15..=70).contains(&dials), "{dials} dials in 30 s");
    let told = lines.with(&server.address().to_string());
    assert!(told.len() == 1 && told[0].1.contains("the server is lost"), "{told:?}");
    assert!(told[0].1.contains("no answer"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_hangs_is_given_up_each_time_it_was_silent_for_long() {
    let server = Fake::silent().await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(200);
    })
    .await;
    read_for(&scene, 30).await;
    let dials = server.connections();
    assert!((5..=70).contains(&dials), "{dials} dials in 32 s");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_once_on_each_connection_is_dialed_ten_times_a_second_at_most() {
    let server = Fake::start(|request| match value(request, "v") {
        Action::Send(bytes) => Action::SendAndClose(bytes),
        other => other,
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    read_for(&scene, 10).await;
    let dials = server.connections();
    assert!((20..=120).contains(&dials), "{dials} dials in 12 s");
}

#[tokio::test(start_paused = true)]
async fn tables_that_are_opened_anew_do_not_shorten_the_pause() {
    let server = Fake::start(|_| Action::Close).await;
    let Scene { meta: _meta, client, table } = Scene::open([table([server.address()])]).await;
    drop(table);
    for _ in 0..100 {
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        let timeout = Some(Duration::from_millis(100));
        assert!(table.get(b"h", b"s", CallOptions { timeout }).await.is_err());
    }
    let dials = server.connections();
    assert!((4..=25).contains(&dials), "{dials} dials in 10 s");
}

#[tokio::test(start_paused = true)]
async fn users_are_told_once_of_the_loss_each_half_minute_of_the_count_and_once_of_the_return() {
    let lines = Lines::default();
    let _guard = collect(&lines);
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let server =
        Fake::start(
            move |request| {
                if answers.load(Ordering::Relaxed) { value(request, "v") } else { Action::Close }
            },
        )
        .await;
    let scene = Scene::open([table([server.address()])]).await;
    read_for(&scene, 65).await;
    is_back.store(true, Ordering::Relaxed);
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    let told = lines.with(&server.address().to_string());
    let levels: Vec<_> = told.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::WARN, Level::WARN, Level::WARN, Level::INFO], "{told:?}");
    assert!(told[0].1.contains("the server is lost"), "{told:?}");
    assert!(told[1].1.contains("still lost: away 30."), "{told:?}");
    assert!(told[3].1.contains("is back: it was away 6") && told[3].1.contains("dials failed"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_port_at_which_nobody_listens_is_told_of_once() {
    let lines = Lines::default();
    let _guard = collect(&lines);
    let unused = UnusedPort::new();
    let scene = Scene::open([table([unused.address()])]).await;
    read_for(&scene, 20).await;
    let told = lines.with(&unused.address().to_string());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == Level::WARN && told[0].1.contains("refused"), "{told:?}");
}
