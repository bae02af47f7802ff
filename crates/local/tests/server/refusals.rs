//! Which requests are refused in the header, by which servers.

use bytes::BytesMut;
use pegasus_local::ClusterOptions;
use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::idl::{MultiPutRequest, NegotiationRequest, QueryCfgRequest};
use pegasus_protocol::rpc;
use pegasus_protocol::types::{ErrorCode, Gpid};

use crate::support::{Peer, TestCluster, encoded, header, put_request};

async fn meta(cluster: &TestCluster) -> Peer {
    Peer::connect(cluster.cluster.meta_servers()[0]).await
}

#[tokio::test]
async fn an_unknown_rpc() {
    let cluster = TestCluster::start(1).await;
    for app_id in [0, 1] {
        for mut peer in [cluster.peer(0).await, meta(&cluster).await] {
            let mut out = BytesMut::new();
            encode_request::<rpc::Get>(
                &header(Gpid { app_id, partition_index: 0 }),
                9,
                &encoded("h", "s"),
                &mut out,
            );
            let at = out.len() - (encoded("h", "s").len() + 4 + 3 + 1) - 4 - 3;
            out[at..at + 3].copy_from_slice(b"SET");
            peer.send(&out).await;
            let answer = peer.answer().await;
            assert_eq!(answer.error, ErrorCode::HandlerNotFound);
            assert_eq!((answer.head.name, answer.head.sequence_id), ("RPC_RRDB_RRDB_SET_ACK".into(), 9));
        }
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_data_rpc_without_a_table_or_at_a_meta_server() {
    let cluster = TestCluster::start(1).await;
    let key = encoded("h", "s");
    let mut peer = cluster.peer(0).await;
    for app_id in [0, -1] {
        let header = header(Gpid { app_id, partition_index: 0 });
        assert_eq!(peer.refusal::<rpc::Get>(&header, &key).await, ErrorCode::HandlerNotFound);
    }
    let refused = meta(&cluster).await.refusal::<rpc::Get>(&cluster.header(0), &key).await;
    assert_eq!(refused, ErrorCode::HandlerNotFound);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_meta_rpc_at_a_replica_server() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    for gpid in [Gpid::default(), cluster.gpid(0)] {
        let refused = peer.refusal::<rpc::QueryCfg>(&header(gpid), &QueryCfgRequest::default()).await;
        assert_eq!(refused, ErrorCode::HandlerNotFound);
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_table_or_partition_that_is_not_there() {
    let cluster = TestCluster::start(4).await;
    let mut peer = cluster.peer(0).await;
    let unknown_table = Gpid { app_id: 99, partition_index: 0 };
    for gpid in [unknown_table, cluster.gpid(4), cluster.gpid(-1), cluster.gpid(i32::MAX)] {
        let key = encoded("h", "s");
        assert_eq!(peer.refusal::<rpc::Get>(&header(gpid), &key).await, ErrorCode::ObjectNotFound);
        let put = put_request(&key, "v", 0);
        assert_eq!(peer.refusal::<rpc::Put>(&header(gpid), &put).await, ErrorCode::ObjectNotFound);
    }
    cluster.cluster.stop().await.unwrap();
}

/// With four servers, each partition is missing on one of them.
#[tokio::test]
async fn a_server_that_does_not_have_the_partition() {
    let options = ClusterOptions { replica_servers: 4, ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(1, options).await;
    let partition = &cluster.table.partitions[0];
    assert_eq!((partition.max_replica_count, partition.secondaries.len()), (3, 2));
    let holders: Vec<_> =
        partition.secondaries.iter().chain([&partition.primary]).map(|at| at.socket_addr()).collect();
    let servers = cluster.cluster.replica_servers();
    let stranger =
        servers.iter().find(|server| !holders.iter().any(|at| at.map(Into::into) == Some(**server)));
    let mut peer = Peer::connect(*stranger.unwrap()).await;
    let refused = peer.refusal::<rpc::Get>(&cluster.header(0), &encoded("h", "s")).await;
    assert_eq!(refused, ErrorCode::ObjectNotFound);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_secondary_takes_backup_reads_only() {
    let cluster = TestCluster::start(1).await;
    let key = encoded("h", "s");
    let put = put_request(&key, "v", 0);
    cluster.peer(0).await.ask::<rpc::Put>(&cluster.header(0), &put).await;
    let secondary = cluster.table.partitions[0].secondaries[0].socket_addr().unwrap();
    let mut peer = Peer::connect(secondary.into()).await;
    assert_eq!(peer.refusal::<rpc::Get>(&cluster.header(0), &key).await, ErrorCode::InvalidState);
    let backup = RequestHeader { is_backup: true, ..cluster.header(0) };
    let answer = peer.ask::<rpc::Get>(&backup, &key).await;
    assert_eq!((answer.error, answer.value.as_ref()), (0, &b"v"[..]));
    assert_eq!(answer.server, secondary.to_string().as_str());
    assert_eq!(peer.refusal::<rpc::Put>(&backup, &put).await, ErrorCode::InvalidState);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_write_of_more_than_a_mebibyte() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    let key = encoded("h", "s");
    let overhead = {
        let mut out = BytesMut::new();
        encode_request::<rpc::Put>(&cluster.header(0), 1, &put_request(&key, "", 0), &mut out);
        out.len() - 48
    };
    let exactly = put_request(&key, vec![b'x'; (1 << 20) - overhead], 0);
    assert_eq!(peer.ask::<rpc::Put>(&cluster.header(0), &exactly).await.error, 0);
    let one_more = put_request(&key, vec![b'x'; (1 << 20) - overhead + 1], 0);
    assert_eq!(peer.refusal::<rpc::Put>(&cluster.header(0), &one_more).await, ErrorCode::InvalidData);
    let multi = MultiPutRequest { hash_key: vec![b'h'; 2 << 20].into(), ..MultiPutRequest::default() };
    assert_eq!(peer.refusal::<rpc::MultiPut>(&cluster.header(0), &multi).await, ErrorCode::InvalidData);
    // The order of real servers: a missing table is noticed first.
    let nowhere = header(Gpid { app_id: 99, partition_index: 0 });
    assert_eq!(peer.refusal::<rpc::Put>(&nowhere, &one_more).await, ErrorCode::ObjectNotFound);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn negotiation_is_answered_everywhere() {
    let cluster = TestCluster::start(1).await;
    for mut peer in [cluster.peer(0).await, meta(&cluster).await] {
        for status in [1, 3, 5] {
            let request = NegotiationRequest { status, msg: "GSSAPI".into() };
            let answer = peer.ask::<rpc::Negotiation>(&header(Gpid::default()), &request).await;
            assert_eq!((answer.status, answer.msg.len()), (9, 0));
        }
    }
    cluster.cluster.stop().await.unwrap();
}
