//! Bytes that are not a request end their connection, and affect nothing else.

use bytes::{BufMut, Bytes, BytesMut};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::idl::{MultiGetRequest, UpdateRequest};
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;

use crate::support::{TestCluster, encoded, put_request};

fn request<R: Rpc>(cluster: &TestCluster, request: &R::Request) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode_request::<R>(&cluster.header(0), 7, request, &mut out);
    out.to_vec()
}

fn get(cluster: &TestCluster) -> Vec<u8> {
    request::<rpc::Get>(cluster, &encoded("h", "s"))
}

/// Sends bytes on a new connection. The connection must end without an answer, and the cluster must
/// go on.
async fn expect_end(cluster: &TestCluster, bytes: &[u8]) {
    let mut peer = cluster.peer(0).await;
    peer.send(bytes).await;
    peer.expect_end().await;
    cluster.peer(0).await.ask::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
}

fn with(bytes: &[u8], at: usize, word: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 4].copy_from_slice(&word.to_be_bytes());
    bytes
}

#[tokio::test]
async fn headers_that_are_none() {
    let cluster = TestCluster::start(1).await;
    let get = get(&cluster);
    expect_end(&cluster, b"GET / HTTP/1.1\r\n\r\n").await;
    expect_end(&cluster, b"X").await;
    expect_end(&cluster, &with(&get, 0, 0x5448_4655)).await; // THFU
    expect_end(&cluster, &with(&get, 4, 7)).await; // version
    expect_end(&cluster, &with(&get, 8, 47)).await; // length
    expect_end(&cluster, &with(&get, 8, u32::MAX)).await;
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn absurd_lengths() {
    let cluster = TestCluster::start(1).await;
    let get = get(&cluster);
    expect_end(&cluster, &with(&get, 16, u32::MAX)).await; // body
    expect_end(&cluster, &with(&get, 16, (64 << 20) + 1)).await;
    expect_end(&cluster, &with(&get, 16, 0)).await;
    let v1 =
        |meta: u32, body: u32| [&b"THFT\0\0\0\x01"[..], &meta.to_be_bytes(), &body.to_be_bytes()].concat();
    expect_end(&cluster, &v1(u32::MAX, 10)).await;
    expect_end(&cluster, &v1(10, u32::MAX)).await;
    expect_end(&cluster, &v1(0, 0)).await;
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn thrift_that_ends_too_early_at_every_byte() {
    let cluster = TestCluster::start(1).await;
    let sort_keys = vec![Bytes::from_static(b"a"), Bytes::from_static(b"b")];
    let whole = [
        get(&cluster),
        request::<rpc::Put>(&cluster, &put_request(&encoded("h", "s"), "v", 0)),
        request::<rpc::MultiGet>(&cluster, &MultiGetRequest { sort_keys, ..MultiGetRequest::default() }),
        request::<rpc::Scan>(&cluster, &Default::default()),
        request::<rpc::ClearScanner>(&cluster, &1),
    ];
    for whole in whole {
        for length in 48..whole.len() {
            // The frame is complete, but its content is not.
            let cut = with(&whole[..length], 16, (length - 48) as u32);
            let mut peer = cluster.peer(0).await;
            peer.send(&cut).await;
            peer.expect_end().await;
        }
    }
    // No part of the write has been made.
    let answer = cluster.peer(0).await.ask::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
    assert_eq!(answer.error, 1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn every_byte_of_a_body_turned_over() {
    let cluster = TestCluster::start(1).await;
    let put = request::<rpc::Put>(&cluster, &put_request(&encoded("h", "s"), "v", 0));
    for position in 0..put.len() {
        let mut bytes = put.clone();
        bytes[position] ^= 0xff;
        let mut peer = cluster.peer(0).await;
        peer.send(&bytes).await;
        // Whether the bytes are still a request depends on the byte. In both cases the server has
        // read them when the connection has ended.
        peer.finish().await;
    }
    cluster.peer(0).await.ask::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn replies_and_exceptions_are_no_requests() {
    let cluster = TestCluster::start(1).await;
    for kind in [2, 3, 5] {
        expect_end(&cluster, &with(&get(&cluster), 48, 0x8001_0000 | kind)).await;
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_came_before_the_garbage_is_answered() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let put = request::<rpc::Put>(&cluster, &put_request(&encoded("h", "s"), "v", 0));
    peer.send(&[&put[..], &get(&cluster), b"garbage"].concat()).await;
    let put = peer.answer().await.body::<rpc::Put>().unwrap().unwrap();
    let get = peer.answer().await.body::<rpc::Get>().unwrap().unwrap();
    assert_eq!((put.error, get.error, get.value), (0, 0, Bytes::from_static(b"v")));
    peer.expect_end().await;
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_may_come_in_pieces() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    for byte in get(&cluster) {
        peer.send(&[byte]).await;
    }
    let answer = peer.answer().await;
    assert_eq!((answer.error, answer.head.sequence_id), (ErrorCode::Ok, 7));
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_connection_may_end_in_the_middle_of_a_request() {
    let cluster = TestCluster::start(1).await;
    let get = get(&cluster);
    for length in [1, 40, 48, get.len() - 1] {
        let mut peer = cluster.peer(0).await;
        peer.send(&get[..length]).await;
        assert_eq!(peer.finish().await, 0);
    }
    cluster.peer(0).await.ask::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_large_request_is_read_whole() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let sort_keys = vec![Bytes::from(vec![b'x'; 1 << 20]); 20];
    let many = MultiGetRequest { hash_key: "h".into(), sort_keys, ..MultiGetRequest::default() };
    assert_eq!(peer.ask::<rpc::MultiGet>(&cluster.header(0), &many).await.error, 0);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn keys_that_the_servers_abort_on_are_refused() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let header = cluster.header(0);
    for key in [&b""[..], b"\0"] {
        let key = Bytes::from_static(key);
        assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.error, 4);
        assert_eq!(peer.ask::<rpc::Ttl>(&header, &key).await.error, 4);
        assert_eq!(peer.ask::<rpc::Remove>(&header, &key).await.error, 4);
        assert_eq!(peer.ask::<rpc::Put>(&header, &put_request(&key, "v", 0)).await.error, 4);
        let incr = pegasus_protocol::idl::IncrRequest { key: key.clone(), ..Default::default() };
        assert_eq!(peer.ask::<rpc::Incr>(&header, &incr).await.error, 4);
        let scan = pegasus_protocol::idl::GetScannerRequest { start_key: key, ..Default::default() };
        assert_eq!(peer.ask::<rpc::GetScanner>(&header, &scan).await.error, 4);
    }
    // A hash key whose length field exceeds the key.
    let cut = Bytes::from_static(b"\0\x09short");
    assert_eq!(peer.ask::<rpc::Put>(&header, &put_request(&cut, "v", 0)).await.error, 4);
    assert_eq!(peer.ask::<rpc::Get>(&header, &cut).await.error, 1);
    // A partition hash that differs from the key's.
    let mut misrouted = cluster.header_of(&encoded("h", "s"));
    misrouted.partition_hash ^= 1;
    let put: UpdateRequest = put_request(&encoded("h", "s"), "v", 0);
    assert_eq!(peer.ask::<rpc::Put>(&misrouted, &put).await.error, 4);
    assert_eq!(peer.ask::<rpc::Remove>(&misrouted, &put.key).await.error, 4);
    assert_eq!(peer.ask::<rpc::Get>(&misrouted, &put.key).await.error, 1);
    cluster.cluster.stop().await.unwrap();
}

/// The old form of a message head: name, type and id without a version.
#[tokio::test]
async fn a_message_head_of_the_old_form_is_understood() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let strict = get(&cluster);
    let name = b"RPC_RRDB_RRDB_GET";
    let mut body = BytesMut::new();
    body.put_u32(name.len() as u32);
    body.put_slice(name);
    body.put_u8(1);
    body.put_u32(7);
    body.put_slice(&strict[48 + 4 + 4 + name.len() + 4..]);
    let mut bytes = with(&strict[..48], 16, body.len() as u32);
    bytes.extend(body);
    peer.send(&bytes).await;
    assert_eq!(peer.answer().await.body::<rpc::Get>().unwrap().unwrap().error, 1);
    cluster.cluster.stop().await.unwrap();
}
