//! What meta servers do for each RPC about tables and servers.

mod answer;
mod call;
mod cluster_info;
mod create_app;
mod drop_app;
mod error_response;
mod host_port;
mod list_apps;
mod list_nodes;
mod query_cfg;
mod recall_app;
mod start_partition_split;
mod update_app_env;

pub(crate) use self::answer::answer;
pub(crate) use self::call::MetaCall;
pub(crate) use self::error_response::refuse;
