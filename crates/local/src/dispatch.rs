//! From a request to its answer: who may be asked what, then the handler.
//!
//! Everything that is refused before a handler runs is refused here, with an error in the header
//! and no body:
//!
//! | request | answer |
//! |---|---|
//! | a name that is no RPC, or one without a handler | `ERR_HANDLER_NOT_FOUND` |
//! | a data RPC at a meta server, or without a table; a meta RPC at a replica server | the same |
//! | a table or partition that this replica server does not have | `ERR_OBJECT_NOT_FOUND` |
//! | a write whose body is over a mebibyte | `ERR_INVALID_DATA` |
//! | anything but a backup read at a secondary | `ERR_INVALID_STATE` |

use bytes::BytesMut;
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{RequestFrame, encode_error, encode_reply};
use pegasus_protocol::rpc::{Rpc, RpcCode, RpcKind};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::handlers::{self, DataCall, MetaCall};
use crate::state::ClusterState;
use crate::store::Partition;
use crate::topology::{Role, Topology};

/// The longest body that a write may have: the servers' default.
pub(crate) const MAX_WRITE_BODY: usize = 1 << 20;

/// One server of the cluster.
pub(crate) struct Node {
    /// What it is.
    pub(crate) role: Role,
    /// Its address, as answers name it.
    pub(crate) name: Text,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The answer has been appended.
    Ready,
    /// The answer to a write has been appended: it may leave only after a commit.
    ReadyOnceCommitted,
    /// There is none.
    Silence,
}

/// A request, and where the answer goes.
pub(crate) struct Exchange<'a> {
    pub(crate) frame: &'a RequestFrame,
    pub(crate) out: &'a mut BytesMut,
}

impl Exchange<'_> {
    /// Reads the request's value, lets `handle` make the answer of it, and appends that.
    pub(crate) fn answer<R: Rpc>(
        &mut self,
        handle: impl FnOnce(&R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        let response = handle(&self.frame.arguments()?);
        encode_reply::<R>(&ErrorCode::Ok, self.frame.head.sequence_id, &response, self.out);
        Ok(if R::CODE.kind().is_write() { Answer::ReadyOnceCommitted } else { Answer::Ready })
    }

    /// Appends an answer that is only an error.
    pub(crate) fn refuse(&mut self, error: ErrorCode) -> Answer {
        let head = &self.frame.head;
        encode_error(&error, head.name.as_bytes(), head.sequence_id, self.out);
        Answer::Ready
    }
}

/// Answers one request that has come to `node`.
///
/// # Errors
///
/// The request's value cannot be read. Nothing has been appended, and nothing done.
pub(crate) fn dispatch(
    state: &ClusterState,
    node: &Node,
    now: u32,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    let Some(code) = RpcCode::from_name(exchange.frame.head.name.as_bytes()) else {
        return Ok(exchange.refuse(ErrorCode::HandlerNotFound));
    };
    match (code.kind(), node.role) {
        (RpcKind::Node, _) => handlers::node(code, exchange),
        (RpcKind::Meta, Role::Meta(index)) => {
            let topology = state.topology();
            let call = MetaCall { topology: &topology, host_name: state.host_name.as_ref(), index };
            handlers::meta(code, &call, exchange)
        }
        (RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite, Role::Replica(server))
            if exchange.frame.header.gpid.app_id > 0 =>
        {
            dispatch_data(state, node, server, code, now, exchange)
        }
        (RpcKind::Meta | RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite, _) => {
            Ok(exchange.refuse(ErrorCode::HandlerNotFound))
        }
    }
}

fn dispatch_data(
    state: &ClusterState,
    node: &Node,
    server: usize,
    code: RpcCode,
    now: u32,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    let topology = state.topology();
    let header = &exchange.frame.header;
    let partition = match admit(&topology, server, code, exchange.frame) {
        Ok(partition) => partition,
        Err(error) => return Ok(exchange.refuse(error)),
    };
    let call = DataCall {
        partition,
        gpid: header.gpid,
        partition_hash: header.partition_hash,
        server: &node.name,
        scans: &state.scans[server],
        now,
    };
    handlers::data(code, &call, exchange)
}

/// The partition that a request may go to, or why it may not. The order is the servers'.
fn admit<'t>(
    topology: &'t Topology,
    server: usize,
    code: RpcCode,
    frame: &RequestFrame,
) -> Result<Partition<'t>, ErrorCode> {
    let hosted = topology.hosted(frame.header.gpid, server).ok_or(ErrorCode::ObjectNotFound)?;
    let is_write = code.kind().is_write();
    if is_write && frame.body_length > MAX_WRITE_BODY {
        return Err(ErrorCode::InvalidData);
    }
    let is_backup_read = frame.header.is_backup && !is_write;
    if !hosted.is_primary && !is_backup_read {
        return Err(ErrorCode::InvalidState);
    }
    Ok(hosted.partition)
}
