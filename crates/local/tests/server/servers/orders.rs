//! Refused orders, and orders while the cluster stops or nobody waits.

use std::net::SocketAddr;

use pegasus_local::{ClusterOptions, ServerError};

use super::helpers::{AT_ONCE, IN_AN_HOUR, NEVER};
use crate::support::{Peer, TABLE, TestCluster};

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let test = TestCluster::start(2).await;
    let (meta, servers) = (test.cluster.meta_servers()[0], test.cluster.replica_servers());
    let nobody: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let check = |outcome: Result<(), ServerError>, code: &str, sentence: &str| {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(sentence), "{error}");
    };
    let cluster = &test.cluster;
    let invalid = "ERR_INVALID_ARGUMENT";
    check(cluster.stop_server(nobody, NEVER).await, invalid, "there is no server at 127.0.0.1:1: there are");
    let outcome = cluster.move_primary(TABLE, 0, Some(meta)).await.map(drop);
    check(outcome, invalid, &format!("there is no replica server at {meta}: there are {}", servers[0]));
    let outcome = cluster.move_meta_leader(Some(servers[0])).await.map(drop);
    check(outcome, invalid, &format!("there is no meta server at {}: there are {meta}", servers[0]));
    let outcome = cluster.raise_ballot(TABLE, 2).await.map(drop);
    check(outcome, invalid, "the table \"temp\" has the partitions 0 to 1, not 2");
    check(cluster.primary("none", 0).map(drop), "ERR_APP_NOT_EXIST", "there is no table \"none\"");

    let state = "ERR_INVALID_STATE";
    check(cluster.start_server(servers[0]).await, state, "cannot be started: it is running");
    check(cluster.heal_server(servers[0]).await, state, "cannot be healed: it is running");
    cluster.freeze_server(servers[0], NEVER).await.unwrap();
    check(
        cluster.cut_off_server(servers[0], AT_ONCE).await,
        state,
        "cannot be cut off: it is frozen, and has",
    );
    check(cluster.start_server(servers[0]).await, state, "cannot be started: it is frozen");
    assert_eq!(cluster.primary(TABLE, 0).unwrap(), Some(servers[0]));
    cluster.stop_server(servers[0], NEVER).await.unwrap();
    check(cluster.stop_server(servers[0], AT_ONCE).await, state, "cannot be stopped: it is stopped, and has");
    check(cluster.freeze_server(servers[0], AT_ONCE).await, state, "cannot be frozen: it is stopped");
    check(cluster.heal_server(servers[0]).await, state, "cannot be healed: it is stopped");
    let outcome = cluster.move_primary(TABLE, 1, Some(servers[0])).await.map(drop);
    check(outcome, state, &format!("the server {} is not up", servers[0]));
    assert_eq!(test.partition(1).await, test.table.partitions[1]);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_stops_whatever_its_servers_are_like() {
    let directory = tempfile::tempdir().unwrap();
    let options = ClusterOptions {
        meta_servers: 2,
        replica_servers: 4,
        data_dir: Some(directory.path().to_path_buf()),
        ..ClusterOptions::default()
    };
    for _ in 0..2 {
        let test = TestCluster::start_with(4, options.clone()).await;
        let servers = test.cluster.replica_servers();
        let mut peers = vec![];
        for server in &servers {
            peers.push(Peer::connect(*server).await);
        }
        test.cluster.stop_server(servers[0], IN_AN_HOUR).await.unwrap();
        test.cluster.freeze_server(servers[1], AT_ONCE).await.unwrap();
        test.cluster.cut_off_server(servers[2], NEVER).await.unwrap();
        test.cluster.freeze_server(test.cluster.meta_leader(), AT_ONCE).await.unwrap();
        test.cluster.stop().await.unwrap();
        for mut peer in peers {
            peer.expect_end().await;
        }
    }
}

#[tokio::test]
async fn an_order_that_nobody_awaits_is_carried_out() {
    let test = TestCluster::start(1).await;
    let server = test.primary(0);
    tokio::select! {
        biased;
        _ = test.cluster.stop_server(server, AT_ONCE) => panic!("it takes more than a moment"),
        () = std::future::ready(()) => {}
    }
    // Orders are carried out one after the other.
    test.cluster.start_server(server).await.unwrap();
    assert_eq!(test.partition(0).await.ballot, test.table.partitions[0].ballot + 3);
    test.cluster.stop().await.unwrap();
}
