//! Changing envs.

use pegasus_protocol::idl::*;
use pegasus_protocol::types::ErrorCode;

use crate::support::{TABLE, TestCluster, set_envs};

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
