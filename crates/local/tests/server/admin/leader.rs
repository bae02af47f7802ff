//! Which meta server answers requests that manage tables, and in which order.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, TABLE, TestCluster, locate, meta_header, options, set_envs};

#[tokio::test]
async fn followers_send_to_the_leader_whatever_is_asked() {
    let cluster =
        TestCluster::start_with(1, ClusterOptions { meta_servers: 2, ..ClusterOptions::default() }).await;
    let mut follower = Peer::connect(cluster.cluster.meta_servers()[1]).await;
    async fn ask<R: Rpc>(peer: &mut Peer, request: R::Request) -> R::Response {
        peer.ask::<R>(&meta_header(), &request).await
    }
    let expected = ErrorCode::ForwardToOthers;
    let peer = &mut follower;
    assert_eq!(peer.create("t", options(4)).await, CreateAppResponse { err: expected.clone(), appid: 0 });
    assert_eq!(peer.drop_table(TABLE, None).await, expected);
    assert_eq!(peer.recall(1, "").await.err, expected);
    // As in real servers, an unknown id is noticed before that.
    assert_eq!(peer.recall(99, "").await.err, ErrorCode::AppNotExist);
    assert_eq!(ask::<rpc::ListApps>(peer, ListAppsRequest::default()).await.err, expected);
    assert_eq!(ask::<rpc::ListNodes>(peer, ListNodesRequest::default()).await.err, expected);
    assert_eq!(ask::<rpc::ClusterInfo>(peer, ClusterInfoRequest {}).await.err, expected);
    assert_eq!(peer.update_envs(&set_envs(TABLE, &[("default_ttl", "1")])).await.err, expected);
    assert_eq!(peer.split(TABLE, 2).await.err, expected);
    assert_eq!(locate(&mut cluster.meta().await, TABLE).await.partition_count, 1);
    cluster.cluster.stop().await.unwrap();
}

/// Changes are answered when they are made, and do not delay later requests.
#[tokio::test]
async fn changes_on_one_connection_are_all_answered() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    let mut out = bytes::BytesMut::new();
    for id in 0..50 {
        let request = CreateAppRequest { app_name: format!("t{id}").into(), options: options(1) };
        pegasus_protocol::frame::encode_request::<rpc::CreateApp>(&meta_header(), id, &request, &mut out);
    }
    meta.send(&out).await;
    let mut answered = vec![];
    for _ in 0..50 {
        let answer = meta.answer().await;
        assert_eq!(answer.body::<rpc::CreateApp>().unwrap().unwrap().err, ErrorCode::Ok);
        answered.push(answer.head.sequence_id);
    }
    answered.sort_unstable();
    assert_eq!(answered, (0..50).collect::<Vec<_>>());
    assert_eq!(meta.list(AppStatus::Available).await.len(), 51);
    cluster.cluster.stop().await.unwrap();
}
