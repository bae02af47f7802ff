//! What meta servers answer to those who manage tables, and what they refuse.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, START, TABLE, TestCluster, locate, meta_header, options, set_envs};

const UNIX_START: i64 = START as i64 + 1_451_606_400;

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
    // As in the servers, an unknown number is seen before that.
    assert_eq!(peer.recall(99, "").await.err, ErrorCode::AppNotExist);
    assert_eq!(ask::<rpc::ListApps>(peer, ListAppsRequest::default()).await.err, expected);
    assert_eq!(ask::<rpc::ListNodes>(peer, ListNodesRequest::default()).await.err, expected);
    assert_eq!(ask::<rpc::ClusterInfo>(peer, ClusterInfoRequest {}).await.err, expected);
    assert_eq!(peer.update_envs(&set_envs(TABLE, &[("default_ttl", "1")])).await.err, expected);
    assert_eq!(peer.split(TABLE, 2).await.err, expected);
    assert_eq!(locate(&mut cluster.meta().await, TABLE).await.partition_count, 1);
    cluster.cluster.stop().await.unwrap();
}

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
    // Envs that no table can have are no hindrance, as in the servers.
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
    // Half of a pattern is none.
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

#[tokio::test]
async fn changes_of_settings_that_are_refused() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    let set = |keys: &[&str], values: &[&str]| UpdateAppEnvRequest {
        keys: Some(keys.iter().map(|key| (*key).into()).collect()),
        values: Some(values.iter().map(|value| (*value).into()).collect()),
        ..set_envs(TABLE, &[])
    };
    let other = |op: AppEnvOperation| UpdateAppEnvRequest {
        app_name: TABLE.into(),
        op: op.into(),
        ..UpdateAppEnvRequest::default()
    };
    let no_op = "recv a invalid update_app_env request with op = APP_ENV_OP_INVALID";
    for (request, hint) in [
        (other(AppEnvOperation::Invalid), no_op),
        (UpdateAppEnvRequest { op: 77, ..other(AppEnvOperation::Invalid) }, no_op),
        (other(AppEnvOperation::Set), ""),
        (set(&[], &[]), ""),
        (set(&["default_ttl"], &[]), ""),
        (set(&["default_ttl"], &["1", "2"]), ""),
        (set(&["default_ttl", "x"], &["1", "2"]), "app_env 'x' is not supported"),
        (set(&["default_ttl"], &["ten"]), "invalid value 'ten', should be an 32 bits integer"),
        (other(AppEnvOperation::Del), ""),
        (other(AppEnvOperation::Clear), ""),
    ] {
        let answer = meta.update_envs(&request).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::InvalidParameters, hint.into()));
    }
    for op in [AppEnvOperation::Set, AppEnvOperation::Del, AppEnvOperation::Clear] {
        let mut request = UpdateAppEnvRequest { op: op.into(), ..set_envs("nope", &[("default_ttl", "1")]) };
        request.clear_prefix = Some("".into());
        let answer = meta.update_envs(&request).await;
        let expected = (ErrorCode::AppNotExist, "app cannot be found".into());
        assert_eq!((answer.err, answer.hint_message), expected);
    }
    assert!(meta.list(AppStatus::Available).await[0].envs.is_empty());
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn settings_go_by_name_and_by_prefix() {
    let cluster = TestCluster::start(1).await;
    let mut meta = cluster.meta().await;
    let all = [
        ("business.info", "1"),
        ("default_ttl", "1"),
        ("replica.slow_query_threshold", "20"),
        ("rocksdb.num_levels", "6"),
        ("rocksdb.usage_scenario", "normal"),
    ];
    cluster.set_envs(&all).await;
    let del = |keys: &[&str]| UpdateAppEnvRequest {
        op: AppEnvOperation::Del.into(),
        keys: Some(keys.iter().map(|key| (*key).into()).collect()),
        ..set_envs(TABLE, &[])
    };
    let clear = |prefix: &str| UpdateAppEnvRequest {
        op: AppEnvOperation::Clear.into(),
        clear_prefix: Some(prefix.into()),
        ..set_envs(TABLE, &[])
    };
    let nothing = "no key needs to be deleted";
    for (request, hint) in [
        (del(&["no.such"]), nothing),
        (clear("rocks"), nothing),
        (clear("default_ttl"), nothing),
        (del(&["default_ttl", "default_ttl", "no.such"]), "deleted keys:\n    default_ttl"),
        (clear("rocksdb"), "deleted keys:\n    rocksdb.num_levels\n    rocksdb.usage_scenario"),
        (clear(""), "deleted keys:\n    business.info\n    replica.slow_query_threshold"),
        (clear(""), nothing),
    ] {
        let answer = meta.update_envs(&request).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::Ok, hint.into()));
    }
    assert!(meta.list(AppStatus::Available).await[0].envs.is_empty());
    cluster.cluster.stop().await.unwrap();
}

/// Changes are answered when they are made, and hold up nothing that comes after them.
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
