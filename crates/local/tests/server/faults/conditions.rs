//! Which requests a rule takes.

use bytes::BytesMut;
use pegasus_local::{ClusterOptions, Fault, Reaction};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;

use super::helpers::{error, key, put};
use crate::support::{Peer, TABLE, TestCluster, locate, set_envs};

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

    // A table in a request to a meta server, and one of several meta servers.
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
