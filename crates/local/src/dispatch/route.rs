//! Finds the handler of a request.
//!
//! Four kinds of requests are answered with `ERR_HANDLER_NOT_FOUND` in the header and no body: an
//! unknown RPC, an RPC without a handler, a data RPC at a meta server or without a table, and a
//! meta RPC at a replica server. [`super::admit`] describes the other checks of a request to a
//! partition.

use pegasus_protocol::DecodeError;
use pegasus_protocol::rpc::{RpcCode, RpcKind};
use pegasus_protocol::types::ErrorCode;

use super::admit::{Admission, Candidate};
use crate::exchange::{Answer, Exchange};
use crate::handlers::data::{self, DataCall};
use crate::handlers::meta::{self, MetaCall};
use crate::handlers::negotiation;
use crate::state::ClusterState;
use crate::topology::{Recipient, Role};

/// Answers a request that `recipient` has received.
///
/// # Errors
///
/// The request cannot be decoded. Nothing has been appended, and nothing has been done.
pub(crate) fn dispatch(
    state: &ClusterState,
    recipient: &Recipient,
    now: u32,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    let Some(code) = RpcCode::from_name(exchange.frame.head.name.as_bytes()) else {
        return Ok(exchange.refuse(ErrorCode::HandlerNotFound));
    };
    match (code.kind(), recipient.role) {
        (RpcKind::Node, _) => negotiation::answer(code, exchange),
        (RpcKind::Meta, Role::Meta(index)) => {
            let topology = state.topology();
            let call = MetaCall { topology: &topology, host_name: state.host_name.as_ref(), index };
            meta::answer(code, &call, exchange)
        }
        (RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite, Role::Replica(server))
            if exchange.frame.header.gpid.app_id > 0 =>
        {
            dispatch_data(state, recipient, server, code, now, exchange)
        }
        (RpcKind::Meta | RpcKind::Read | RpcKind::IdempotentWrite | RpcKind::AtomicWrite, _) => {
            Ok(exchange.refuse(ErrorCode::HandlerNotFound))
        }
    }
}

fn dispatch_data(
    state: &ClusterState,
    recipient: &Recipient,
    server: usize,
    code: RpcCode,
    now: u32,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    if code.kind().is_write()
        && let Some(error) = state.disk_failure.code()
    {
        return Ok(exchange.refuse(error.clone()));
    }
    let (frame, has_waited) = (exchange.frame, exchange.has_waited);
    let header = &frame.header;
    let known = state.topology();
    let Some(guard) = known.guard(header.gpid) else {
        return Ok(exchange.refuse(ErrorCode::ObjectNotFound));
    };
    let version = guard.enter();
    // Load the topology again: the first one may be older than a split that ended before the
    // request entered the guard, and the request must be judged by the outcome of that split.
    let topology = state.topology();
    let candidate = Candidate { code, frame, has_waited, server, guard, version: *version, now };
    let (hosted, owner) = match candidate.admit(&topology) {
        Admission::Serve(hosted, owner) => (hosted, owner),
        Admission::Refuse(error) => return Ok(exchange.refuse(error)),
        Admission::Ignore => return Ok(Answer::Silence),
        Admission::Wait(later) => return Ok(Answer::Later(later)),
    };
    if !guard.may_read_bytes(hosted.settings, now)
        && let Some(answer) = data::busy(code, header.gpid, &recipient.name, &mut exchange)
    {
        return Ok(answer);
    }
    let call = DataCall {
        partition: hosted.partition,
        gpid: header.gpid,
        owner,
        partition_hash: header.partition_hash,
        server: &recipient.name,
        scans: &state.scans[server],
        disk_failure: &state.disk_failure,
        now,
    };
    let length = exchange.out.len();
    let out = Exchange { out: &mut *exchange.out, ..exchange };
    let answer = data::answer(code, &call, out)?;
    if !code.kind().is_write() {
        guard.count_read_bytes(hosted.settings, exchange.out.len() - length, now);
    }
    Ok(answer)
}
