//! `RPC_NEGOTIATION`: authentication. This server has none, and says so at every step.

use bytes::Bytes;
use pegasus_protocol::DecodeError;
use pegasus_protocol::idl::{NegotiationRequest, NegotiationResponse, NegotiationStatus};
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::types::ErrorCode;

use crate::exchange::{Answer, Exchange};

/// Answers a request that any server serves.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of such RPCs arrive here
pub(crate) fn answer(code: RpcCode, mut exchange: Exchange<'_>) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::Negotiation => exchange.answer::<rpc::Negotiation>(negotiate),
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}

fn negotiate(_request: &NegotiationRequest) -> NegotiationResponse {
    NegotiationResponse { status: NegotiationStatus::AuthDisable.into(), msg: Bytes::new() }
}
