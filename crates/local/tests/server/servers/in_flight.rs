//! Writes that their primary has taken and not finished when another server takes the lead.
//!
//! Each test sends them on one connection together with a read that is due after them, so the
//! answer to the read shows that theirs did not come.

use std::time::Duration;

use pegasus_local::{AddedFault, Fault, Reaction};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use super::helpers::{AT_ONCE, NEVER};
use crate::support::{Peer, TABLE, TestCluster, encoded, put_request};

/// Far longer than a test needs until it has moved the primary.
const LATE: Duration = Duration::from_millis(1500);
const LATER: Duration = Duration::from_millis(1600);

const HELD_PUT: i32 = 1;
const LATE_INCR: i32 = 2;
const LATER_GET: i32 = 3;
const TTL: i32 = 4;

fn add(test: &TestCluster, rpc: &str, reaction: Reaction) -> AddedFault {
    test.cluster.add_fault(Fault { rpc: Some(rpc.to_owned()), ..Fault::new(reaction) }).unwrap()
}

fn incr() -> IncrRequest {
    IncrRequest { key: encoded("h", "n"), increment: 5, ..IncrRequest::default() }
}

/// Sends a write that waits, a write that is made and answered late, and a read that is answered
/// still later. They have been taken when this returns.
async fn in_flight(test: &TestCluster) -> Peer {
    add(test, "put", Reaction::Hold(LATE));
    add(test, "incr", Reaction::Delay(LATE));
    add(test, "get", Reaction::Delay(LATER));
    let (mut peer, header, key) = (test.peer(0).await, test.header(0), encoded("h", "s"));
    peer.send_request::<rpc::Put>(&header, HELD_PUT, &put_request(&key, "held", 0)).await;
    peer.send_request::<rpc::Incr>(&header, LATE_INCR, &incr()).await;
    peer.send_request::<rpc::Get>(&header, LATER_GET, &key).await;
    peer.send_request::<rpc::Ttl>(&header, TTL, &key).await;
    assert_eq!(peer.answer().await.head.sequence_id, TTL);
    test.cluster.clear_faults();
    peer
}

/// The value that was held, and the number that was incremented, at the present primary.
async fn rows(test: &TestCluster) -> (String, i64) {
    let mut peer = Peer::connect(test.cluster.primary(TABLE, 0).unwrap().unwrap()).await;
    let held = peer.ask::<rpc::Get>(&test.header(0), &encoded("h", "s")).await.value;
    let number = peer.ask::<rpc::Incr>(&test.header(0), &IncrRequest { increment: 0, ..incr() }).await;
    (String::from_utf8(held.to_vec()).unwrap(), number.new_value)
}

#[tokio::test]
async fn are_never_answered_and_made_in_part() {
    let test = TestCluster::start(2).await;
    let mut old = in_flight(&test).await;
    test.cluster.move_primary(TABLE, 0, None).await.unwrap();
    assert_eq!(rows(&test).await, (String::new(), 5));
    // No read is lost, and no write is answered.
    let answer = old.answer().await;
    assert_eq!((answer.head.sequence_id, answer.error), (LATER_GET, ErrorCode::Ok));
    let put = put_request(&encoded("h", "s"), "later", 0);
    assert_eq!(old.refusal::<rpc::Put>(&test.header(0), &put).await, ErrorCode::InvalidState);
    assert_eq!(rows(&test).await, (String::new(), 5));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn stay_dropped_when_their_server_leads_again() {
    let test = TestCluster::start(1).await;
    let mut old = in_flight(&test).await;
    test.cluster.move_primary(TABLE, 0, None).await.unwrap();
    test.cluster.move_primary(TABLE, 0, Some(test.primary(0))).await.unwrap();
    assert_eq!(old.answer().await.head.sequence_id, LATER_GET);
    assert_eq!(rows(&test).await, (String::new(), 5));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn are_dropped_by_a_server_that_hung_and_was_replaced_meanwhile() {
    let test = TestCluster::start(1).await;
    let mut old = in_flight(&test).await;
    test.cluster.freeze_server(test.primary(0), AT_ONCE).await.unwrap();
    test.cluster.heal_server(test.primary(0)).await.unwrap();
    assert_eq!(old.answer().await.head.sequence_id, LATER_GET);
    assert_eq!(rows(&test).await, (String::new(), 5));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn are_finished_where_the_primary_stays() {
    let test = TestCluster::start(2).await;
    let mut peer = in_flight(&test).await;
    test.cluster.move_primary(TABLE, 1, None).await.unwrap();
    test.cluster.raise_ballot(TABLE, 0).await.unwrap();
    test.cluster.freeze_server(test.primary(0), NEVER).await.unwrap();
    test.cluster.heal_server(test.primary(0)).await.unwrap();
    for id in [HELD_PUT, LATE_INCR, LATER_GET] {
        let answer = peer.answer().await;
        assert_eq!((answer.head.sequence_id, answer.error), (id, ErrorCode::Ok));
    }
    assert_eq!(rows(&test).await, ("held".to_owned(), 5));
    test.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn of_a_table_with_limits_are_dropped_from_its_queue() {
    let test = TestCluster::start(1).await;
    test.set_envs(&[("replica.write_throttling", "1*delay*1500")]).await;
    add(&test, "get", Reaction::Delay(LATER));
    let (mut peer, header) = (test.peer(0).await, test.header(0));
    for id in 1..=3 {
        let put = put_request(&encoded("h", &format!("s{id}")), "v", 0);
        peer.send_request::<rpc::Put>(&header, id, &put).await;
    }
    peer.send_request::<rpc::Get>(&header, 4, &encoded("h", "s3")).await;
    // The limit of two, which is shared by all partitions, lets two writes pass at once.
    assert_eq!(peer.answer().await.head.sequence_id, 1);
    assert_eq!(peer.answer().await.head.sequence_id, 2);
    test.cluster.clear_faults();
    test.cluster.move_primary(TABLE, 0, None).await.unwrap();
    assert_eq!(peer.answer().await.head.sequence_id, 4);
    let mut new = Peer::connect(test.cluster.primary(TABLE, 0).unwrap().unwrap()).await;
    let status = new.ask::<rpc::Get>(&header, &encoded("h", "s3")).await.error;
    assert_eq!(status, 1); // not found
    test.cluster.stop().await.unwrap();
}
