//! Answers of meta servers that say only what stands in the way.

use pegasus_protocol::idl::*;
use pegasus_protocol::types::ErrorCode;

/// An answer that can say why there is no other.
pub(super) trait Refusal {
    /// The answer that says only this.
    fn refused(err: ErrorCode) -> Self;
}

macro_rules! refusals {
    ($($response:ident)*) => {$(
        impl Refusal for $response {
            fn refused(err: ErrorCode) -> Self {
                Self { err, ..Self::default() }
            }
        }
    )*};
}

refusals! {
    CreateAppResponse ListAppsResponse ListNodesResponse ClusterInfoResponse
    UpdateAppEnvResponse StartPartitionSplitResponse
}

impl Refusal for DropAppResponse {
    fn refused(err: ErrorCode) -> Self {
        Self { err }
    }
}

impl Refusal for RecallAppResponse {
    /// A table that is none has the defaults of the IDL, and not all of them are zero.
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
