//! Rows over the wire, in cases that the recordings do not have.

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::{HeaderVersion, RequestHeader, decode_request, encode_request};
use pegasus_protocol::idl::MultiPutRequest;
use pegasus_protocol::rpc;

use crate::support::{START, TestCluster, encoded, put_request};

#[tokio::test]
async fn rows_go_when_the_clock_says_so() {
    let cluster = TestCluster::start(1).await;
    let (mut peer, header) = (cluster.peer(0).await, cluster.header(0));
    let key = encoded("h", "s");
    peer.ask::<rpc::Put>(&header, &put_request(&key, "v", START + 10)).await;
    assert_eq!(peer.ask::<rpc::Ttl>(&header, &key).await.ttl_seconds, 10);
    cluster.clock.advance(9);
    assert_eq!(peer.ask::<rpc::Ttl>(&header, &key).await.ttl_seconds, 1);
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.value, "v");
    cluster.clock.advance(1); // expired in exactly this second
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.error, 1);
    assert_eq!(peer.ask::<rpc::Ttl>(&header, &key).await.error, 1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn both_headers_are_understood() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let key = encoded("h", "s");
    peer.ask::<rpc::Put>(&cluster.header(0), &put_request(&key, "v", 0)).await;
    for (is_backup, version) in [(false, HeaderVersion::V0), (true, HeaderVersion::V1)] {
        let header = RequestHeader { is_backup, ..cluster.header(0) };
        let mut out = BytesMut::new();
        encode_request::<rpc::Get>(&header, 1, &key, &mut out);
        assert_eq!(decode_request(&mut out, 1 << 20).unwrap().unwrap().version, version);
        assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.value, "v");
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn partitions_do_not_see_each_other() {
    let cluster = TestCluster::start(2).await;
    let key = encoded("h", "s");
    cluster.peer(0).await.ask::<rpc::Put>(&cluster.header(0), &put_request(&key, "v", 0)).await;
    assert_eq!(cluster.peer(1).await.ask::<rpc::Get>(&cluster.header(1), &key).await.error, 1);
    assert_eq!(cluster.peer(0).await.ask::<rpc::Get>(&cluster.header(0), &key).await.value, "v");
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn answers_say_who_answers_and_writes_are_counted() {
    let cluster = TestCluster::start(2).await;
    let (mut peer, header) = (cluster.peer(1).await, cluster.header(1));
    let put = put_request(&encoded("h", "s"), "v", 0);
    for decree in 1..4 {
        let answer = peer.ask::<rpc::Put>(&header, &put).await;
        assert_eq!((answer.app_id, answer.partition_index, answer.decree), (1, 1, decree));
        assert_eq!(answer.server, cluster.primary(1).to_string().as_str());
    }
    // A refused write gets a decree too.
    let nothing = MultiPutRequest { hash_key: "h".into(), ..MultiPutRequest::default() };
    let answer = peer.ask::<rpc::MultiPut>(&header, &nothing).await;
    assert_eq!((answer.error, answer.decree), (4, 4));
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn many_requests_at_once_are_answered_in_their_order() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let header = cluster.header(0);
    let mut out = BytesMut::new();
    for id in 0..2000 {
        let key = encoded("h", &id.to_string());
        encode_request::<rpc::Put>(&header, 2 * id, &put_request(&key, id.to_string(), 0), &mut out);
        encode_request::<rpc::Get>(&header, 2 * id + 1, &key, &mut out);
    }
    peer.send(&out).await;
    for id in 0..2000 {
        assert_eq!(peer.answer().await.head.sequence_id, 2 * id);
        let get = peer.answer().await;
        assert_eq!(get.head.sequence_id, 2 * id + 1);
        assert_eq!(get.body::<rpc::Get>().unwrap().unwrap().value, id.to_string());
    }
    cluster.cluster.stop().await.unwrap();
}

/// Answers of 32 megabytes to requests of a few bytes. They are sent piece by piece.
#[tokio::test]
async fn answers_much_larger_than_their_requests() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let (header, key) = (cluster.header(0), encoded("h", "s"));
    let value = Bytes::from(vec![b'x'; 1_000_000]);
    peer.ask::<rpc::Put>(&header, &put_request(&key, value.clone(), 0)).await;
    let mut out = BytesMut::new();
    (0..32).for_each(|id| encode_request::<rpc::Get>(&header, id, &key, &mut out));
    peer.send(&out).await;
    for _ in 0..32 {
        assert_eq!(peer.answer().await.body::<rpc::Get>().unwrap().unwrap().value, value);
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_increments_are_all_counted() {
    let cluster = TestCluster::start(1).await;
    let header = cluster.header(0);
    let request =
        pegasus_protocol::idl::IncrRequest { key: encoded("h", "n"), increment: 1, ..Default::default() };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (mut peer, request) = (cluster.peer(0).await, request.clone());
        tasks.spawn(async move {
            for _ in 0..250 {
                assert_eq!(peer.ask::<rpc::Incr>(&header, &request).await.error, 0);
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(cluster.peer(0).await.ask::<rpc::Get>(&header, &request.key).await.value, "1000");
    cluster.cluster.stop().await.unwrap();
}
