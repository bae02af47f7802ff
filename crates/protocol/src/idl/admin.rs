//! The messages for managing tables and for the state of the cluster.

use std::collections::BTreeMap;

use crate::thrift::{Text, idl};
use crate::types::{ErrorCode, HostPort, RpcAddress};

idl! {
    /// A table as the meta server describes it.
    struct AppInfo {
        /// The state, an [`AppStatus`](super::AppStatus).
        1: status: i32,
        /// Always "pegasus".
        2: app_type: Text,
        /// The table's name.
        3: app_name: Text,
        /// The table's number.
        4: app_id: i32,
        /// The number of partitions.
        5: partition_count: i32,
        /// The table's settings.
        6: envs: BTreeMap<Text, Text>,
        /// Always true.
        7: is_stateful: bool,
        /// The number of replicas that each partition should have.
        8: max_replica_count: i32,
        /// Until when a dropped table can be recalled, in Unix seconds.
        9: expire_second: i64,
        /// When the table was created, in Unix seconds.
        10: create_second: i64,
        /// When the table was dropped, in Unix seconds.
        11: drop_second: i64,
        /// Whether the table is duplicated to another cluster.
        12: duplicating: Option<bool>,
        /// The number of partitions at its creation.
        13: init_partition_count: i32,
        /// Whether a bulk load is running.
        14: is_bulk_loading: Option<bool>,
        /// Whether atomic writes are made idempotent.
        15: atomic_idempotent: Option<bool>,
    }

    /// The options of a new table.
    struct CreateAppOptions {
        /// The number of partitions.
        1: partition_count: i32,
        /// The number of replicas of each partition.
        2: replica_count: i32,
        /// Whether an existing table that is the same in everything is accepted.
        3: success_if_exist: bool,
        /// Always "pegasus".
        4: app_type: Text,
        /// Always `true`.
        5: is_stateful: bool,
        /// The table's settings.
        6: envs: BTreeMap<Text, Text>,
        /// Whether atomic writes are made idempotent.
        7: atomic_idempotent: Option<bool>,
    }

    /// Creates a table.
    struct CreateAppRequest {
        /// The table's name.
        1: app_name: Text,
        /// The table's options.
        2: options: CreateAppOptions,
    }

    /// The reply to [`CreateAppRequest`].
    struct CreateAppResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The table's number.
        2: appid: i32,
    }

    /// The options of dropping a table.
    struct DropAppOptions {
        /// Whether a missing table is accepted.
        1: success_if_not_exist: bool,
        /// How long the table can be recalled, in seconds; absent: a week.
        2: reserve_seconds: Option<i64>,
    }

    /// Drops a table.
    struct DropAppRequest {
        /// The table's name.
        1: app_name: Text,
        /// How the table is dropped.
        2: options: DropAppOptions,
    }

    /// The reply to [`DropAppRequest`].
    struct DropAppResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
    }

    /// Brings a dropped table back.
    struct RecallAppRequest {
        /// The table's number.
        1: app_id: i32,
        /// The new name; empty: the old name.
        2: new_app_name: Text,
    }

    /// The reply to [`RecallAppRequest`].
    struct RecallAppResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The table.
        2: info: AppInfo,
    }

    /// Lists tables.
    struct ListAppsRequest {
        /// The state, an [`AppStatus`](super::AppStatus); Invalid: any state.
        1: status: i32,
        /// Only tables whose names match this pattern.
        2: app_name_pattern: Option<Text>,
        /// How the pattern is compared, a [`PatternMatchType`](super::PatternMatchType).
        3: match_type: Option<i32>,
    }

    /// The reply to [`ListAppsRequest`].
    struct ListAppsResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The tables.
        2: infos: Vec<AppInfo>,
        /// The reason of a refusal in words.
        3: hint_message: Option<Text>,
    }

    /// Changes the settings of a table.
    struct UpdateAppEnvRequest {
        /// The table's name.
        1: app_name: Text,
        /// The change, an [`AppEnvOperation`](super::AppEnvOperation).
        2: op: i32,
        /// The names of the settings.
        3: keys: Option<Vec<Text>>,
        /// Their values, in the same order.
        4: values: Option<Vec<Text>>,
        /// The prefix of the settings to clear; empty: all settings.
        5: clear_prefix: Option<Text>,
    }

    /// The reply to [`UpdateAppEnvRequest`].
    struct UpdateAppEnvResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The reason of a refusal in words.
        2: hint_message: Text,
    }

    /// A replica server.
    struct NodeInfo {
        /// The state, a [`NodeStatus`](super::NodeStatus).
        1: status: i32,
        /// The address.
        2: node: RpcAddress,
        /// The host name, since 2.6.
        3: hp_node: Option<HostPort>,
    }

    /// Lists replica servers.
    struct ListNodesRequest {
        /// The state, a [`NodeStatus`](super::NodeStatus); Invalid: any state.
        1: status: i32,
    }

    /// The reply to [`ListNodesRequest`].
    struct ListNodesResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The servers.
        2: infos: Vec<NodeInfo>,
    }

    /// Queries the properties of the cluster.
    struct ClusterInfoRequest {}

    /// The reply to [`ClusterInfoRequest`]: names and values in the same order.
    struct ClusterInfoResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The names.
        2: keys: Vec<Text>,
        /// The values.
        3: values: Vec<Text>,
    }

    /// Starts to double the partitions of a table.
    struct StartPartitionSplitRequest {
        /// The table's name.
        1: app_name: Text,
        /// Twice the present number of partitions.
        2: new_partition_count: i32,
    }

    /// The reply to [`StartPartitionSplitRequest`].
    struct StartPartitionSplitResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The reason of a refusal in words.
        2: hint_msg: Text,
    }
}
