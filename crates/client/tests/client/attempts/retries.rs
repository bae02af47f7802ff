//! Which failures are retried, how often, and the error that the caller gets in the end.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_client::{ErrorKind, RetryOptions};
use pegasus_protocol::frame::encode_reply;
use pegasus_protocol::idl::{ReadResponse, UpdateResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Action, CALL, Fake, Scene, UnusedPort, WRITE, refuse, reply, table, value, with_ballot, within, written,
};

#[tokio::test]
async fn refusals_that_no_attempt_cures_fail_at_once_with_their_name() {
    use ErrorCode as E;
    for code in [
        E::Busy,
        E::DiskInsufficient,
        E::DiskIoError,
        E::AclDeny,
        E::Unauthenticated,
        E::OperationDisabled,
        E::HandlerNotFound,
        E::InvalidData,
        E::InvalidParameters,
        E::AppNotExist,
        E::Unknown,
        E::Unlisted("ERR_FROM_THE_FUTURE".into()),
        E::Unlisted("".into()),
    ] {
        let answer = code.clone();
        let server = Fake::start(move |request| refuse(request, &answer)).await;
        let scene = Scene::open([table([server.address()])]).await;
        let error = scene.get().await.unwrap_err();
        assert_eq!(error.code(), code.name());
        assert_eq!(error.kind(), &ErrorKind::Server(code));
        assert_eq!(error.location().server.as_deref(), Some(&*server.address().to_string()));
        let counts = (error.location().attempts, server.requests().len(), scene.meta.queries());
        assert_eq!(counts, (1, 1, 1), "{error}");
    }
}

#[tokio::test]
async fn refusals_that_pass_are_waited_out_without_asking_for_routes() {
    for code in [ErrorCode::NotEnoughMember, ErrorCode::CapacityExceeded, ErrorCode::TryAgain] {
        let answer = code.clone();
        let server = Fake::start(move |request| match request.nth {
            0 | 1 => refuse(request, &answer),
            _ => written(request),
        })
        .await;
        let scene = Scene::open([table([server.address()])]).await;
        scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap();
        assert_eq!((server.requests().len(), scene.meta.queries()), (3, 1), "{code}");
    }
}

#[tokio::test]
async fn no_more_attempts_are_made_than_allowed() {
    let server = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let dead = UnusedPort::new();
    for (primary, code) in [
        (Some(server.address()), "ERR_INVALID_STATE"),
        (Some(dead.address()), "ERR_NETWORK_FAILURE"),
        (None, "ERR_INVALID_STATE"),
    ] {
        let scene =
            Scene::open_with([table([primary])], |options| options.retry.max_attempts = Some(3)).await;
        let error = scene.get().await.unwrap_err();
        assert_eq!((&*error.code(), error.location().attempts), (code, 3));
        assert!(error.is_retryable());
        assert!(error.to_string().contains("3 attempts"), "{error}");
        // After the last attempt the routes may be refreshed once more, for the next operation.
        let queries = scene.meta.queries();
        assert!((2..=5).contains(&queries), "{queries} queries: {error}");
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_single_attempt_leaves_newer_routes_to_the_next_operation() {
    let before = Fake::start(|_| Action::Close).await;
    let after = Fake::start(|request| value(request, "v")).await;
    let routes = [table([before.address()]), with_ballot(2, table([after.address()]))];
    let scene = Scene::open_with(routes, |options| options.retry.max_attempts = Some(1)).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!((&*error.code(), error.location().attempts), ("ERR_SESSION_RESET", 1));
    assert!(error.is_retryable() && !error.is_maybe_applied());
    while scene.table.get(b"h", b"s", CALL).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!((after.requests().len(), scene.meta.queries()), (1, 2));
}

#[tokio::test]
async fn the_request_is_the_same_on_each_attempt() {
    let server = Fake::start(|request| match request.nth {
        0 => refuse(request, &ErrorCode::NotEnoughMember),
        1 => Action::Close,
        _ => written(request),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    let requests: Vec<_> = server.requests().iter().map(|request| request.read::<rpc::Put>()).collect();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[tokio::test]
async fn a_set_whose_connection_ends_is_sent_again() {
    let server = Fake::start(|request| if request.nth == 0 { Action::Close } else { written(request) }).await;
    let scene = Scene::open([table([server.address()])]).await;
    scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_write_that_failed_on_the_way_may_have_been_applied() {
    let closing = Fake::start(|_| Action::Close).await;
    let silent = Fake::silent().await;
    let refusing = Fake::start(|request| refuse(request, &ErrorCode::Busy)).await;
    let dead = UnusedPort::new();
    // Unknown after the first attempt, refused by the second: the outcome is still unknown.
    let both = Fake::start(|request| match request.nth {
        0 => Action::Close,
        _ => refuse(request, &ErrorCode::Busy),
    })
    .await;
    for (primary, maybe_applied) in [
        (closing.address(), true),
        (silent.address(), true),
        (refusing.address(), false),
        (dead.address(), false),
        (both.address(), true),
    ] {
        let scene = Scene::open_with([table([primary])], |options| {
            options.timeout = Duration::from_millis(300);
            options.retry.max_attempts = Some(2);
        })
        .await;
        let error = scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap_err();
        assert_eq!(error.is_maybe_applied(), maybe_applied, "{error}");
        assert_eq!(error.to_string().contains("may have been applied"), maybe_applied, "{error}");
        let error = scene.get().await.unwrap_err();
        assert!(!error.is_maybe_applied(), "{error}");
    }
}

#[tokio::test]
async fn errors_of_the_storage_engine_are_not_tried_again() {
    for (status, code) in [
        (Status::Corruption, "ERR_CORRUPTION"),
        (Status::IoError, "ERR_DISK_IO_ERROR"),
        (Status::InvalidArgument, "ERR_INVALID_PARAMETERS"),
        (Status::Other(99), "ERR_LOCAL_APP_FAILURE"),
    ] {
        let server = Fake::start(move |request| match request.code() {
            rpc::RpcCode::Put => {
                let response = UpdateResponse { error: status.code(), ..UpdateResponse::default() };
                reply::<rpc::Put>(request, &response)
            }
            _ => {
                let response = ReadResponse { error: status.code(), ..ReadResponse::default() };
                reply::<rpc::Get>(request, &response)
            }
        })
        .await;
        let scene = Scene::open([table([server.address()])]).await;
        let error = scene.get().await.unwrap_err();
        assert_eq!((&*error.code(), error.kind()), (code, &ErrorKind::Storage(status)));
        let error = scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(!error.is_maybe_applied());
        assert_eq!((server.requests().len(), scene.meta.queries()), (2, 1));
    }
}

#[tokio::test]
async fn a_count_that_the_server_had_no_time_for_is_no_count() {
    let server = Fake::start(|request| {
        let response = pegasus_protocol::idl::CountResponse { count: -1, ..Default::default() };
        reply::<rpc::SortkeyCount>(request, &response)
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let error = scene.table.sort_key_count(b"h", CALL).await.unwrap_err();
    assert_eq!(error.code(), "ERR_INCOMPLETE_DATA");
}

#[tokio::test]
async fn a_refusal_with_a_body_is_a_refusal() {
    // Servers that throttle reads reply like this.
    let server = Fake::start(|request| {
        let mut bytes = BytesMut::new();
        let response = ReadResponse { value: "not this".into(), ..ReadResponse::default() };
        encode_reply::<rpc::Get>(&ErrorCode::Busy, request.head.sequence_id, &response, &mut bytes);
        Action::Send(bytes)
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), "ERR_BUSY");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn waits_between_attempts_are_bounded_by_the_options() {
    let server = Fake::start(|request| match request.nth {
        0..20 => refuse(request, &ErrorCode::NotEnoughMember),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.retry = RetryOptions {
            max_attempts: None,
            base_delay: Duration::from_millis(1),
            max_delay: Duration::from_millis(2),
        };
    })
    .await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(server.requests().len(), 21);
}

#[tokio::test]
async fn a_configuration_without_news_is_no_reason_to_hurry() {
    let server = Fake::start(|request| match request.nth {
        0..3 => refuse(request, &ErrorCode::InvalidState),
        _ => value(request, "v"),
    })
    .await;
    let same = table([server.address()]);
    // A higher ballot with the same primary counts as a change.
    let scene = Scene::open([same.clone(), same.clone(), with_ballot(2, same)]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((server.requests().len(), scene.meta.queries()), (4, 4));
}
