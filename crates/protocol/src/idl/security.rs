//! The security negotiation at the start of a connection to a server with authentication.

use bytes::Bytes;

use crate::thrift::idl;

idl! {
    /// A step of the client.
    struct NegotiationRequest {
        /// A [`NegotiationStatus`](super::NegotiationStatus).
        1: status: i32,
        /// A token or the name of a mechanism.
        2: msg: Bytes,
    }

    /// A step of the server.
    struct NegotiationResponse {
        /// A [`NegotiationStatus`](super::NegotiationStatus).
        1: status: i32,
        /// A token or a list of mechanisms.
        2: msg: Bytes,
    }
}
