//! Dropped tables, recalled in time or too late.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::support::{TABLE, TestCluster, encoded, locate, meta_header, options, put_request, set_envs};

async fn put(cluster: &TestCluster, value: &'static str) {
    let key = encoded("h", "s");
    let header = cluster.header_of(&key);
    let mut peer = cluster.peer(header.gpid.partition_index).await;
    assert_eq!(peer.ask::<rpc::Put>(&header, &put_request(&key, value, 0)).await.error, 0);
}

#[tokio::test]
async fn a_dropped_table_serves_nothing_and_comes_back_whole() {
    let cluster = TestCluster::start(4).await;
    put(&cluster, "v").await;
    let mut meta = cluster.meta().await;
    let before = meta.list(AppStatus::Available).await.remove(0);
    assert_eq!(meta.recall(1, "").await.err, ErrorCode::AppExist);
    assert_eq!(meta.drop_table(TABLE, Some(3600)).await, ErrorCode::Ok);

    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::AppNotExist);
    let fine = DropAppOptions { success_if_not_exist: true, reserve_seconds: None };
    let request = DropAppRequest { app_name: TABLE.into(), options: fine };
    assert_eq!(meta.ask::<rpc::DropApp>(&meta_header(), &request).await.err, ErrorCode::Ok);
    let unknown = QueryCfgResponse { err: ErrorCode::ObjectNotFound, ..QueryCfgResponse::default() };
    assert_eq!(locate(&mut meta, TABLE).await, unknown);
    assert_eq!(meta.update_envs(&set_envs(TABLE, &[("default_ttl", "1")])).await.err, ErrorCode::AppNotExist);
    assert_eq!(meta.split(TABLE, 8).await.err, ErrorCode::AppNotExist);
    let key = encoded("h", "s");
    let header = cluster.header_of(&key);
    let mut peer = cluster.peer(header.gpid.partition_index).await;
    assert_eq!(peer.refusal::<rpc::Get>(&header, &key).await, ErrorCode::ObjectNotFound);
    let put = put_request(&key, "w", 0);
    assert_eq!(peer.refusal::<rpc::Put>(&header, &put).await, ErrorCode::ObjectNotFound);

    cluster.clock.advance(3599);
    let recalled = meta.recall(1, "").await;
    assert_eq!((recalled.err, recalled.info), (ErrorCode::Ok, before));
    assert_eq!(locate(&mut meta, TABLE).await, cluster.table);
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.value, "v");
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn recalls_that_are_refused() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    let blank = AppInfo {
        duplicating: Some(false),
        init_partition_count: -1,
        is_bulk_loading: Some(false),
        atomic_idempotent: Some(false),
        ..AppInfo::default()
    };
    for app_id in [0, -1, 99] {
        let answer = meta.recall(app_id, "").await;
        assert_eq!((answer.err, answer.info), (ErrorCode::AppNotExist, blank.clone()));
    }
    assert_eq!(meta.drop_table(TABLE, Some(10)).await, ErrorCode::Ok);
    assert_eq!(meta.create(TABLE, options(1)).await.appid, 2);
    assert_eq!(meta.recall(1, "").await.err, ErrorCode::InvalidParameters); // the name is taken
    assert_eq!(meta.recall(1, TABLE).await.err, ErrorCode::InvalidParameters);
    assert_eq!(meta.recall(1, "old").await.info.app_name, "old");
    assert_eq!(meta.drop_table("old", Some(10)).await, ErrorCode::Ok);
    cluster.clock.advance(10);
    assert_eq!(meta.recall(1, "older").await.err, ErrorCode::AppNotExist); // too late
    assert_eq!(meta.list(AppStatus::Dropped).await[0].app_id, 1);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_table_of_the_same_name_is_another_one() {
    let mut cluster = TestCluster::start(2).await;
    put(&cluster, "first").await;
    let mut meta = cluster.meta().await;
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Ok);
    assert_eq!(meta.create(TABLE, options(2)).await.appid, 2);
    cluster.table = locate(&mut meta, TABLE).await;
    assert_eq!(cluster.table.app_id, 2);
    let key = encoded("h", "s");
    let header = cluster.header_of(&key);
    let mut peer = cluster.peer(header.gpid.partition_index).await;
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.error, 1);
    put(&cluster, "second").await;
    assert_eq!(meta.recall(1, "first").await.err, ErrorCode::Ok);
    cluster.table = locate(&mut meta, "first").await;
    let header = cluster.header_of(&key);
    assert_eq!(peer.ask::<rpc::Get>(&header, &key).await.value, "first");
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn all_of_it_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options =
        || ClusterOptions { data_dir: Some(directory.path().join("data")), ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(1, options()).await;
    put(&cluster, "v").await;
    cluster.set_envs(&[("default_ttl", "60")]).await;
    let mut meta = cluster.meta().await;
    assert_eq!(meta.drop_table(TABLE, Some(100)).await, ErrorCode::Ok);
    assert_eq!(meta.create("short", crate::support::options(1)).await.appid, 2);
    assert_eq!(meta.drop_table("short", Some(1)).await, ErrorCode::Ok);
    let listed = meta.list(AppStatus::Invalid).await;
    cluster.cluster.stop().await.unwrap();

    // `start_with` creates a table of the same name, and moves the clock back to its start.
    let mut cluster = TestCluster::start_with(1, options()).await;
    let mut meta = cluster.meta().await;
    assert_eq!(cluster.table.app_id, 3);
    assert_eq!(meta.list(AppStatus::Dropped).await, listed);
    cluster.clock.advance(50);
    assert_eq!(meta.recall(2, "").await.err, ErrorCode::AppNotExist);
    assert_eq!(meta.recall(1, "back").await.err, ErrorCode::Ok);
    cluster.table = locate(&mut meta, "back").await;
    let (key, mut peer) = (encoded("h", "s"), cluster.peer(0).await);
    assert_eq!(peer.ask::<rpc::Get>(&cluster.header(0), &key).await.value, "v");
    put(&cluster, "w").await; // with the default time to live from before
    assert_eq!(peer.ask::<rpc::Ttl>(&cluster.header_of(&key), &key).await.ttl_seconds, 60);
    cluster.cluster.stop().await.unwrap();
}
