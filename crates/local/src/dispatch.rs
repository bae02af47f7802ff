//! From a request to its answer: who may be asked what, then the handler.
//!
//! A name that is no RPC, or one without a handler, is answered with `ERR_HANDLER_NOT_FOUND` in the
//! header and no body; so is a data RPC at a meta server or without a table, and a meta RPC at a
//! replica server. What else may happen to a request to a partition is in [`crate::admit`].

use bytes::BytesMut;
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{RequestFrame, encode_error, encode_reply};
use pegasus_protocol::rpc::{Rpc, RpcCode, RpcKind};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::admit::{Candidate, Later, Verdict};
use crate::handlers::{self, DataCall, MetaCall};
use crate::state::ClusterState;
use crate::topology::Role;

/// One server of the cluster.
pub(crate) struct Node {
    /// What it is.
    pub(crate) role: Role,
    /// Its address, as answers name it.
    pub(crate) name: Text,
}

/// A change of the cluster: makes it, and gives the answer's frame.
pub(crate) type Change = Box<dyn FnOnce(&ClusterState) -> BytesMut + Send>;

/// What became of a request.
pub(crate) enum Answer {
    /// The answer has been appended.
    Ready,
    /// The answer to a write has been appended: it may leave only after a commit.
    ReadyOnceCommitted,
    /// There is none.
    Silence,
    /// It comes later.
    Later(Later),
    /// It is made together with a change, which takes its time.
    Change(Change),
}

/// A request, and where the answer goes.
pub(crate) struct Exchange<'a> {
    pub(crate) frame: &'a RequestFrame,
    pub(crate) out: &'a mut BytesMut,
    /// Whether the request has waited already, because of limits of its table.
    pub(crate) has_waited: bool,
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

    /// Reads the request's value, for `handle` to make a change of it and an answer.
    pub(crate) fn answer_change<R: Rpc<Request: 'static>>(
        &mut self,
        handle: fn(&ClusterState, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        let request: R::Request = self.frame.arguments()?;
        let sequence_id = self.frame.head.sequence_id;
        Ok(Answer::Change(Box::new(move |state| {
            let mut out = BytesMut::new();
            encode_reply::<R>(&ErrorCode::Ok, sequence_id, &handle(state, &request), &mut out);
            out
        })))
    }

    /// Appends an answer that is an error and has a body all the same.
    pub(crate) fn refuse_with_body<R: Rpc>(&mut self, error: &ErrorCode, response: &R::Response) -> Answer {
        encode_reply::<R>(error, self.frame.head.sequence_id, response, self.out);
        Answer::Ready
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
    // Looked up again: what was so before the request was let in may be from before a split, by
    // whose outcome the request is judged now.
    let topology = state.topology();
    let candidate = Candidate { code, frame, has_waited, server, guard, version: *version, now };
    let (hosted, owner) = match candidate.admit(&topology) {
        Verdict::Serve(hosted, owner) => (hosted, owner),
        Verdict::Refuse(error) => return Ok(exchange.refuse(error)),
        Verdict::Ignore => return Ok(Answer::Silence),
        Verdict::Wait(later) => return Ok(Answer::Later(later)),
    };
    if !guard.may_read_bytes(hosted.settings, now)
        && let Some(answer) = handlers::busy(code, header.gpid, &node.name, &mut exchange)
    {
        return Ok(answer);
    }
    let call = DataCall {
        partition: hosted.partition,
        gpid: header.gpid,
        owner,
        partition_hash: header.partition_hash,
        server: &node.name,
        scans: &state.scans[server],
        disk_failure: &state.disk_failure,
        now,
    };
    let length = exchange.out.len();
    let out = Exchange { out: &mut *exchange.out, ..exchange };
    let answer = handlers::data(code, &call, out)?;
    if !code.kind().is_write() {
        guard.count_read_bytes(hosted.settings, exchange.out.len() - length, now);
    }
    Ok(answer)
}
