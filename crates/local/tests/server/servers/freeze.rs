//! Frozen and cut-off servers, as clients see them.

use std::time::Duration;

use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::helpers::{A_MOMENT, AT_ONCE, NEVER, expect_silence, is_refused};
use crate::support::{Peer, TestCluster, encoded, meta_header, put_request};

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
    // The operating system keeps trying.
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
