//! Creating tables.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::types::ErrorCode;

use crate::support::{TABLE, TestCluster, locate, options};

#[tokio::test]
async fn tables_that_cannot_be_created() {
    let cluster = TestCluster::start(2).await;
    let mut meta = cluster.meta().await;
    let envs = |name: &'static str, value: &str| CreateAppOptions {
        envs: [(name.into(), value.into())].into(),
        ..options(4)
    };
    for refused in [
        options(0),
        options(-1),
        options(1025),
        CreateAppOptions { replica_count: 0, ..options(4) },
        CreateAppOptions { replica_count: 4, ..options(4) }, // there are three servers
        CreateAppOptions { replica_count: 6, ..options(4) },
        envs("rocksdb.num_levels", "0"),
        envs("rocksdb.write_buffer_size", "1"),
    ] {
        let answer = meta.create("t", refused).await;
        assert_eq!(answer, CreateAppResponse { err: ErrorCode::InvalidParameters, appid: 0 });
    }
    // As in real servers, unknown envs are not refused here.
    assert_eq!(meta.create("t", envs("no.such.env", "1")).await.err, ErrorCode::Ok);
    assert_eq!(meta.create(TABLE, options(2)).await.err, ErrorCode::AppExist);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_same_table_twice_is_fine_if_that_is_asked_for() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    let first = CreateAppOptions {
        success_if_exist: true,
        envs: [("default_ttl".into(), "60".into())].into(),
        ..options(3)
    };
    for _ in 0..2 {
        let answer = meta.create("t", first.clone()).await;
        assert_eq!(answer, CreateAppResponse { err: ErrorCode::Ok, appid: 2 });
    }
    for other in [
        CreateAppOptions { partition_count: 4, ..first.clone() },
        CreateAppOptions { replica_count: 2, ..first.clone() },
        CreateAppOptions { app_type: "other".into(), ..first.clone() },
        CreateAppOptions { is_stateful: false, ..first.clone() },
        CreateAppOptions { envs: Default::default(), ..first.clone() },
    ] {
        assert_eq!(meta.create("t", other).await.err, ErrorCode::InvalidParameters);
    }
    assert_eq!(
        meta.create("t", CreateAppOptions { success_if_exist: false, ..first }).await.err,
        ErrorCode::AppExist
    );
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_created_table_has_the_replicas_that_were_asked_for() {
    let replica_servers = 6;
    let cluster =
        TestCluster::start_with(1, ClusterOptions { replica_servers, ..ClusterOptions::default() }).await;
    let mut meta = cluster.meta().await;
    for replica_count in 1..=5 {
        let name = format!("of {replica_count}");
        let created = meta.create(&name, CreateAppOptions { replica_count, ..options(3) }).await;
        assert_eq!(created.err, ErrorCode::Ok);
        let table = locate(&mut meta, &name).await;
        assert_eq!(table.partitions.len(), 3);
        for partition in table.partitions {
            assert!(partition.ballot > 0 && partition.primary.socket_addr().is_some());
            assert_eq!(partition.max_replica_count, replica_count);
            assert_eq!(partition.secondaries.len() as i32, replica_count - 1);
        }
    }
    cluster.cluster.stop().await.unwrap();
}
