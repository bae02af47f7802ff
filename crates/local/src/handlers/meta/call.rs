//! A request to a meta server: only the leader answers.

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
    /// The cluster as it is now.
    pub(crate) topology: &'a Topology,
    /// The name that stands for the servers' address, where answers shall carry one.
    pub(crate) host_name: Option<&'a Text>,
    /// Which meta server is asked.
    pub(crate) index: usize,
}

impl MetaCall<'_> {
    /// Lets `handle` answer what shows the cluster, if this is the server to ask.
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

    /// Lets `handle` make a change, if this is the server to ask, beside whatever else the
    /// connection has to do.
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
