//! Malformed replies. Whatever a server sends, each call gets a result or an error with a code in time, and
//! later calls work.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use pegasus_protocol::frame::encode_error;
use pegasus_protocol::idl::TtlResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::thrift::{MessageHead, MessageType};
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Action, CALL, Fake, Request, Scene, WRITE, reply_bytes, table, value, value_bytes, within,
};

/// A server that replies to the first request like this, and correctly to all others.
async fn misbehaving_once(first: impl Fn(&Request) -> Action + Send + Sync + 'static) -> (Fake, Scene) {
    let server = Fake::start(move |request| match (request.nth, request.code()) {
        (0, _) => first(request),
        (_, rpc::RpcCode::Put) => crate::support::written(request),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    (server, scene)
}

/// A correct reply after `tamper` has changed its bytes.
fn tampered(request: &Request, tamper: impl FnOnce(&mut BytesMut)) -> Action {
    let mut bytes = value_bytes(request, "v");
    tamper(&mut bytes);
    Action::Send(bytes)
}

fn set_length(bytes: &mut BytesMut, length: u32) {
    bytes[..4].copy_from_slice(&length.to_be_bytes());
}

#[tokio::test]
async fn lengths_that_cannot_be_end_the_connection_and_a_get_is_sent_again() {
    for length in [0, 3, 4, 19, (1 << 30) + 1, i32::MAX as u32, 1 << 31, u32::MAX] {
        let (server, scene) =
            misbehaving_once(move |request| tampered(request, |bytes| set_length(bytes, length))).await;
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{length}");
        server.wait_for_ends(1).await;
        scene.get().await.unwrap();
        assert_eq!((server.connections(), server.requests().len()), (2, 3), "{length}");
    }
}

#[tokio::test]
async fn a_length_that_is_too_small_by_a_little() {
    for missing in [1, 2, 5, 20] {
        let (server, scene) = misbehaving_once(move |request| {
            tampered(request, |bytes| set_length(bytes, bytes.len() as u32 - missing))
        })
        .await;
        // Either the body cannot be decoded, or the bytes after it cannot. The next call works.
        match within(scene.get()).await {
            Ok(value) => assert_eq!(value, "v"),
            Err(error) => assert_eq!(error.code(), "ERR_INVALID_DATA"),
        }
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{missing}");
        assert!(server.connections() <= 2);
    }
}

#[tokio::test]
async fn a_length_that_is_too_great_by_a_little() {
    for more in [1, 4, 10, 30] {
        let (_server, scene) = misbehaving_once(move |request| {
            tampered(request, |bytes| set_length(bytes, bytes.len() as u32 + more))
        })
        .await;
        // The missing bytes never come.
        let error = scene.get_within(Some(Duration::from_millis(100))).await.unwrap_err();
        assert_eq!(error.code(), "ERR_TIMEOUT");
        // The next reply is torn, so the connection is replaced.
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{more}");
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{more}");
    }
}

#[tokio::test]
async fn an_answer_cut_anywhere_and_the_end_of_the_connection() {
    let whole = 67;
    for cut in 0..whole {
        let (server, scene) = misbehaving_once(move |request| {
            let mut bytes = value_bytes(request, "v");
            assert!(bytes.len() >= whole);
            bytes.truncate(cut);
            Action::SendAndClose(bytes)
        })
        .await;
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{cut}");
        assert_eq!((server.connections(), server.requests().len()), (2, 2), "{cut}");
    }
}

#[tokio::test]
async fn an_answer_in_single_bytes_is_an_answer() {
    let (sender, pieces) = std::sync::mpsc::channel();
    let pieces = std::sync::Mutex::new(pieces);
    // Each further request makes the server send one more byte of its first reply.
    let server = Fake::start(move |request| {
        if request.nth == 0 {
            for byte in value_bytes(request, "whole") {
                sender.send(byte).unwrap();
            }
        }
        match pieces.lock().unwrap().try_recv() {
            Ok(byte) => Action::Send(BytesMut::from(&[byte][..])),
            Err(_) => Action::Silence,
        }
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut whole = std::pin::pin!(scene.get());
    let value = loop {
        tokio::select! {
            biased;
            value = &mut whole => break value.unwrap(),
            _ = scene.get_within(Some(Duration::from_millis(1))) => {}
        }
    };
    assert_eq!(value, "whole");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn answers_to_nobody_are_dropped() {
    let (server, scene) = misbehaving_once(|request| {
        let mut bytes = BytesMut::new();
        for id in [0, -1, i32::MIN, request.head.sequence_id + 1, request.head.sequence_id - 1] {
            encode_error(&ErrorCode::Busy, b"RPC_RRDB_RRDB_GET", id, &mut bytes);
        }
        bytes.extend_from_slice(&value_bytes(request, "right"));
        Action::Send(bytes)
    })
    .await;
    assert_eq!(scene.get().await.unwrap(), "right");
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn of_two_answers_to_one_request_the_first_counts() {
    let (server, scene) = misbehaving_once(|request| {
        let mut bytes = value_bytes(request, "first");
        bytes.extend_from_slice(&value_bytes(request, "second"));
        encode_error(&ErrorCode::Busy, b"RPC_RRDB_RRDB_GET", request.head.sequence_id, &mut bytes);
        Action::Send(bytes)
    })
    .await;
    assert_eq!(scene.get().await.unwrap(), "first");
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_answer_to_another_rpc_fails_that_operation_only() {
    let (server, scene) =
        misbehaving_once(|request| Action::Send(reply_bytes::<rpc::Ttl>(request, &TtlResponse::default())))
            .await;
    let error = scene.get().await.unwrap_err();
    assert_eq!((&*error.code(), error.location().attempts), ("ERR_INVALID_DATA", 1));
    assert!(error.message().contains("RPC_RRDB_RRDB_TTL_ACK"), "{error}");
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn an_answer_without_a_result_fails_that_operation_only() {
    let (server, scene) = misbehaving_once(|request| {
        let mut bytes = BytesMut::new();
        encode_error(&ErrorCode::Ok, request.head.name.as_bytes(), request.head.sequence_id, &mut bytes);
        Action::Send(bytes)
    })
    .await;
    let error = scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_DATA");
    assert!(error.is_maybe_applied() && !error.is_retryable(), "{error}");
    scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_result_that_cannot_be_read_fails_that_operation_only() {
    let bodies: [&[u8]; 6] = [
        b"\x0c",
        b"\x0c\x00\x00",
        // A value of 2 GiB, a value of negative length, and a field of an unknown type.
        b"\x0c\x00\x00\x0c\x00\x02\x7f\xff\xff\xff",
        b"\x0c\x00\x00\x0c\x00\x02\xff\xff\xff\xff",
        b"\x0c\x00\x00\x63\x00\x09\x00",
        // A status that is not a number.
        b"\x0c\x00\x00\x0b\x00\x01\x00\x00\x00\x00\x00\x00",
    ];
    for body in bodies {
        let (server, scene) = misbehaving_once(move |request| {
            let mut bytes = BytesMut::new();
            encode_error(&ErrorCode::Ok, request.head.name.as_bytes(), request.head.sequence_id, &mut bytes);
            bytes.extend_from_slice(body);
            let length = bytes.len() as u32;
            set_length(&mut bytes, length);
            Action::Send(bytes)
        })
        .await;
        let error = scene.get().await.unwrap_err();
        assert_eq!(error.code(), "ERR_INVALID_DATA", "{body:?}");
        assert_eq!(scene.get().await.unwrap(), "v");
        assert_eq!(server.connections(), 1, "{body:?}");
    }
}

#[tokio::test]
async fn a_message_that_is_no_reply_ends_the_connection() {
    for kind in [MessageType::Call, MessageType::Exception, MessageType::Oneway] {
        let (server, scene) = misbehaving_once(move |request| {
            let mut bytes = BytesMut::new();
            bytes.put_u32(0);
            bytes.put_u32(6);
            bytes.put_slice(b"ERR_OK");
            MessageHead::write(kind, b"RPC_RRDB_RRDB_GET_ACK", request.head.sequence_id, &mut bytes);
            let length = bytes.len() as u32;
            set_length(&mut bytes, length);
            Action::Send(bytes)
        })
        .await;
        assert_eq!(within(scene.get()).await.unwrap(), "v", "{kind:?}");
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn random_bytes() {
    // A fixed seed: the same bytes in every run.
    let mut random = fastrand::Rng::with_seed(20_160_101);
    for round in 0..40 {
        let mut bytes = vec![0; random.usize(12..300)];
        random.fill(&mut bytes);
        let (server, scene) = misbehaving_once(move |_| Action::Send(BytesMut::from(&bytes[..]))).await;
        assert_eq!(within(scene.get()).await.unwrap(), "v", "round {round}");
        scene.get().await.unwrap();
        assert_eq!(server.connections(), 2, "round {round}");
    }
}

#[tokio::test]
async fn a_good_answer_with_any_byte_changed() {
    let mut random = fastrand::Rng::with_seed(7);
    for position in 4..67 {
        let xor = random.u8(1..);
        let (_server, scene) =
            misbehaving_once(move |request| tampered(request, |bytes| bytes[position] ^= xor)).await;
        // Whatever the bytes mean now, the call ends in time with a result or an error with a code.
        let timeout = Some(Duration::from_millis(30));
        if let Err(error) = scene.table.get(b"h", b"s", pegasus_client::CallOptions { timeout }).await {
            assert!(!error.code().is_empty());
        }
        assert_eq!(within(scene.get()).await.unwrap(), "v", "byte {position} xor {xor}");
    }
}

#[tokio::test]
async fn garbage_reaches_everyone_who_waits_on_the_connection() {
    let server = Fake::start(|request| match (request.connection, request.nth) {
        (0, 9) => Action::Send(BytesMut::from(&b"\0\0\0\0"[..])),
        (0, _) => Action::Silence,
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let gets = futures_util::future::join_all((0..10).map(|_| scene.table.get(b"h", b"s", CALL)));
    for result in within(gets).await {
        assert_eq!(result.unwrap().unwrap(), "v");
    }
    assert_eq!((server.connections(), server.requests().len()), (2, 20));
}

/// Bytes keep arriving, but they all belong to one frame that never ends.
#[tokio::test]
async fn a_frame_that_swallows_all_later_replies_ends_the_connection() {
    const ONE_GIB: u32 = 1 << 30;
    let server = Fake::start(|request| match (request.connection, request.nth) {
        (0, 0) => tampered(request, |bytes| set_length(bytes, ONE_GIB)),
        _ => value(request, "v"),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| {
        options.session_reset = Duration::from_millis(50);
    })
    .await;
    let short = Some(Duration::from_millis(20));
    within(async { while scene.get_within(short).await.is_err() {} }).await;
    assert_eq!(server.connections(), 2);
}
