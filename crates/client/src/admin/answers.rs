//! Where each administrative reply carries its error code and the reason of a refusal.

use pegasus_protocol::idl::{
    ClusterInfoResponse, CreateAppResponse, DropAppResponse, ListAppsResponse, ListNodesResponse,
    RecallAppResponse, StartPartitionSplitResponse, UpdateAppEnvResponse,
};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::meta::MetaAnswer;

macro_rules! answers {
    ($( $response:ty $(, $hint:ident)?; )*) => {$(
        impl MetaAnswer for $response {
            fn error(&self) -> &ErrorCode {
                &self.err
            }

            $( fn hint(&self) -> Option<&Text> {
                Some(&self.$hint)
            } )?
        }
    )*};
}

answers! {
    CreateAppResponse;
    DropAppResponse;
    RecallAppResponse;
    ListAppsResponse;
    ListNodesResponse;
    ClusterInfoResponse;
    UpdateAppEnvResponse, hint_message;
    StartPartitionSplitResponse, hint_msg;
}
