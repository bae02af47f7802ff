//! A split as clients see it.

use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self};
use pegasus_protocol::types::ErrorCode;

use super::client::{Client, ready, rows};
use crate::support::{TABLE, TestCluster, encoded, locate, options, put_request, scan_of_all};

#[tokio::test]
async fn a_split_as_clients_see_it() {
    let cluster = TestCluster::start(4).await;
    let mut client = Client::new(cluster.cluster.meta_servers()[0]).await;
    let all = rows(200);
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    let mut meta = cluster.meta().await;
    assert_eq!(
        meta.split(TABLE, 8).await,
        StartPartitionSplitResponse { err: ErrorCode::Ok, ..Default::default() }
    );

    // At once: twice the count, children on no server, parents as before.
    let split = locate(&mut meta, TABLE).await;
    assert_eq!((split.partition_count, split.partitions.len()), (8, 8));
    assert_eq!(split.partitions[..4], cluster.table.partitions[..]);
    let nowhere =
        |index| PartitionConfiguration { pid: cluster.gpid(index), ballot: -1, ..Default::default() };
    assert_eq!(split.partitions[4..], [4, 5, 6, 7].map(nowhere));
    let info = meta.list(AppStatus::Available).await.remove(0);
    assert_eq!((info.partition_count, info.init_partition_count), (8, 4));
    assert_eq!(info.envs, [("replica.split.validate_partition_hash".into(), "true".into())].into());
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Splitting);
    let busy = meta.split(TABLE, 16).await;
    assert_eq!(busy.err, ErrorCode::Busy);
    assert_eq!(busy.hint_msg, "app(temp) is already executing partition split");

    // Then: children are where their parents are, and every row is in its partition.
    let table = ready(&mut meta, 8).await;
    for (parent, child) in table.partitions[..4].iter().zip(&table.partitions[4..]) {
        assert_eq!((child.primary, &child.secondaries), (parent.primary, &parent.secondaries));
        assert_eq!(child.ballot, parent.ballot + 1);
    }
    for (key, value) in &all {
        assert_eq!(client.get(key).await.as_ref(), Some(value));
    }
    assert_eq!(client.scan().await, all);
    assert!(client.refusals > 0, "the client was told to look again");

    // `a` was in partition 0 of 4, and is in 4 of 8.
    let key = encoded("a", "s");
    let hash = key::hash(&key).unwrap();
    let astray = RequestHeader { partition_hash: hash, ..cluster.header(0) };
    let mut peer = cluster.peer(0).await;
    assert_eq!(peer.refusal::<rpc::Get>(&astray, &key).await, ErrorCode::ParentPartitionMisused);
    let put = put_request(&key, "v", 0);
    assert_eq!(peer.refusal::<rpc::Put>(&astray, &put).await, ErrorCode::ParentPartitionMisused);
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Ok);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn splits_that_are_refused() {
    let cluster = TestCluster::start(4).await;
    let mut meta = cluster.meta().await;
    for count in [0, -8, 4, 6, 16] {
        let answer = meta.split(TABLE, count).await;
        assert_eq!(answer.err, ErrorCode::InvalidParameters);
        assert_eq!(answer.hint_msg, "wrong partition_count, should be 8");
    }
    let answer = meta.split("nope", 8).await;
    assert_eq!((answer.err, answer.hint_msg), (ErrorCode::AppNotExist, "app not existed".into()));
    assert_eq!(meta.create("large", options(1024)).await.err, ErrorCode::Ok);
    assert_eq!(meta.split("large", 2048).await.err, ErrorCode::InvalidParameters);
    assert_eq!(cluster.cluster.split_table("nope").await.unwrap_err().code(), "ERR_APP_NOT_EXIST");
    assert_eq!(cluster.cluster.split_table("large").await.unwrap_err().code(), "ERR_INVALID_ARGUMENT");
    assert_eq!(cluster.cluster.split_table(TABLE).await.unwrap(), 8);
    assert_eq!(cluster.cluster.split_table(TABLE).await.unwrap_err().code(), "ERR_BUSY");
    ready(&mut meta, 8).await;
    cluster.cluster.stop().await.unwrap();
}

/// A scan of a parent goes on over the rows from its beginning, without those that the child owns
/// now.
#[tokio::test]
async fn an_open_scan_passes_over_what_is_the_childs() {
    let cluster = TestCluster::start(1).await;
    let mut client = Client::new(cluster.cluster.meta_servers()[0]).await;
    let all = rows(100);
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    let (mut peer, mut meta, header) = (cluster.peer(0).await, cluster.meta().await, cluster.header(0));
    let first = peer.ask::<rpc::GetScanner>(&header, &scan_of_all(10)).await;
    let everything = GetScannerRequest { validate_partition_hash: Some(false), ..scan_of_all(10) };
    let mut unchecked = peer.ask::<rpc::GetScanner>(&header, &everything).await;
    assert_eq!((first.kvs.len(), unchecked.kvs.len()), (10, 10));
    assert_eq!(meta.split(TABLE, 2).await.err, ErrorCode::Ok);
    ready(&mut meta, 2).await;
    let mut rest = Vec::new();
    let mut context_id = first.context_id;
    while context_id != -1 {
        let batch = peer.ask::<rpc::Scan>(&header, &ScanRequest { context_id }).await;
        assert_eq!(batch.error, 0);
        rest.extend(batch.kvs.into_iter().map(|row| row.key));
        context_id = batch.context_id;
    }
    let expected: Vec<_> =
        all.keys().skip(10).filter(|key| key::hash(key).unwrap().is_multiple_of(2)).cloned().collect();
    assert_eq!(rest, expected);
    // A request without that check gets all rows from the beginning.
    let mut count = 10;
    while unchecked.context_id != -1 {
        let request = ScanRequest { context_id: unchecked.context_id };
        unchecked = peer.ask::<rpc::Scan>(&header, &request).await;
        count += unchecked.kvs.len();
    }
    assert_eq!(count, 100);
    cluster.cluster.stop().await.unwrap();
}
