//! Answers of meta servers that carry only an error.

use pegasus_protocol::frame::encode_reply;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::types::ErrorCode;

use crate::exchange::Exchange;

/// Appends an answer that is only an error. Answers of meta servers have it in the body, others in
/// the header.
#[allow(clippy::wildcard_enum_match_arm)] // the others are not RPCs of meta servers
pub(crate) fn refuse(mut exchange: Exchange<'_>, error: ErrorCode) {
    let in_body = match RpcCode::from_name(exchange.frame.head.name.as_bytes()) {
        Some(RpcCode::QueryCfg) => in_body::<rpc::QueryCfg>,
        Some(RpcCode::CreateApp) => in_body::<rpc::CreateApp>,
        Some(RpcCode::DropApp) => in_body::<rpc::DropApp>,
        Some(RpcCode::RecallApp) => in_body::<rpc::RecallApp>,
        Some(RpcCode::ListApps) => in_body::<rpc::ListApps>,
        Some(RpcCode::ListNodes) => in_body::<rpc::ListNodes>,
        Some(RpcCode::ClusterInfo) => in_body::<rpc::ClusterInfo>,
        Some(RpcCode::UpdateAppEnv) => in_body::<rpc::UpdateAppEnv>,
        Some(RpcCode::StartPartitionSplit) => in_body::<rpc::StartPartitionSplit>,
        _ => |exchange: &mut Exchange<'_>, error| drop(exchange.refuse(error)),
    };
    in_body(&mut exchange, error);
}

fn in_body<R: Rpc<Response: ErrorResponse>>(exchange: &mut Exchange<'_>, error: ErrorCode) {
    let sequence_id = exchange.frame.head.sequence_id;
    encode_reply::<R>(&ErrorCode::Ok, sequence_id, &R::Response::refused(error), exchange.out);
}

/// A response that can carry only an error.
pub(super) trait ErrorResponse {
    /// The response that carries only this error.
    fn refused(err: ErrorCode) -> Self;
}

macro_rules! refusals {
    ($($response:ident)*) => {$(
        impl ErrorResponse for $response {
            fn refused(err: ErrorCode) -> Self {
                Self { err, ..Self::default() }
            }
        }
    )*};
}

refusals! {
    QueryCfgResponse CreateAppResponse ListAppsResponse ListNodesResponse ClusterInfoResponse
    UpdateAppEnvResponse StartPartitionSplitResponse
}

impl ErrorResponse for DropAppResponse {
    fn refused(err: ErrorCode) -> Self {
        Self { err }
    }
}

impl ErrorResponse for RecallAppResponse {
    /// The table in a refused answer has the defaults of the IDL. Some of them are not zero.
    fn refused(err: ErrorCode) -> Self {
        let info = AppInfo {
            duplicating: Some(false),
            init_partition_count: -1,
            is_bulk_loading: Some(false),
            atomic_idempotent: Some(false),
            ..AppInfo::default()
        };
        Self { err, info }
    }
}
