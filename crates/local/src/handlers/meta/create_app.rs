//! `RPC_CM_CREATE_APP`: creates a table.

use pegasus_protocol::idl::{CreateAppRequest, CreateAppResponse};
use pegasus_protocol::types::ErrorCode;

use super::error_response::ErrorResponse;
use crate::state::ClusterState;

pub(super) fn create_app(state: &ClusterState, request: &CreateAppRequest) -> CreateAppResponse {
    match state.create(&request.app_name, &request.options) {
        Ok(appid) => CreateAppResponse { err: ErrorCode::Ok, appid },
        Err(error) => CreateAppResponse::refused(error.answer().0),
    }
}
