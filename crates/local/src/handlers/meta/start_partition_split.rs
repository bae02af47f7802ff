//! `RPC_CM_START_PARTITION_SPLIT`: doubles the partitions of a table.

use pegasus_protocol::idl::{StartPartitionSplitRequest, StartPartitionSplitResponse};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::state::ClusterState;

pub(super) fn start_partition_split(
    state: &ClusterState,
    request: &StartPartitionSplitRequest,
) -> StartPartitionSplitResponse {
    match state.start_split(&request.app_name, Some(request.new_partition_count)) {
        Ok(_) => StartPartitionSplitResponse { err: ErrorCode::Ok, hint_msg: Text::default() },
        Err(error) => {
            let (err, hint) = error.answer();
            StartPartitionSplitResponse { err, hint_msg: hint.into() }
        }
    }
}
