//! `RPC_CM_DROP_APP`: drops a table.

use pegasus_protocol::idl::{DropAppRequest, DropAppResponse};
use pegasus_protocol::types::ErrorCode;

use super::error_response::ErrorResponse;
use crate::state::ClusterState;

pub(super) fn drop_app(state: &ClusterState, request: &DropAppRequest) -> DropAppResponse {
    let options = &request.options;
    match state.drop_table(&request.app_name, options.reserve_seconds, options.success_if_not_exist) {
        Ok(()) => DropAppResponse { err: ErrorCode::Ok },
        Err(error) => DropAppResponse::refused(error.answer().0),
    }
}
