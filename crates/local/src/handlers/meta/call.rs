//! A request to a meta server. Only the leader serves it.

use pegasus_protocol::DecodeError;
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::error_response::ErrorResponse;
use crate::exchange::{Answer, Exchange};
use crate::state::ClusterState;
use crate::topology::Topology;

/// A request to a meta server.
pub(crate) struct MetaCall<'a> {
    /// The cluster at this moment.
    pub(crate) topology: &'a Topology,
    /// The name of the servers' host, if answers carry host names.
    pub(crate) host_name: Option<&'a Text>,
    /// The index of the meta server that received the request.
    pub(crate) index: usize,
}

impl MetaCall<'_> {
    /// Answers with `handle`, if this server is the leader. `handle` only reads the topology.
    pub(super) fn show<R: Rpc<Response: ErrorResponse>>(
        &self,
        mut exchange: Exchange<'_>,
        handle: fn(&MetaCall<'_>, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        exchange.answer::<R>(|request| {
            if self.is_leader() {
                handle(self, request)
            } else {
                ErrorResponse::refused(ErrorCode::ForwardToOthers)
            }
        })
    }

    /// Makes a change with `handle`, if this server is the leader. The connection goes on with
    /// other requests meanwhile.
    pub(super) fn change<R: Rpc<Request: 'static, Response: ErrorResponse>>(
        &self,
        mut exchange: Exchange<'_>,
        handle: fn(&ClusterState, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        if self.is_leader() {
            exchange.answer_change::<R>(handle)
        } else {
            exchange.answer::<R>(|_| ErrorResponse::refused(ErrorCode::ForwardToOthers))
        }
    }

    pub(super) fn is_leader(&self) -> bool {
        self.index == self.topology.leader
    }
}
