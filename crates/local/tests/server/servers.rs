//! Servers that go and come back, as clients see them.

use std::net::SocketAddr;
use std::time::Duration;

use pegasus_local::{ClusterOptions, ServerError};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::{ErrorCode, HostPort, RpcAddress};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Peer, TABLE, TestCluster, encoded, locate, meta_header, put_request, scan_of_all};

/// Soon enough not to be waited for, late enough not to come.
const NEVER: Option<Duration> = None;
const AT_ONCE: Option<Duration> = Some(Duration::ZERO);
const IN_AN_HOUR: Option<Duration> = Some(Duration::from_secs(3600));

/// How long silence is listened to.
const A_MOMENT: Duration = Duration::from_millis(200);

impl TestCluster {
    async fn partition(&self, index: usize) -> PartitionConfiguration {
        let mut meta = Peer::connect(self.cluster.meta_leader()).await;
        locate(&mut meta, TABLE).await.partitions.swap_remove(index)
    }

    /// Sets a row of partition 0 at the server that is its primary now.
    async fn put(&self, value: &'static str) {
        let primary = self.cluster.primary(TABLE, 0).unwrap().expect("a primary");
        let request = put_request(&encoded("h", "s"), value, 0);
        let answer = Peer::connect(primary).await.ask::<rpc::Put>(&self.header(0), &request).await;
        assert_eq!(answer.error, 0);
    }

    /// Reads it there.
    async fn get(&self) -> bytes::Bytes {
        let primary = self.cluster.primary(TABLE, 0).unwrap().expect("a primary");
        let mut peer = Peer::connect(primary).await;
        peer.ask::<rpc::Get>(&self.header(0), &encoded("h", "s")).await.value
    }

    async fn nodes(&self, status: NodeStatus) -> Vec<SocketAddr> {
        let mut meta = Peer::connect(self.cluster.meta_leader()).await;
        let request = ListNodesRequest { status: status.into() };
        let nodes = meta.ask::<rpc::ListNodes>(&meta_header(), &request).await.infos;
        nodes.iter().map(|node| address(node.node).unwrap()).collect()
    }
}

fn address(at: RpcAddress) -> Option<SocketAddr> {
    at.socket_addr().map(SocketAddr::V4)
}

fn addresses(servers: &[RpcAddress]) -> Vec<SocketAddr> {
    servers.iter().map(|at| address(*at).unwrap()).collect()
}

/// Asserts that a connection says nothing and does not end.
async fn expect_silence(peer: &mut Peer) {
    assert!(timeout(A_MOMENT, peer.answer_or_end()).await.is_err());
}

async fn is_refused(server: SocketAddr) -> bool {
    let refused = TcpStream::connect(server).await.err().map(|error| error.kind());
    refused == Some(std::io::ErrorKind::ConnectionRefused)
}

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
async fn a_frozen_server_takes_connections_and_says_nothing() {
    let test = TestCluster::start(1).await;
    let (server, header, key) = (test.primary(0), test.header(0), encoded("h", "s"));
    test.put("old").await;
    let mut peer = test.peer(0).await;
    test.cluster.freeze_server(server, NEVER).await.unwrap();
    peer.send_request::<rpc::Put>(&header, 1, &put_request(&key, "new", 0)).await;
    let mut late = Peer::connect(server).await;
    late.send_request::<rpc::Get>(&header, 2, &key).await;
    expect_silence(&mut peer).await;
    expect_silence(&mut late).await;

    // It goes on where it was.
    test.cluster.heal_server(server).await.unwrap();
    assert_eq!(peer.answer().await.head.sequence_id, 1);
    assert_eq!(late.answer().await.head.sequence_id, 2);
    assert_eq!(test.get().await, "new");
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_healed_server_that_was_replaced_carries_nothing_out() {
    let test = TestCluster::start(1).await;
    let server = test.primary(0);
    test.put("old").await;
    let mut peer = test.peer(0).await;
    test.cluster.freeze_server(server, AT_ONCE).await.unwrap();
    peer.send_request::<rpc::Put>(&test.header(0), 1, &put_request(&encoded("h", "s"), "lost", 0)).await;
    test.put("new").await;
    test.cluster.heal_server(server).await.unwrap();
    assert_eq!(peer.answer().await.error, ErrorCode::InvalidState);
    assert_eq!(test.get().await, "new");
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_cut_off_neither_takes_nor_refuses_connections() {
    let test = TestCluster::start(1).await;
    let (server, header, key) = (test.primary(0), test.header(0), encoded("h", "s"));
    let mut peer = test.peer(0).await;
    test.cluster.cut_off_server(server, NEVER).await.unwrap();
    peer.send_request::<rpc::Get>(&header, 1, &key).await;
    let mut connecting = std::pin::pin!(TcpStream::connect(server));
    assert!(timeout(A_MOMENT, &mut connecting).await.is_err());
    expect_silence(&mut peer).await;
    test.cluster.heal_server(server).await.unwrap();
    // The system tries again and again.
    timeout(Duration::from_secs(20), connecting).await.unwrap().unwrap();
    assert_eq!(peer.answer().await.head.sequence_id, 1);
    let mut new = Peer::connect(server).await;
    assert_eq!(new.ask::<rpc::Get>(&header, &key).await.error, 1);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_frozen_server_can_be_killed() {
    let test = TestCluster::start(1).await;
    let server = test.primary(0);
    for cut_off in [false, true] {
        let mut peer = Peer::connect(server).await;
        peer.send_request::<rpc::Negotiation>(&meta_header(), 1, &NegotiationRequest::default()).await;
        peer.answer().await;
        if cut_off {
            test.cluster.cut_off_server(server, NEVER).await.unwrap();
        } else {
            test.cluster.freeze_server(server, NEVER).await.unwrap();
        }
        test.cluster.stop_server(server, AT_ONCE).await.unwrap();
        peer.expect_end().await;
        assert!(is_refused(server).await);
        test.cluster.start_server(server).await.unwrap();
        Peer::connect(server).await;
    }
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
async fn a_primary_moves() {
    let options = ClusterOptions { replica_servers: 5, ..ClusterOptions::default() };
    let test = TestCluster::start_with(2, options).await;
    let servers = test.cluster.replica_servers();
    let ballot = test.table.partitions[0].ballot;
    assert_eq!(test.cluster.move_primary(TABLE, 0, None).await.unwrap(), servers[1]);
    let moved = test.partition(0).await;
    assert_eq!((address(moved.primary), moved.ballot), (Some(servers[1]), ballot + 2));
    assert_eq!(addresses(&moved.secondaries), [servers[0], servers[2]]);
    let mut old = Peer::connect(servers[0]).await;
    let refusal = old.refusal::<rpc::Get>(&test.header(0), &encoded("h", "s")).await;
    assert_eq!(refusal, ErrorCode::InvalidState);
    // To one that has held nothing of it.
    assert_eq!(test.cluster.move_primary(TABLE, 0, Some(servers[4])).await.unwrap(), servers[4]);
    assert_eq!(addresses(&test.partition(0).await.secondaries), [servers[1], servers[0]]);
    test.put("there").await;
    assert_eq!(test.get().await, "there");
    // The other partition is as it was.
    assert_eq!(test.partition(1).await, test.table.partitions[1]);
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_ballot_grows_and_nothing_else() {
    let test = TestCluster::start(2).await;
    let before = test.partition(1).await;
    assert_eq!(test.cluster.raise_ballot(TABLE, 1).await.unwrap(), before.ballot + 1);
    let ballot = before.ballot + 1;
    assert_eq!(test.partition(1).await, PartitionConfiguration { ballot, ..before });
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn ballots_never_go_back_when_the_data_is_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let options =
        ClusterOptions { data_dir: Some(directory.path().to_path_buf()), ..ClusterOptions::default() };
    let test = TestCluster::start_with(1, options.clone()).await;
    test.cluster.stop_server(test.primary(0), AT_ONCE).await.unwrap();
    for _ in 0..5 {
        test.cluster.raise_ballot(TABLE, 0).await.unwrap();
    }
    let ballot = test.partition(0).await.ballot;
    test.cluster.stop().await.unwrap();
    let test = TestCluster::start_with(1, options).await;
    assert_eq!(test.partition(0).await.ballot, ballot + 1);
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
    // Until it is noticed, a dead leader is named.
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

#[tokio::test]
async fn the_leader_moves() {
    let options = ClusterOptions { meta_servers: 3, ..ClusterOptions::default() };
    let test = TestCluster::start_with(1, options).await;
    let metas = test.cluster.meta_servers();
    assert_eq!(test.cluster.move_meta_leader(None).await.unwrap(), metas[1]);
    assert_eq!(test.cluster.move_meta_leader(Some(metas[0])).await.unwrap(), metas[0]);
    test.cluster.stop_server(metas[1], AT_ONCE).await.unwrap();
    assert_eq!(test.cluster.move_meta_leader(None).await.unwrap(), metas[2]);
    let error = test.cluster.move_meta_leader(Some(metas[1])).await.unwrap_err();
    assert_eq!(error.to_string(), format!("the meta server {} is not up", metas[1]));
    assert_eq!(test.cluster.meta_leader(), metas[2]);
    test.cluster.stop().await.unwrap();
}

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
