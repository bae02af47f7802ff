//! Limits on the requests of a table per second. The test moves the seconds; pauses are real, and
//! short.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::idl::{MultiGetRequest, ReadResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, TestCluster, encoded, put_request, scan_of_all};

/// A cluster with these envs, one partition and one row.
async fn limited(envs: &[(&str, &str)]) -> (TestCluster, Peer) {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let put = put_request(&encoded("h", "s"), vec![b'v'; 1000], 0);
    peer.ask::<rpc::Put>(&cluster.header(0), &put).await;
    cluster.clock.advance(1);
    cluster.set_envs(envs).await;
    (cluster, peer)
}

async fn get(cluster: &TestCluster, peer: &mut Peer) -> ErrorCode {
    peer.call::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await.error
}

async fn put(cluster: &TestCluster, peer: &mut Peer, value: impl Into<Bytes>) -> ErrorCode {
    let put = put_request(&encoded("h", "p"), value, 0);
    peer.call::<rpc::Put>(&cluster.header(0), &put).await.error
}

#[tokio::test]
async fn one_read_or_write_too_many_is_refused_until_the_next_second() {
    let envs = [("replica.read_throttling", "2*reject*0"), ("replica.write_throttling", "1*reject*0")];
    let (cluster, mut peer) = limited(&envs).await;
    for _ in 0..2 {
        for _ in 0..3 {
            assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok); // N / partitions + 1
        }
        for _ in 0..2 {
            assert_eq!(put(&cluster, &mut peer, "v").await, ErrorCode::Ok);
        }
        for _ in 0..3 {
            assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Busy);
            assert_eq!(put(&cluster, &mut peer, "v").await, ErrorCode::Busy);
        }
        cluster.clock.advance(1);
    }
    // A refusal has no body, and limits can be lifted.
    for _ in 0..3 {
        get(&cluster, &mut peer).await;
    }
    let refused = peer.refusal::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
    assert_eq!(refused, ErrorCode::Busy);
    cluster.set_envs(&[("replica.read_throttling", "0*reject*0")]).await;
    assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn limits_are_shared_by_partitions() {
    let cluster = TestCluster::start(4).await;
    cluster.set_envs(&[("replica.read_throttling", "8*reject*0")]).await;
    for index in 0..4 {
        let (mut peer, header) = (cluster.peer(index).await, cluster.header(index));
        for _ in 0..3 {
            peer.ask::<rpc::Get>(&header, &encoded("h", "s")).await;
        }
        assert_eq!(peer.refusal::<rpc::Get>(&header, &encoded("h", "s")).await, ErrorCode::Busy);
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn writes_are_limited_by_their_size() {
    let (cluster, mut peer) = limited(&[("replica.write_throttling_by_size", "1K*reject*0")]).await;
    assert_eq!(put(&cluster, &mut peer, vec![0; 2000]).await, ErrorCode::Busy);
    assert_eq!(put(&cluster, &mut peer, vec![0; 500]).await, ErrorCode::Ok); // the refused request does not count
    assert_eq!(put(&cluster, &mut peer, vec![0; 500]).await, ErrorCode::Busy);
    assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok);
    cluster.clock.advance(1);
    assert_eq!(put(&cluster, &mut peer, vec![0; 500]).await, ErrorCode::Ok);
    cluster.cluster.stop().await.unwrap();
}

/// Sends requests together. Returns the ids and errors of the answers in the order of their
/// arrival.
async fn together(peer: &mut Peer, out: &BytesMut, count: usize) -> Vec<(i32, ErrorCode)> {
    peer.send(out).await;
    let mut answers = vec![];
    for _ in 0..count {
        let answer = peer.answer().await;
        answers.push((answer.head.sequence_id, answer.error));
    }
    answers
}

#[tokio::test]
async fn who_waits_holds_up_nobody() {
    let envs = [("replica.write_throttling", "1*delay*60,3*reject*30")];
    let (cluster, mut peer) = limited(&envs).await;
    let (header, key) = (cluster.header(0), encoded("h", "p"));
    let mut out = BytesMut::new();
    for id in 1..=5 {
        encode_request::<rpc::Put>(&header, id, &put_request(&key, id.to_string(), 0), &mut out);
    }
    encode_request::<rpc::Get>(&header, 6, &key, &mut out);
    let started = Instant::now();
    let answers = together(&mut peer, &out, 6).await;
    assert!(started.elapsed() >= Duration::from_millis(60));
    // Two are served at once, two later, and the last one is refused. The get overtakes them.
    let (ok, busy) = (ErrorCode::Ok, ErrorCode::Busy);
    let expected = [(1, &ok), (2, &ok), (6, &ok), (5, &busy), (3, &ok), (4, &ok)];
    assert_eq!(answers.iter().map(|(id, error)| (*id, error)).collect::<Vec<_>>(), expected);
    let stored = peer.ask::<rpc::Get>(&header, &key).await.value;
    assert_eq!(stored, "4"); // a write that waited is made when it is served
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_waits_longer_than_half_of_their_time() {
    let (cluster, mut peer) = limited(&[("replica.read_throttling", "1*delay*60000")]).await;
    let header = RequestHeader { timeout_ms: 100, ..cluster.header(0) };
    let started = Instant::now();
    for _ in 0..3 {
        peer.ask::<rpc::Get>(&header, &encoded("h", "s")).await;
    }
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert!(started.elapsed() < Duration::from_secs(20));
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_stops_while_requests_wait() {
    let (cluster, mut peer) = limited(&[("replica.read_throttling", "1*delay*60000")]).await;
    let header = RequestHeader { timeout_ms: 0, ..cluster.header(0) };
    let mut out = BytesMut::new();
    (0..3).for_each(|id| encode_request::<rpc::Get>(&header, id, &encoded("h", "s"), &mut out));
    assert_eq!(together(&mut peer, &out, 2).await.len(), 2);
    cluster.cluster.stop().await.unwrap();
    peer.expect_end().await;
}

/// More requests must wait than one connection may have pending. The rest is read when there is
/// room.
#[tokio::test]
async fn many_requests_wait_and_all_are_answered() {
    let (cluster, mut peer) = limited(&[("replica.read_throttling", "1*delay*20")]).await;
    let mut out = BytesMut::new();
    (0..5000).for_each(|id| encode_request::<rpc::Ttl>(&cluster.header(0), id, &encoded("h", "s"), &mut out));
    let mut answers = together(&mut peer, &out, 5000).await;
    answers.sort_by_key(|(id, _)| *id);
    assert!(answers.iter().enumerate().all(|(at, (id, error))| at as i32 == *id && *error == ErrorCode::Ok));
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn reads_are_limited_by_what_they_read() {
    let (cluster, mut peer) = limited(&[("replica.read_throttling_by_size", "1500")]).await;
    let (header, key) = (cluster.header(0), encoded("h", "s"));
    assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok);
    assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok); // there were bytes left when it arrived
    let refused = peer.call::<rpc::Get>(&header, &key).await;
    assert_eq!(refused.error, ErrorCode::Busy);
    // Unlike other refusals, this one has a body, but an empty one.
    let server = cluster.primary(0).to_string().as_str().into();
    let expected = ReadResponse { app_id: 1, server, ..ReadResponse::default() };
    assert_eq!(refused.body::<rpc::Get>().unwrap(), Some(expected));
    let all = MultiGetRequest { hash_key: "h".into(), ..MultiGetRequest::default() };
    assert_eq!(peer.call::<rpc::MultiGet>(&header, &all).await.error, ErrorCode::Busy);
    assert_eq!(peer.call::<rpc::GetScanner>(&header, &scan_of_all(1)).await.error, ErrorCode::Busy);
    assert_eq!(peer.call::<rpc::Ttl>(&header, &key).await.error, ErrorCode::Busy);
    assert_eq!(put(&cluster, &mut peer, "v").await, ErrorCode::Ok);
    cluster.clock.advance(1);
    assert_eq!(get(&cluster, &mut peer).await, ErrorCode::Ok);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn backup_reads_have_limits_of_their_own() {
    let (cluster, mut peer) = limited(&[("replica.backup_request_throttling", "1*reject*0")]).await;
    let (header, key) = (cluster.header(0), encoded("h", "s"));
    let backup = RequestHeader { is_backup: true, ..header };
    let mut out = BytesMut::new();
    (1..=3).for_each(|id| encode_request::<rpc::Get>(&backup, id, &key, &mut out));
    encode_request::<rpc::Get>(&header, 4, &key, &mut out);
    // The third one is beyond the limit, and gets no answer.
    let answered: Vec<_> = together(&mut peer, &out, 3).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(answered, [1, 2, 4]);
    cluster.clock.advance(1);
    assert_eq!(peer.ask::<rpc::Get>(&backup, &key).await.error, 0);
    cluster.cluster.stop().await.unwrap();
}
