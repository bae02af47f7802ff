//! Contexts of scans: how long they live, and which requests may use them.

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::idl::{GetScannerRequest, ScanRequest, ScanResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, TestCluster, encoded, header, put_request};

/// A cluster with ten rows in partition 0, and a connection to it.
async fn ten_rows() -> (TestCluster, Peer) {
    let cluster = TestCluster::start(2).await;
    let mut peer = cluster.peer(0).await;
    for index in 0..10 {
        let put = put_request(&encoded("h", &index.to_string()), "v", 0);
        peer.ask::<rpc::Put>(&cluster.header(0), &put).await;
    }
    (cluster, peer)
}

fn three_at_a_time() -> GetScannerRequest {
    GetScannerRequest {
        start_key: Bytes::from_static(b"\0\0"),
        stop_key: Bytes::from_static(b"\xff\xff"),
        start_inclusive: true,
        batch_size: 3,
        full_scan: Some(true),
        ..GetScannerRequest::default()
    }
}

async fn next(cluster: &TestCluster, peer: &mut Peer, context_id: i64) -> ScanResponse {
    peer.ask::<rpc::Scan>(&cluster.header(0), &ScanRequest { context_id }).await
}

#[tokio::test]
async fn every_batch_has_a_context_of_its_own() {
    let (cluster, mut peer) = ten_rows().await;
    let mut batch = peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    let mut rows = batch.kvs.len();
    let mut contexts = vec![];
    while batch.context_id != -1 {
        assert!(batch.context_id > 0 && !contexts.contains(&batch.context_id));
        contexts.push(batch.context_id);
        batch = next(&cluster, &mut peer, batch.context_id).await;
        rows += batch.kvs.len();
    }
    assert_eq!((rows, contexts.len()), (10, 3));
    for context_id in contexts {
        let used = next(&cluster, &mut peer, context_id).await;
        assert_eq!((used.error, used.context_id, used.kvs.len()), (1, 0, 0));
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn contexts_go_after_five_idle_minutes() {
    let (cluster, mut peer) = ten_rows().await;
    let first = peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    cluster.clock.advance(299);
    let second = next(&cluster, &mut peer, first.context_id).await;
    assert_eq!(second.error, 0);
    cluster.clock.advance(300);
    assert_eq!(next(&cluster, &mut peer, second.context_id).await.error, 1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn contexts_do_not_see_later_writes() {
    let (cluster, mut peer) = ten_rows().await;
    let mut batch = peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    for index in 0..20 {
        let key = encoded("h", &index.to_string());
        peer.ask::<rpc::Remove>(&cluster.header(0), &key).await;
    }
    let mut rows = batch.kvs.len();
    while batch.context_id != -1 {
        batch = next(&cluster, &mut peer, batch.context_id).await;
        rows += batch.kvs.len();
    }
    assert_eq!(rows, 10);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn contexts_belong_to_a_partition_and_a_server() {
    let (cluster, mut peer) = ten_rows().await;
    let batch = peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    let request = ScanRequest { context_id: batch.context_id };
    let elsewhere = cluster.peer(1).await.ask::<rpc::Scan>(&cluster.header(1), &request).await;
    assert_eq!(elsewhere.error, 1);
    // Any connection to the server may continue the scan.
    let mut other = cluster.peer(0).await;
    assert_eq!(next(&cluster, &mut other, batch.context_id).await.kvs.len(), 3);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn clear_scanner_is_silent() {
    let (cluster, mut peer) = ten_rows().await;
    let batch = peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    for (id, context) in [(100, batch.context_id), (101, 12345), (102, -1)] {
        let mut out = BytesMut::new();
        encode_request::<rpc::ClearScanner>(&cluster.header(0), id, &context, &mut out);
        peer.send(&out).await;
        out[51] = 4; // ONEWAY
        peer.send(&out).await;
    }
    // The next answer belongs to the next request: `ask` checks the id.
    assert_eq!(next(&cluster, &mut peer, batch.context_id).await.error, 1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn clear_scanner_can_be_refused() {
    let (cluster, mut peer) = ten_rows().await;
    let nowhere = header(cluster.gpid(77));
    assert_eq!(peer.refusal::<rpc::ClearScanner>(&nowhere, &1).await, ErrorCode::ObjectNotFound);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_open_scan_does_not_keep_the_cluster() {
    let (cluster, mut peer) = ten_rows().await;
    peer.ask::<rpc::GetScanner>(&cluster.header(0), &three_at_a_time()).await;
    cluster.cluster.stop().await.unwrap();
    peer.expect_end().await;
}
