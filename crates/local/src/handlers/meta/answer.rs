//! Calls the handler of a meta RPC.

use pegasus_protocol::DecodeError;
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::types::ErrorCode;

use super::call::MetaCall;
use super::error_response::ErrorResponse;
use super::{
    cluster_info, create_app, drop_app, list_apps, list_nodes, query_cfg, recall_app, start_partition_split,
    update_app_env,
};
use crate::exchange::{Answer, Exchange};

/// Answers a request to a meta server.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of meta RPCs arrive here
pub(crate) fn answer(
    code: RpcCode,
    call: &MetaCall<'_>,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::QueryCfg => exchange.answer::<rpc::QueryCfg>(|request| query_cfg::query_cfg(call, request)),
        RpcCode::ListApps => call.show::<rpc::ListApps>(exchange, list_apps::list_apps),
        RpcCode::ListNodes => call.show::<rpc::ListNodes>(exchange, list_nodes::list_nodes),
        RpcCode::ClusterInfo => call.show::<rpc::ClusterInfo>(exchange, cluster_info::cluster_info),
        RpcCode::CreateApp => call.change::<rpc::CreateApp>(exchange, create_app::create_app),
        RpcCode::DropApp => call.change::<rpc::DropApp>(exchange, drop_app::drop_app),
        RpcCode::RecallApp if !recall_app::may_be(call.topology, &exchange.frame.arguments()?) => {
            exchange.answer::<rpc::RecallApp>(|_| ErrorResponse::refused(ErrorCode::AppNotExist))
        }
        RpcCode::RecallApp => call.change::<rpc::RecallApp>(exchange, recall_app::recall_app),
        RpcCode::UpdateAppEnv => call.change::<rpc::UpdateAppEnv>(exchange, update_app_env::update_app_env),
        RpcCode::StartPartitionSplit => {
            call.change::<rpc::StartPartitionSplit>(exchange, start_partition_split::start_partition_split)
        }
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}
