//! Stopped and restarted servers, as clients see them.

use std::time::Duration;

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::{ErrorCode, HostPort, RpcAddress};

use super::helpers::{AT_ONCE, IN_AN_HOUR, NEVER, address, addresses, is_refused};
use crate::support::{Peer, TABLE, TestCluster, encoded, locate, put_request, scan_of_all};

#[tokio::test]
async fn a_stopped_server_is_replaced_and_follows_when_it_is_back() {
    let test = TestCluster::start(1).await;
    let servers = test.cluster.replica_servers();
    test.put("before").await;
    let mut peer = test.peer(0).await;
    let before = test.partition(0).await;

    test.cluster.stop_server(servers[0], AT_ONCE).await.unwrap();
    peer.expect_end().await;
    assert!(is_refused(servers[0]).await);
    let during = test.partition(0).await;
    assert_eq!(address(during.primary), Some(servers[1]));
    assert_eq!(addresses(&during.secondaries), [servers[2]]);
    assert_eq!(addresses(&during.last_drops), [servers[0]]);
    assert_eq!(during.ballot, before.ballot + 2);
    assert_eq!(test.nodes(NodeStatus::Unalive).await, [servers[0]]);
    assert_eq!(test.nodes(NodeStatus::Alive).await, servers[1..]);
    assert_eq!(test.get().await, "before");
    test.put("meanwhile").await;

    test.cluster.start_server(servers[0]).await.unwrap();
    let after = test.partition(0).await;
    assert_eq!(address(after.primary), Some(servers[1]));
    assert_eq!(addresses(&after.secondaries), [servers[2], servers[0]]);
    assert_eq!((after.ballot, after.last_drops), (during.ballot + 1, vec![]));
    let mut back = Peer::connect(servers[0]).await;
    let refusal = back.refusal::<rpc::Get>(&test.header(0), &encoded("h", "s")).await;
    assert_eq!(refusal, ErrorCode::InvalidState);
    test.cluster.move_primary(TABLE, 0, Some(servers[0])).await.unwrap();
    assert_eq!(test.get().await, "meanwhile");
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn until_the_cluster_notices_the_dead_primary_is_named() {
    for lost_after in [NEVER, IN_AN_HOUR, Some(Duration::MAX)] {
        let test = TestCluster::start(1).await;
        let server = test.primary(0);
        test.put("kept").await;
        let before = test.partition(0).await;
        test.cluster.stop_server(server, lost_after).await.unwrap();
        assert!(is_refused(server).await);
        assert_eq!(test.partition(0).await, before);
        assert_eq!(test.nodes(NodeStatus::Unalive).await, []);
        test.cluster.start_server(server).await.unwrap();
        assert_eq!(test.partition(0).await, before);
        assert_eq!(test.get().await, "kept");
        test.cluster.stop().await.unwrap();
    }
}

#[tokio::test]
async fn the_cluster_notices_after_a_while() {
    let test = TestCluster::start(1).await;
    let server = test.primary(0);
    test.cluster.freeze_server(server, Some(Duration::from_millis(30))).await.unwrap();
    while test.cluster.primary(TABLE, 0).unwrap() == Some(server) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(test.partition(0).await.ballot, test.table.partitions[0].ballot + 2);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn without_servers_there_is_no_primary() {
    let options = ClusterOptions { host_ports: true, ..ClusterOptions::default() };
    let test = TestCluster::start_with(1, options).await;
    test.put("kept").await;
    let servers = test.cluster.replica_servers();
    for server in &servers {
        test.cluster.stop_server(*server, AT_ONCE).await.unwrap();
    }
    let nowhere = test.partition(0).await;
    assert_eq!((nowhere.primary, nowhere.secondaries), (RpcAddress::NONE, vec![]));
    assert_eq!((nowhere.hp_primary, nowhere.hp_secondaries), (Some(HostPort::NONE), Some(vec![])));
    assert_eq!(addresses(&nowhere.last_drops), servers);
    assert_eq!(nowhere.hp_last_drops.unwrap().len(), 3);
    assert_eq!(test.cluster.primary(TABLE, 0).unwrap(), None);
    let error = test.cluster.create_table("more", 4).await.unwrap_err();
    assert_eq!(error.code(), "ERR_NOT_ENOUGH_MEMBER");

    test.cluster.start_server(servers[2]).await.unwrap();
    assert_eq!(test.cluster.primary(TABLE, 0).unwrap(), Some(servers[2]));
    assert_eq!(test.get().await, "kept");
    test.cluster.create_table("more", 4).await.unwrap();
    assert_eq!(test.cluster.primary("more", 3).unwrap(), Some(servers[2]));
    test.cluster.heal_all().await.unwrap();
    assert_eq!(test.nodes(NodeStatus::Alive).await, servers);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_was_stopped_knows_no_scan_from_before() {
    let test = TestCluster::start(1).await;
    let (server, header) = (test.primary(0), test.header(0));
    for n in 0..3 {
        let request = put_request(&encoded("h", &n.to_string()), "v", 0);
        test.peer(0).await.ask::<rpc::Put>(&header, &request).await;
    }
    let first = test.peer(0).await.ask::<rpc::GetScanner>(&header, &scan_of_all(1)).await;
    assert!(first.context_id > 0);
    test.cluster.stop_server(server, NEVER).await.unwrap();
    test.cluster.start_server(server).await.unwrap();
    let next = ScanRequest { context_id: first.context_id };
    assert_eq!(test.peer(0).await.ask::<rpc::Scan>(&header, &next).await.error, 1);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_meta_server_that_is_gone_leads_no_longer() {
    let options = ClusterOptions { meta_servers: 3, ..ClusterOptions::default() };
    let test = TestCluster::start_with(1, options).await;
    let metas = test.cluster.meta_servers();
    test.cluster.stop_server(metas[0], AT_ONCE).await.unwrap();
    assert!(is_refused(metas[0]).await);
    assert_eq!(test.cluster.meta_leader(), metas[1]);
    test.cluster.freeze_server(metas[1], AT_ONCE).await.unwrap();
    assert_eq!(test.cluster.meta_leader(), metas[2]);
    assert_eq!(locate(&mut Peer::connect(metas[2]).await, TABLE).await.err, ErrorCode::Ok);

    test.cluster.start_server(metas[0]).await.unwrap();
    let forward = locate(&mut Peer::connect(metas[0]).await, TABLE).await;
    assert_eq!(forward.err, ErrorCode::ForwardToOthers);
    assert_eq!(address(forward.partitions[0].primary), Some(metas[2]));
    // Until the cluster notices, the meta servers name the dead leader.
    test.cluster.cut_off_server(metas[2], NEVER).await.unwrap();
    assert_eq!(test.cluster.meta_leader(), metas[2]);
    let forward = locate(&mut Peer::connect(metas[0]).await, TABLE).await;
    assert_eq!(address(forward.partitions[0].primary), Some(metas[2]));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_last_meta_server_leads_again_when_it_is_back() {
    let test = TestCluster::start(1).await;
    let meta = test.cluster.meta_servers()[0];
    test.cluster.stop_server(meta, AT_ONCE).await.unwrap();
    assert!(is_refused(meta).await);
    test.put("served all the same").await;
    test.cluster.start_server(meta).await.unwrap();
    assert_eq!(locate(&mut Peer::connect(meta).await, TABLE).await.err, ErrorCode::Ok);
    let error = test.cluster.move_meta_leader(None).await.unwrap_err();
    assert_eq!((error.code(), error.to_string()), ("ERR_INVALID_STATE", "no other meta server is up".into()));
    test.cluster.stop().await.unwrap();
}
