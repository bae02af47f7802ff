//! The envs whose effects clients notice. (Limits are tested in `throttling`.)

use bytes::BytesMut;
use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::idl::{AppEnvOperation, IncrRequest, UpdateAppEnvRequest};
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, START, TABLE, TestCluster, encoded, put_request, scan_of_all, set_envs};

async fn ttl(cluster: &TestCluster, peer: &mut Peer, sort_key: &str) -> i32 {
    peer.ask::<rpc::Ttl>(&cluster.header(0), &encoded("h", sort_key)).await.ttl_seconds
}

async fn put(cluster: &TestCluster, peer: &mut Peer, sort_key: &str, expire_ts: u32) {
    let put = put_request(&encoded("h", sort_key), "1", expire_ts);
    assert_eq!(peer.ask::<rpc::Put>(&cluster.header(0), &put).await.error, 0);
}

#[tokio::test]
async fn a_default_time_to_live_is_for_writes_from_then_on() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    put(&cluster, &mut peer, "before", 0).await;
    cluster.set_envs(&[("default_ttl", "100")]).await;
    put(&cluster, &mut peer, "default", 0).await;
    put(&cluster, &mut peer, "own", START + 7).await;
    assert_eq!(ttl(&cluster, &mut peer, "before").await, -1);
    assert_eq!(ttl(&cluster, &mut peer, "default").await, 100);
    assert_eq!(ttl(&cluster, &mut peer, "own").await, 7);
    // An incr without an expiry gets the default again.
    cluster.clock.advance(5);
    let key = encoded("h", "default");
    let incr = IncrRequest { key, increment: 1, expire_ts_seconds: -1 };
    assert_eq!(peer.ask::<rpc::Incr>(&cluster.header(0), &incr).await.new_value, 2);
    assert_eq!(ttl(&cluster, &mut peer, "default").await, 100);
    // Only a value of 0 ends the default.
    let del =
        UpdateAppEnvRequest { op: AppEnvOperation::Del.into(), ..set_envs(TABLE, &[("default_ttl", "")]) };
    assert_eq!(cluster.meta().await.update_envs(&del).await.err, ErrorCode::Ok);
    put(&cluster, &mut peer, "deleted", 0).await;
    assert_eq!(ttl(&cluster, &mut peer, "deleted").await, 100);
    cluster.set_envs(&[("default_ttl", "0")]).await;
    put(&cluster, &mut peer, "zero", 0).await;
    assert_eq!(ttl(&cluster, &mut peer, "zero").await, -1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn requests_that_are_denied() {
    let cluster = TestCluster::start(1).await;
    let (mut peer, header, key) = (cluster.peer(0).await, cluster.header(0), encoded("h", "s"));
    let put = put_request(&key, "v", 0);
    let too_large = put_request(&key, vec![0; 2 << 20], 0);
    for (value, denies_reads, denies_writes) in
        [("reconfig*all", true, true), ("reconfig*read", true, false), ("reconfig*write", false, true)]
    {
        cluster.set_envs(&[("replica.deny_client_request", value)]).await;
        let get = peer.call::<rpc::Get>(&header, &key).await.error;
        assert_eq!(get, if denies_reads { ErrorCode::InvalidState } else { ErrorCode::Ok });
        let put = peer.call::<rpc::Put>(&header, &put).await.error;
        assert_eq!(put, if denies_writes { ErrorCode::InvalidState } else { ErrorCode::Ok });
        // This check comes before the check of the write's size.
        let put = peer.call::<rpc::Put>(&header, &too_large).await.error;
        assert_eq!(put, if denies_writes { ErrorCode::InvalidState } else { ErrorCode::InvalidData });
    }
    cluster.set_envs(&[("replica.deny_client_request", "timeout*read")]).await;
    let mut out = BytesMut::new();
    encode_request::<rpc::Get>(&header, 1000, &key, &mut out);
    encode_request::<rpc::Put>(&header, 1001, &put, &mut out);
    peer.send(&out).await;
    assert_eq!(peer.answer().await.head.sequence_id, 1001); // and no answer to the get
    let clear = UpdateAppEnvRequest {
        op: AppEnvOperation::Clear.into(),
        clear_prefix: Some("replica".into()),
        ..set_envs(TABLE, &[])
    };
    assert_eq!(cluster.meta().await.update_envs(&clear).await.err, ErrorCode::Ok);
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.value, "v");
    cluster.cluster.stop().await.unwrap();
}

/// `a` belongs to partition 4 of 8.
#[tokio::test]
async fn hashes_are_checked_where_that_is_set() {
    let cluster = TestCluster::start(8).await;
    let (mut peer, key) = (cluster.peer(0).await, encoded("a", "s"));
    let astray =
        RequestHeader { partition_hash: cluster.header_of(&key).partition_hash, ..cluster.header(0) };
    let unsaid = cluster.header(0);
    let put = put_request(&key, "v", 0);
    assert_eq!(peer.ask::<rpc::Put>(&astray, &put).await.error, 0);
    let rows = async |cluster: &TestCluster, validate: Option<bool>| {
        let request =
            pegasus_protocol::idl::GetScannerRequest { validate_partition_hash: validate, ..scan_of_all(10) };
        cluster.peer(0).await.ask::<rpc::GetScanner>(&unsaid, &request).await.kvs.len()
    };
    assert_eq!(rows(&cluster, None).await, 1);
    cluster.set_envs(&[("replica.split.validate_partition_hash", "true")]).await;
    let misused = ErrorCode::ParentPartitionMisused;
    assert_eq!(peer.refusal::<rpc::Put>(&astray, &put).await, misused);
    assert_eq!(peer.refusal::<rpc::Get>(&astray, &key).await, misused);
    assert_eq!(peer.refusal::<rpc::GetScanner>(&astray, &scan_of_all(1)).await, misused);
    assert_eq!(peer.refusal::<rpc::ClearScanner>(&astray, &1).await, misused);
    // A hash of 0 is also a hash: that of partition 0. The row can be read, but scans skip it.
    assert_eq!(peer.ask::<rpc::Get>(&unsaid, &key).await.value, "v");
    assert_eq!((rows(&cluster, None).await, rows(&cluster, Some(true)).await), (0, 0));
    assert_eq!(rows(&cluster, Some(false)).await, 1);
    assert_eq!(cluster.peer(1).await.refusal::<rpc::Get>(&cluster.header(1), &key).await, misused);
    cluster.set_envs(&[("replica.split.validate_partition_hash", "false")]).await;
    assert_eq!(peer.ask::<rpc::Get>(&astray, &key).await.value, "v");
    assert_eq!(rows(&cluster, None).await, 1);
    cluster.cluster.stop().await.unwrap();
}
