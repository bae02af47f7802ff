//! Primaries, ballots and the meta leader, moved by a test.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use super::helpers::{AT_ONCE, address, addresses};
use crate::support::{Peer, TABLE, TestCluster, encoded};

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
    // To a server that has not held the partition.
    assert_eq!(test.cluster.move_primary(TABLE, 0, Some(servers[4])).await.unwrap(), servers[4]);
    assert_eq!(addresses(&test.partition(0).await.secondaries), [servers[1], servers[0]]);
    test.put("there").await;
    assert_eq!(test.get().await, "there");
    // The other partition has not changed.
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
async fn a_rebuilt_table_has_its_rows_and_lower_ballots() {
    let test = TestCluster::start(2).await;
    test.put("kept").await;
    for _ in 0..3 {
        test.cluster.move_primary(TABLE, 0, None).await.unwrap();
    }
    let (before, servers) = (test.partition(0).await, test.cluster.replica_servers());
    test.cluster.rebuild_table(TABLE).await.unwrap();
    let after = test.partition(0).await;
    assert_eq!((before.ballot, after.ballot), (7, 1));
    assert_ne!(after.primary, before.primary);
    assert_eq!(addresses(&after.secondaries).len(), servers.len() - 1);
    assert_eq!(test.get().await, "kept");
    let mut old = Peer::connect(address(before.primary).unwrap()).await;
    let refusal = old.refusal::<rpc::Get>(&test.header(0), &encoded("h", "s")).await;
    assert_eq!(refusal, ErrorCode::InvalidState);
    let error = test.cluster.rebuild_table("none").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no table \"none\"");
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
