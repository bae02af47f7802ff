//! Listing tables, servers and properties of the cluster.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::support::{START, TABLE, TestCluster, meta_header, options};

const UNIX_START: i64 = START as i64 + 1_451_606_400;

#[tokio::test]
async fn a_list_tells_all_about_a_table() {
    let cluster = TestCluster::start(2).await;
    cluster.set_envs(&[("default_ttl", "60"), ("business.info", "x")]).await;
    let mut meta = cluster.meta().await;
    let expected = AppInfo {
        status: AppStatus::Available.into(),
        app_type: "pegasus".into(),
        app_name: TABLE.into(),
        app_id: 1,
        partition_count: 2,
        envs: [("default_ttl".into(), "60".into()), ("business.info".into(), "x".into())].into(),
        is_stateful: true,
        max_replica_count: 3,
        create_second: UNIX_START,
        duplicating: Some(false),
        init_partition_count: 2,
        is_bulk_loading: Some(false),
        atomic_idempotent: Some(false),
        ..AppInfo::default()
    };
    for status in [AppStatus::Available, AppStatus::Invalid] {
        assert_eq!(meta.list(status).await, std::slice::from_ref(&expected));
    }
    assert_eq!(meta.list(AppStatus::Dropped).await, []);
    cluster.clock.advance(10);
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Ok);
    let dropped = AppInfo {
        status: AppStatus::Dropped.into(),
        drop_second: UNIX_START + 10,
        expire_second: UNIX_START + 10 + 604_800,
        ..expected
    };
    assert_eq!(meta.list(AppStatus::Available).await, []);
    assert_eq!(meta.list(AppStatus::Dropped).await, std::slice::from_ref(&dropped));
    assert_eq!(meta.list(AppStatus::Invalid).await, [dropped]);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn names_are_listed_by_pattern() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    for name in ["ab", "abc", "xab"] {
        assert_eq!(meta.create(name, options(1)).await.err, ErrorCode::Ok);
    }
    for (kind, pattern, names) in [
        (PatternMatchType::MatchAll, "?", &[TABLE, "ab", "abc", "xab"][..]),
        (PatternMatchType::MatchExact, "ab", &["ab"]),
        (PatternMatchType::MatchExact, "", &[]),
        (PatternMatchType::MatchAnywhere, "ab", &["ab", "abc", "xab"]),
        (PatternMatchType::MatchAnywhere, "", &[TABLE, "ab", "abc", "xab"]),
        (PatternMatchType::MatchPrefix, "ab", &["ab", "abc"]),
        (PatternMatchType::MatchPostfix, "ab", &["ab", "xab"]),
    ] {
        let (pattern, kind) = (Some(pattern.into()), Some(kind.into()));
        let request = ListAppsRequest { status: 0, app_name_pattern: pattern, match_type: kind };
        let answer = meta.ask::<rpc::ListApps>(&meta_header(), &request).await;
        let listed: Vec<_> = answer.infos.iter().map(|info| info.app_name.to_str().into_owned()).collect();
        assert_eq!((answer.err, listed), (ErrorCode::Ok, names.iter().map(|n| (*n).to_owned()).collect()));
    }
    for kind in [0, 6, 99] {
        let pattern = Some(Text::from("ab"));
        let request = ListAppsRequest { status: 0, app_name_pattern: pattern, match_type: Some(kind) };
        let answer = meta.ask::<rpc::ListApps>(&meta_header(), &request).await;
        assert_eq!((answer.err, answer.infos), (ErrorCode::NotImplemented, vec![]));
        assert!(answer.hint_message.is_some());
    }
    // Half of a pattern counts as no pattern.
    let request = ListAppsRequest { status: 0, app_name_pattern: None, match_type: Some(6) };
    assert_eq!(meta.ask::<rpc::ListApps>(&meta_header(), &request).await.infos.len(), 4);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn nodes_and_the_cluster() {
    let cluster =
        TestCluster::start_with(3, ClusterOptions { meta_servers: 2, ..ClusterOptions::default() }).await;
    let mut meta = cluster.meta().await;
    let servers = cluster.cluster.replica_servers();
    for (status, alive) in [(0, 3), (1, 3), (2, 0), (9, 0)] {
        let answer = meta.ask::<rpc::ListNodes>(&meta_header(), &ListNodesRequest { status }).await;
        assert_eq!((answer.err, answer.infos.len()), (ErrorCode::Ok, alive));
        for (info, server) in answer.infos.iter().zip(&servers) {
            assert_eq!((info.status, info.hp_node.as_ref()), (1, None));
            assert_eq!(info.node.socket_addr().map(Into::into), Some(*server));
        }
    }
    let answer = meta.ask::<rpc::ClusterInfo>(&meta_header(), &ClusterInfoRequest {}).await;
    let value = |key: &str| {
        let position = answer.keys.iter().position(|known| known == key).unwrap();
        answer.values[position].to_str().into_owned()
    };
    let metas = cluster.cluster.meta_servers();
    assert_eq!(value("meta_servers"), format!("{},{}", metas[0], metas[1]));
    assert_eq!(value("primary_meta_server"), metas[0].to_string());
    assert_eq!((value("meta_function_level"), value("cluster_name")), ("steady".into(), "local".into()));
    // Three partitions on three servers: one primary each.
    assert_eq!(value("primary_replica_count_stddev"), "0.00");
    cluster.cluster.stop().await.unwrap();
}
