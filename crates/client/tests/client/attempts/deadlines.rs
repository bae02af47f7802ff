//! The duration of operations that get no reply.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use futures_util::future::join_all;
use pegasus_client::WriteOptions;
use pegasus_protocol::types::ErrorCode;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, pause, timeout};

use crate::support::{Action, CALL, Fake, Scene, UnusedPort, WRITE, refuse, table, value, within};

/// After connecting, nothing needs to arrive, so the clock may jump: times are exact and cost nothing.
#[tokio::test]
async fn an_operation_without_an_answer_ends_at_its_deadline() {
    let server =
        Fake::start(|request| if request.nth == 0 { value(request, "v") } else { Action::Silence }).await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        // Longer than every deadline here, so the connection is kept.
        options.session_reset = Duration::from_secs(1_000_000);
    })
    .await;
    scene.get().await.unwrap();
    pause();
    for millis in [1, 250, 2000, 3_600_000] {
        let timeout = Duration::from_millis(millis);
        let started = Instant::now();
        let error = scene.get_within(Some(timeout)).await.unwrap_err();
        let elapsed = started.elapsed();
        assert_eq!(error.code(), "ERR_TIMEOUT");
        assert!(error.is_retryable());
        assert!(elapsed >= timeout && elapsed <= timeout + Duration::from_millis(5), "{elapsed:?}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_deadline_is_kept_in_real_time() {
    let server = Fake::silent().await;
    let scene = Scene::open([table([server.address()])]).await;
    let timeout = Duration::from_millis(200);
    let started = Instant::now();
    let error = scene.get_within(Some(timeout)).await.unwrap_err();
    let elapsed = started.elapsed();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(elapsed >= timeout && elapsed <= timeout + Duration::from_millis(100), "{elapsed:?}");
}

#[tokio::test]
async fn the_deadline_counts_for_all_attempts_together() {
    let server = Fake::start(|request| refuse(request, &ErrorCode::NotEnoughMember)).await;
    let scene = Scene::open([table([server.address()])]).await;
    let timeout = Duration::from_millis(300);
    let started = Instant::now();
    let error = scene.get_within(Some(timeout)).await.unwrap_err();
    let elapsed = started.elapsed();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(error.message().contains("ERR_NOT_ENOUGH_MEMBER"), "{error}");
    assert!(elapsed >= timeout && elapsed <= timeout + Duration::from_millis(100), "{elapsed:?}");
}

#[tokio::test]
async fn the_header_says_how_much_time_remains() {
    let pause = Duration::from_millis(50);
    let server = Fake::start(move |request| match request.nth {
        0 => Action::After(pause, Box::new(refuse(request, &ErrorCode::NotEnoughMember))),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    scene.get_within(Some(Duration::from_secs(10))).await.unwrap();
    let left: Vec<i32> = server.requests().iter().map(|request| request.header.timeout_ms).collect();
    assert!((9000..=10_000).contains(&left[0]), "{left:?}");
    assert!(left[1] > 0 && left[1] <= left[0] - 50, "{left:?}");
}

#[tokio::test]
async fn every_level_may_set_the_timeout() {
    let server = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.timeout = Duration::from_secs(30);
    })
    .await;
    let of_table =
        pegasus_client::TableOptions { timeout: Some(Duration::from_secs(20)), ..Default::default() };
    let table = scene.client.open_table("temp", of_table).await.unwrap();
    scene.get().await.unwrap();
    table.get(b"h", b"s", CALL).await.unwrap();
    scene.get_within(Some(Duration::from_secs(10))).await.unwrap();
    scene.get_within(Some(Duration::MAX)).await.unwrap();
    let left: Vec<i32> = server.requests().iter().map(|request| request.header.timeout_ms).collect();
    assert!((29_000..=30_000).contains(&left[0]), "{left:?}");
    assert!((19_000..=20_000).contains(&left[1]), "{left:?}");
    assert!((9_000..=10_000).contains(&left[2]), "{left:?}");
    assert_eq!(left[3], i32::MAX);
}

#[tokio::test]
async fn a_cluster_without_primaries_is_not_asked_in_a_hot_loop() {
    let dead = UnusedPort::new();
    let timeout = Duration::from_secs(1);
    let outcomes = [None, Some(dead.address())].map(|primary| async move {
        let scene = Scene::open([table([primary])]).await;
        // Alone and together: operations that wait share one query.
        let errors = join_all((0..20).map(|_| scene.get_within(Some(timeout)))).await;
        (errors, scene.meta.queries())
    });
    for (errors, queries) in join_all(outcomes).await {
        for error in errors {
            let error = error.unwrap_err();
            assert_eq!(error.code(), "ERR_TIMEOUT");
            let attempts = error.location().attempts;
            assert!((2..60).contains(&attempts), "{attempts} attempts: {error}");
        }
        assert!((2..60).contains(&queries), "{queries} queries");
    }
}

#[tokio::test]
async fn a_connection_that_stays_silent_is_replaced() {
    // Calls one after the other, so at most one waits at a time.
    let server = Fake::start(|request| match request.connection {
        0 => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(200);
    })
    .await;
    let mut failed = 0;
    while let Err(error) = scene.get_within(Some(Duration::from_millis(50))).await {
        assert!(matches!(&*error.code(), "ERR_TIMEOUT" | "ERR_SESSION_RESET"), "{error}");
        failed += 1;
        assert!(failed < 40, "the silent connection is still in use");
    }
    server.wait_for_ends(1).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_stays_silent_is_replaced_under_load() {
    let server = Fake::start(|request| match request.connection {
        0 => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(200);
    })
    .await;
    let patient = scene.get();
    let impatient = scene.get_within(Some(Duration::from_millis(50)));
    let (patient, impatient) = within(async { tokio::join!(patient, impatient) }).await;
    assert_eq!(impatient.unwrap_err().code(), "ERR_TIMEOUT");
    assert_eq!(patient.unwrap(), "v");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_slow_call_alone_does_not_end_its_connection() {
    let server =
        Fake::start(|request| Action::After(Duration::from_millis(400), Box::new(value(request, "v")))).await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(100);
    })
    .await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_connection_that_answers_others_is_kept() {
    let server = Fake::start(|request| match request.code() {
        pegasus_protocol::rpc::RpcCode::Put => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(100);
    })
    .await;
    let write = pegasus_client::WriteOptions { timeout: Some(Duration::from_millis(300)), ..WRITE };
    let mut set = std::pin::pin!(scene.table.set(b"h", b"s", b"v", write));
    let error = loop {
        let get = async {
            scene.get().await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        tokio::select! {
            result = &mut set => break result.unwrap_err(),
            () = get => {}
        }
    };
    assert_eq!(error.code(), "ERR_TIMEOUT");
    scene.get().await.unwrap();
    assert_eq!(server.connections(), 1);
}

/// A listener whose queue of connections is full: further connects get no reply.
#[cfg(target_os = "linux")]
async fn full_listener() -> (SocketAddrV4, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(0).unwrap();
    let SocketAddr::V4(address) = listener.local_addr().unwrap() else { panic!("not IPv4") };
    let mut queued = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        queued.push(connected.unwrap());
    }
    (address, listener, queued)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_write_that_found_no_connection_in_time_was_not_applied() {
    let (address, _listener, _queued) = full_listener().await;
    let scene = Scene::open_with([table([address])], |options| {
        options.connect_timeout = Duration::from_secs(60);
    })
    .await;
    let options = WriteOptions { timeout: Some(Duration::from_millis(50)), ..WRITE };
    let error = within(scene.table.set(b"h", b"s", b"v", options)).await.unwrap_err();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(!error.is_maybe_applied(), "{error}");
}

#[tokio::test]
async fn times_that_no_clock_can_hold_are_as_good_as_none() {
    let server = Fake::start(|request| match request.nth {
        0 => Action::Close,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.timeout = Duration::MAX;
        options.connect_timeout = Duration::MAX;
        options.meta_timeout = Duration::MAX;
        options.session_reset = Duration::MAX;
    })
    .await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_backoff_that_no_clock_can_hold_lasts_until_the_deadline() {
    let server = Fake::start(|request| refuse(request, &ErrorCode::NotEnoughMember)).await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        (options.retry.base_delay, options.retry.max_delay) = (Duration::MAX, Duration::MAX);
    })
    .await;
    let error = within(scene.get_within(Some(Duration::from_millis(50)))).await.unwrap_err();
    assert_eq!((error.code(), server.requests().len()), ("ERR_TIMEOUT".into(), 1));
}
