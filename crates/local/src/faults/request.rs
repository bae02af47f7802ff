//! The facts about a request that rules check.

use pegasus_protocol::frame::RequestFrame;
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{RpcCode, RpcKind};
use pegasus_protocol::thrift::Text;

use crate::topology::{Recipient, Role, Topology};

/// A request as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObservedRequest {
    /// `None` for an unknown RPC.
    pub(super) code: Option<RpcCode>,
    pub(super) server: Role,
    pub(super) table: Option<Text>,
    pub(super) partition_index: Option<i32>,
}

impl ObservedRequest {
    pub(super) fn new(topology: &Topology, recipient: &Recipient, frame: &RequestFrame) -> Self {
        let code = RpcCode::from_name(frame.head.name.as_bytes());
        let gpid = frame.header.gpid;
        let (table, partition_index) = match code.map(RpcCode::kind) {
            Some(RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite) => (
                topology.table(gpid.app_id).map(|table| table.info.app_name.clone()),
                Some(gpid.partition_index),
            ),
            Some(RpcKind::Meta) => (code.and_then(|code| table_of(code, frame)), None),
            Some(RpcKind::Node) | None => (None, None),
        };
        Self { code, server: recipient.role, table, partition_index }
    }
}

/// Whether requests of an RPC name a table.
pub(super) fn names_a_table(code: RpcCode) -> bool {
    match code.kind() {
        RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite => true,
        RpcKind::Node => false,
        RpcKind::Meta => matches!(
            code,
            RpcCode::QueryCfg
                | RpcCode::CreateApp
                | RpcCode::DropApp
                | RpcCode::UpdateAppEnv
                | RpcCode::StartPartitionSplit
        ),
    }
}

/// The table that a request to a meta server names.
#[allow(clippy::wildcard_enum_match_arm)] // the others name no table
fn table_of(code: RpcCode, frame: &RequestFrame) -> Option<Text> {
    Some(match code {
        RpcCode::QueryCfg => frame.arguments::<QueryCfgRequest>().ok()?.app_name,
        RpcCode::CreateApp => frame.arguments::<CreateAppRequest>().ok()?.app_name,
        RpcCode::DropApp => frame.arguments::<DropAppRequest>().ok()?.app_name,
        RpcCode::UpdateAppEnv => frame.arguments::<UpdateAppEnvRequest>().ok()?.app_name,
        RpcCode::StartPartitionSplit => frame.arguments::<StartPartitionSplitRequest>().ok()?.app_name,
        _ => return None,
    })
}
