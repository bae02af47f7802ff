//! What a rule does to a request and its answer.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_local::{ClusterOptions, Reaction};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self};
use pegasus_protocol::types::ErrorCode;

use super::helpers::{error, key, put};
use crate::support::{TABLE, TestCluster, locate, meta_header, options};

#[tokio::test]
async fn any_error_instead_of_a_write() {
    let test = TestCluster::start(1).await;
    let mut peer = test.peer(0).await;
    let names = ErrorCode::LISTED.iter().map(|code| code.name().into_owned());
    for name in names.filter(|name| name != "ERR_OK").chain(["ERR_NOBODY_KNOWS".to_owned()]) {
        let fault = test.add("put", error(&name, false));
        let refusal = peer.refusal::<rpc::Put>(&test.header(0), &put("no")).await;
        assert_eq!((refusal.name().as_ref(), fault.hits()), (name.as_str(), 1));
        assert!(fault.remove());
    }
    assert_eq!(test.value().await, "");
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_error_after_the_write_was_made() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = Some(directory.path().to_path_buf());
    let test = TestCluster::start_with(1, ClusterOptions { data_dir, ..ClusterOptions::default() }).await;
    test.add("RPC_RRDB_RRDB_PUT", error("ERR_TIMEOUT", true));
    let refusal = test.peer(0).await.refusal::<rpc::Put>(&test.header(0), &put("made")).await;
    assert_eq!(refusal, ErrorCode::Timeout);
    assert_eq!(test.value().await, "made");
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn no_answer_with_and_without_the_write() {
    let test = TestCluster::start(1).await;
    for (carried_out, value) in [(false, ""), (true, "made")] {
        let fault = test.add("put", Reaction::Drop { carried_out });
        let mut peer = test.peer(0).await;
        peer.send_request::<rpc::Put>(&test.header(0), 1, &put("made")).await;
        // Answers keep their order, so the dropped answer would have come before this one.
        peer.send_request::<rpc::Get>(&test.header(0), 2, &key()).await;
        assert_eq!(peer.answer().await.head.sequence_id, 2);
        assert_eq!(fault.hits(), 1);
        fault.remove();
        assert_eq!(test.value().await, value);
    }
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_end_of_the_connection_with_and_without_the_write() {
    let test = TestCluster::start(1).await;
    for (carried_out, value) in [(false, ""), (true, "made")] {
        let fault = test.add("put", Reaction::Disconnect { carried_out });
        let mut peer = test.peer(0).await;
        // All requests arrive together. Those before it are answered, those behind it are not read.
        let mut out = BytesMut::new();
        encode_request::<rpc::Get>(&test.header(0), 1, &key(), &mut out);
        encode_request::<rpc::Put>(&test.header(0), 2, &put("made"), &mut out);
        encode_request::<rpc::Remove>(&test.header(0), 3, &key(), &mut out);
        peer.send(&out).await;
        assert_eq!(peer.answer().await.head.sequence_id, 1);
        peer.expect_end().await;
        fault.remove();
        assert_eq!(test.value().await, value);
    }
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_late_answer_is_overtaken() {
    let test = TestCluster::start(1).await;
    let delay = Duration::from_millis(150);
    test.add("put", Reaction::Delay(delay));
    let mut peer = test.peer(0).await;
    let start = tokio::time::Instant::now();
    peer.send_request::<rpc::Put>(&test.header(0), 1, &put("made")).await;
    peer.send_request::<rpc::Get>(&test.header(0), 2, &key()).await;
    let first = peer.answer().await;
    assert_eq!(first.head.sequence_id, 2);
    assert_eq!(first.body::<rpc::Get>().unwrap().unwrap().value, "made"); // it was made at once
    let second = peer.answer().await;
    assert_eq!((second.head.sequence_id, second.error), (1, ErrorCode::Ok));
    assert!(start.elapsed() >= delay);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_late_request_is_overtaken_and_carried_out_in_the_end() {
    let test = TestCluster::start(1).await;
    let fault = test.add("put", Reaction::Hold(Duration::from_millis(150)));
    let mut peer = test.peer(0).await;
    let start = tokio::time::Instant::now();
    peer.send_request::<rpc::Put>(&test.header(0), 1, &put("made")).await;
    peer.send_request::<rpc::Get>(&test.header(0), 2, &key()).await;
    let first = peer.answer().await;
    assert_eq!(first.head.sequence_id, 2);
    assert_eq!(first.body::<rpc::Get>().unwrap().unwrap().value, ""); // not made yet
    let second = peer.answer().await;
    assert_eq!((second.head.sequence_id, second.error), (1, ErrorCode::Ok));
    assert!(start.elapsed() >= Duration::from_millis(150));
    assert_eq!((fault.hits(), test.value().await), (1, "made".into()));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_twice() {
    let test = TestCluster::start(1).await;
    test.add("incr", Reaction::Duplicate);
    let mut peer = test.peer(0).await;
    let incr = IncrRequest { key: key(), increment: 5, ..IncrRequest::default() };
    peer.send_request::<rpc::Incr>(&test.header(0), 1, &incr).await;
    for _ in 0..2 {
        let answer = peer.answer().await;
        assert_eq!(answer.head.sequence_id, 1);
        assert_eq!(answer.body::<rpc::Incr>().unwrap().unwrap().new_value, 5); // done once
    }
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_has_its_length_all_the_same() {
    let test = TestCluster::start(1).await;
    let fault = test.add("get", Reaction::Corrupt);
    let mut peer = test.peer(0).await;
    peer.send_request::<rpc::Get>(&test.header(0), 1, &key()).await;
    let mut corrupt = peer.frame().await;
    fault.remove();
    peer.send_request::<rpc::Get>(&test.header(0), 1, &key()).await;
    let right = peer.frame().await;
    corrupt.iter_mut().skip(4).for_each(|byte| *byte = !*byte);
    assert_eq!(corrupt, right);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn meta_servers_say_errors_in_the_body() {
    let test = TestCluster::start(1).await;
    test.add("query_cfg", error("ERR_SERVICE_NOT_ACTIVE", false));
    let answer = locate(&mut test.meta().await, TABLE).await;
    let expected = QueryCfgResponse { err: ErrorCode::ServiceNotActive, ..QueryCfgResponse::default() };
    assert_eq!(answer, expected);
    test.add("create_app", error("ERR_STATE_FREEZED", false));
    let answer = test.meta().await.create("new", options(2)).await;
    assert_eq!((answer.err, answer.appid), (ErrorCode::StateFreezed, 0));
    test.cluster.clear_faults();
    assert_eq!(locate(&mut test.meta().await, "new").await.err, ErrorCode::ObjectNotFound);
    test.cluster.stop().await.unwrap();
}

/// Changes of the cluster are answered after they are made. Rules apply to these answers too.
#[tokio::test]
async fn a_change_that_was_made_and_answered_otherwise() {
    let test = TestCluster::start(1).await;
    let fault = test.add("create_app", error("ERR_TIMEOUT", true));
    let answer = test.meta().await.create("one", options(2)).await;
    assert_eq!(answer.err, ErrorCode::Timeout);
    assert_eq!(locate(&mut test.meta().await, "one").await.err, ErrorCode::Ok);
    fault.remove();
    test.add("create_app", Reaction::Disconnect { carried_out: true });
    let mut meta = test.meta().await;
    let request = CreateAppRequest { app_name: "two".into(), options: options(2) };
    meta.send_request::<rpc::CreateApp>(&meta_header(), 1, &request).await;
    meta.expect_end().await;
    assert_eq!(locate(&mut test.meta().await, "two").await.err, ErrorCode::Ok);
    test.cluster.stop().await.unwrap();
}

/// A rule also applies to a request that a limit of its table delays, when that is answered.
#[tokio::test]
async fn a_request_that_waits_is_answered_otherwise_too() {
    let test = TestCluster::start(1).await;
    test.set_envs(&[("replica.write_throttling", "1*delay*100")]).await;
    let fault = test.add("put", error("ERR_TIMEOUT", true));
    let mut peer = test.peer(0).await;
    for id in 1..=3 {
        peer.send_request::<rpc::Put>(&test.header(0), id, &put("made")).await;
    }
    for _ in 1..=3 {
        assert_eq!(peer.answer().await.error, ErrorCode::Timeout);
    }
    assert_eq!((fault.hits(), test.value().await), (3, "made".into()));
    test.cluster.stop().await.unwrap();
}
