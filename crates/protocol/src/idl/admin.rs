//! Requests and answers that manage tables and show the cluster.

use std::collections::BTreeMap;

use crate::thrift::{Text, idl};
use crate::types::{ErrorCode, HostPort, RpcAddress};

idl! {
    /// A table as the meta server knows it.
    struct AppInfo {
        /// An [`AppStatus`](super::AppStatus).
        1: status: i32,
        /// Always "pegasus".
        2: app_type: Text,
        /// Its name.
        3: app_name: Text,
        /// Its number.
        4: app_id: i32,
        /// How many partitions it has.
        5: partition_count: i32,
        /// Its settings.
        6: envs: BTreeMap<Text, Text>,
        /// Always true.
        7: is_stateful: bool,
        /// How many replicas each partition should have.
        8: max_replica_count: i32,
        /// When a dropped table is gone for good, in Unix seconds.
        9: expire_second: i64,
        /// When it was created, in Unix seconds.
        10: create_second: i64,
        /// When it was dropped, in Unix seconds.
        11: drop_second: i64,
        /// Whether it is copied to another cluster.
        12: duplicating: Option<bool>,
        /// How many partitions it was created with.
        13: init_partition_count: i32,
        /// Whether a bulk load is running.
        14: is_bulk_loading: Option<bool>,
        /// Whether atomic writes are made idempotent.
        15: atomic_idempotent: Option<bool>,
    }

    /// How a new table shall be.
    struct CreateAppOptions {
        /// How many partitions.
        1: partition_count: i32,
        /// How many replicas each.
        2: replica_count: i32,
        /// Whether an equal table that is there already is fine.
        3: success_if_exist: bool,
        /// "pegasus".
        4: app_type: Text,
        /// True.
        5: is_stateful: bool,
        /// Its settings.
        6: envs: BTreeMap<Text, Text>,
        /// Whether atomic writes are made idempotent.
        7: atomic_idempotent: Option<bool>,
    }

    /// Creates a table.
    struct CreateAppRequest {
        /// Its name.
        1: app_name: Text,
        /// How it shall be.
        2: options: CreateAppOptions,
    }

    /// The answer.
    struct CreateAppResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// Its number.
        2: appid: i32,
    }

    /// How a table is dropped.
    struct DropAppOptions {
        /// Whether no such table is fine.
        1: success_if_not_exist: bool,
        /// How long it can be recalled; absent: a week.
        2: reserve_seconds: Option<i64>,
    }

    /// Drops a table.
    struct DropAppRequest {
        /// Its name.
        1: app_name: Text,
        /// How.
        2: options: DropAppOptions,
    }

    /// The answer.
    struct DropAppResponse {
        /// What stands in the way.
        1: err: ErrorCode,
    }

    /// Brings a dropped table back.
    struct RecallAppRequest {
        /// Its number.
        1: app_id: i32,
        /// A new name; empty: the old one.
        2: new_app_name: Text,
    }

    /// The answer.
    struct RecallAppResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The table.
        2: info: AppInfo,
    }

    /// Lists tables.
    struct ListAppsRequest {
        /// An [`AppStatus`](super::AppStatus); Invalid: all.
        1: status: i32,
        /// Only names that fit it.
        2: app_name_pattern: Option<Text>,
        /// A [`PatternMatchType`](super::PatternMatchType).
        3: match_type: Option<i32>,
    }

    /// The answer.
    struct ListAppsResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The tables.
        2: infos: Vec<AppInfo>,
        /// The reason in words.
        3: hint_message: Option<Text>,
    }

    /// Changes the settings of a table.
    struct UpdateAppEnvRequest {
        /// Its name.
        1: app_name: Text,
        /// An [`AppEnvOperation`](super::AppEnvOperation).
        2: op: i32,
        /// Which settings.
        3: keys: Option<Vec<Text>>,
        /// Their values, in the same order.
        4: values: Option<Vec<Text>>,
        /// The prefix of those to clear; empty: all.
        5: clear_prefix: Option<Text>,
    }

    /// The answer.
    struct UpdateAppEnvResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The reason in words.
        2: hint_message: Text,
    }

    /// A replica server.
    struct NodeInfo {
        /// A [`NodeStatus`](super::NodeStatus).
        1: status: i32,
        /// Its address.
        2: node: RpcAddress,
        /// Its host name, since 2.6.
        3: hp_node: Option<HostPort>,
    }

    /// Lists replica servers.
    struct ListNodesRequest {
        /// A [`NodeStatus`](super::NodeStatus); Invalid: all.
        1: status: i32,
    }

    /// The answer.
    struct ListNodesResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The servers.
        2: infos: Vec<NodeInfo>,
    }

    /// Asks about the cluster.
    struct ClusterInfoRequest {}

    /// The answer: names and values in the same order.
    struct ClusterInfoResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The names.
        2: keys: Vec<Text>,
        /// The values.
        3: values: Vec<Text>,
    }

    /// Doubles the partitions of a table.
    struct StartPartitionSplitRequest {
        /// Its name.
        1: app_name: Text,
        /// Twice what it has.
        2: new_partition_count: i32,
    }

    /// The answer.
    struct StartPartitionSplitResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The reason in words.
        2: hint_msg: Text,
    }
}
