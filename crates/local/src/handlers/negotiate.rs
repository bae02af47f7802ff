//! `RPC_NEGOTIATION`: this server has no authentication, and says so at every step.

use bytes::Bytes;
use pegasus_protocol::idl::{NegotiationRequest, NegotiationResponse, NegotiationStatus};

pub(super) fn negotiate(_request: &NegotiationRequest) -> NegotiationResponse {
    NegotiationResponse { status: NegotiationStatus::AuthDisable.into(), msg: Bytes::new() }
}
