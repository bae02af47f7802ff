//! `RPC_CM_RECALL_APP`: brings a dropped table back.

use pegasus_protocol::idl::{RecallAppRequest, RecallAppResponse};
use pegasus_protocol::types::ErrorCode;

use super::error_response::ErrorResponse;
use crate::state::ClusterState;
use crate::topology::Topology;

/// Whether the table exists. Real servers check this before they check who leads.
pub(super) fn may_be(topology: &Topology, request: &RecallAppRequest) -> bool {
    topology.table(request.app_id).is_some()
}

pub(super) fn recall_app(state: &ClusterState, request: &RecallAppRequest) -> RecallAppResponse {
    match state.recall_table(request.app_id, &request.new_app_name) {
        Ok(info) => RecallAppResponse { err: ErrorCode::Ok, info },
        Err(error) => RecallAppResponse::refused(error.answer().0),
    }
}
