//! Rules by which requests are answered otherwise, on the wire.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pegasus_local::{AddedFault, ClusterOptions, Fault, Reaction};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Peer, TABLE, TestCluster, encoded, locate, meta_header, options, put_request, set_envs,
};

impl TestCluster {
    fn add(&self, rpc: &str, reaction: Reaction) -> AddedFault {
        self.cluster.add_fault(Fault { rpc: Some(rpc.to_owned()), ..Fault::new(reaction) }).unwrap()
    }

    async fn value(&self) -> Bytes {
        self.peer(0).await.ask::<rpc::Get>(&self.header(0), &key()).await.value
    }
}

fn key() -> Bytes {
    encoded("h", "s")
}

fn put(value: &'static str) -> UpdateRequest {
    put_request(&key(), value, 0)
}

fn error(name: &str, carried_out: bool) -> Reaction {
    Reaction::Answer { error: name.to_owned(), carried_out }
}

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
        // Answers keep their order, so there is none before this one.
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
        // All in one piece: what came before is answered, what comes after is not looked at.
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

/// Changes of the cluster are answered when they have been made, and rules apply to them too.
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

/// A request that a limit of its table holds back meets the rule when it is answered.
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

#[tokio::test]
async fn conditions_pick_requests() {
    let options = ClusterOptions { meta_servers: 2, ..ClusterOptions::default() };
    let test = TestCluster::start_with(4, options).await;
    test.cluster.create_table("other", 4).await.unwrap();
    let other = locate(&mut test.meta().await, "other").await;
    let busy = |change: fn(&mut Fault)| {
        let mut fault = Fault::new(error("ERR_BUSY", false));
        change(&mut fault);
        test.cluster.add_fault(fault).unwrap()
    };
    let is_busy = async |gpid, server| {
        let header = crate::support::header(gpid);
        let mut peer = Peer::connect(server).await;
        peer.call::<rpc::Get>(&header, &key()).await.error == ErrorCode::Busy
    };
    let here = async |index: i32| is_busy(test.gpid(index), test.primary(index)).await;
    let there = async || is_busy(other.partitions[1].pid, test.primary(1)).await;

    let fault = busy(|fault| fault.table = Some(TABLE.to_owned()));
    assert!(here(0).await && here(1).await && !there().await);
    fault.remove();
    let fault = busy(|fault| fault.partition_index = Some(1));
    assert!(!here(0).await && here(1).await && there().await);
    fault.remove();
    let mut fault = Fault::new(error("ERR_BUSY", false));
    fault.server = Some(test.primary(2));
    let fault = test.cluster.add_fault(fault).unwrap();
    assert!(!here(0).await && here(2).await && !there().await);
    fault.remove();

    // A table that a meta server is asked about, and one of several meta servers.
    let fault = test.cluster.add_fault(Fault {
        table: Some("other".to_owned()),
        server: Some(test.cluster.meta_servers()[0]),
        ..Fault::new(error("ERR_BUSY", false))
    });
    let fault = fault.unwrap();
    let mut meta = test.meta().await;
    assert_eq!(locate(&mut meta, "other").await.err, ErrorCode::Busy);
    assert_eq!(locate(&mut meta, TABLE).await.err, ErrorCode::Ok);
    let envs = set_envs("other", &[("default_ttl", "1")]);
    assert_eq!(meta.update_envs(&envs).await.err, ErrorCode::Busy);
    let mut follower = Peer::connect(test.cluster.meta_servers()[1]).await;
    assert_eq!(locate(&mut follower, "other").await.err, ErrorCode::ForwardToOthers);
    assert_eq!(fault.hits(), 2);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_first_rule_that_takes_a_request_decides() {
    let test = TestCluster::start(1).await;
    let add = |name: &str, skip, times| {
        let fault = Fault { rpc: Some("get".to_owned()), skip, times, ..Fault::new(error(name, false)) };
        test.cluster.add_fault(fault).unwrap()
    };
    let rules = [
        add("ERR_BUSY", 1, Some(2)),
        add("ERR_SPLITTING", 0, Some(2)),
        add("ERR_CAPACITY_EXCEEDED", 2, Some(1)),
    ];
    let mut peer = test.peer(0).await;
    let mut answers = vec![];
    for _ in 0..8 {
        answers.push(peer.call::<rpc::Get>(&test.header(0), &key()).await.error.name().into_owned());
    }
    let expected = [
        "ERR_SPLITTING",
        "ERR_BUSY",
        "ERR_BUSY",
        "ERR_SPLITTING",
        "ERR_OK",
        "ERR_OK",
        "ERR_CAPACITY_EXCEEDED",
        "ERR_OK",
    ];
    assert_eq!(answers, expected);
    let listed: Vec<_> =
        test.cluster.faults().iter().map(|fault| (fault.fault().skip, fault.hits())).collect();
    assert_eq!(listed, [(1, 2), (0, 2), (2, 1)]);
    assert!(rules[1].remove() && !rules[1].remove());
    assert_eq!(test.cluster.faults().len(), 2);
    test.cluster.clear_faults();
    assert!(test.cluster.faults().is_empty() && !rules[0].remove());
    assert_eq!(rules[0].hits(), 2);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_share_of_the_answers_repeats() {
    let test = TestCluster::start(1).await;
    let mut peer = test.peer(0).await;
    let mut runs = vec![];
    for seed in [7, 7, 8] {
        let fault = Fault { share: 0.3, seed, ..Fault::new(error("ERR_BUSY", false)) };
        let fault = test.cluster.add_fault(fault).unwrap();
        let mut run = vec![];
        for _ in 0..60 {
            run.push(peer.call::<rpc::Get>(&test.header(0), &key()).await.error == ErrorCode::Busy);
        }
        assert_eq!(fault.hits(), run.iter().filter(|busy| **busy).count() as u64);
        fault.remove();
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_rpc_that_nobody_knows_meets_rules_for_all() {
    let test = TestCluster::start(1).await;
    test.cluster.add_fault(Fault::new(error("ERR_BUSY", false))).unwrap();
    let mut out = BytesMut::new();
    encode_request::<rpc::Get>(&test.header(0), 1, &key(), &mut out);
    let name = rpc::Get::CODE.name().as_bytes();
    let at = out.windows(name.len()).position(|window| window == name).unwrap();
    out[at] = b'X';
    let mut peer = test.peer(0).await;
    peer.send(&out).await;
    assert_eq!(peer.answer().await.error, ErrorCode::Busy);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_rule_that_names_what_is_not_there_is_refused() {
    let test = TestCluster::start(2).await;
    for (change, code, sentence) in [
        (
            (|fault| fault.server = Some("127.0.0.1:1".parse().unwrap())) as fn(&mut Fault),
            "ERR_INVALID_ARGUMENT",
            "there is no server at 127.0.0.1:1",
        ),
        (|fault| fault.table = Some("none".to_owned()), "ERR_APP_NOT_EXIST", "there is no table \"none\""),
        (|fault| fault.rpc = Some("read".to_owned()), "ERR_INVALID_ARGUMENT", "there is no RPC \"read\""),
    ] {
        let mut fault = Fault::new(Reaction::Duplicate);
        change(&mut fault);
        let error = test.cluster.add_fault(fault).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(sentence), "{error}");
    }
    assert!(test.cluster.faults().is_empty());
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_table_under_the_name_of_a_dropped_one_is_another() {
    let test = TestCluster::start(1).await;
    test.peer(0).await.ask::<rpc::Put>(&test.header(0), &put("old")).await;
    test.cluster.drop_table(TABLE).await.unwrap();
    let refusal = test.peer(0).await.refusal::<rpc::Get>(&test.header(0), &key()).await;
    assert_eq!(refusal, ErrorCode::ObjectNotFound);
    assert_eq!(test.cluster.create_table(TABLE, 1).await.unwrap(), 2);
    let table = locate(&mut test.meta().await, TABLE).await;
    let header = crate::support::header(table.partitions[0].pid);
    assert_eq!(test.peer(0).await.ask::<rpc::Get>(&header, &key()).await.error, 1);
    assert_eq!(test.cluster.drop_table("none").await.unwrap_err().code(), "ERR_APP_NOT_EXIST");
    test.cluster.split_table(TABLE).await.unwrap();
    assert_eq!(test.cluster.drop_table(TABLE).await.unwrap_err().code(), "ERR_SPLITTING");
    test.cluster.stop().await.unwrap();
}
