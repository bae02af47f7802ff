//! Shared parts of the fuzz targets.
//!
//! | target | input | what must hold |
//! |---|---|---|
//! | `replies` | a stream as a client reads it | no panic; the result does not depend on how the bytes are cut |
//! | `reply_values` | a valid frame around any bytes | a bad value does not affect the next frame; values round-trip |
//! | `requests` | a stream as a server reads it | as `replies`; every request type is tried on every frame |
//! | `request_values` | a valid header and head around any bytes | header, head and value round-trip |
//! | `keys` | hash keys, sort keys, prefixes | packing is reversible and keeps the order; successors are exact |
//!
//! Of the server only the decoding is fuzzed. The rest needs sockets and storage; its crate tests it against a model.

use std::fmt::Debug;

use bytes::BytesMut;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::thrift::{MessageHead, MessageType, Wire, write_field_header, write_stop};

/// The longest frame that the targets accept. It is far longer than any input, so only false lengths exceed it.
pub const LIMIT: usize = 1 << 26;

/// An action on an RPC whose types are known only by its code.
pub trait Visit {
    /// Runs the action with the types of one RPC.
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self);
}

macro_rules! by_code {
    ($code:expr, $visitor:expr; $($variant:ident)*) => {
        match $code { $( RpcCode::$variant => $visitor.visit::<rpc::$variant>(), )* }
    };
}

/// Runs the action for one RPC.
pub fn visit(code: RpcCode, visitor: &mut impl Visit) {
    by_code!(code, visitor;
        Get Put Remove Ttl MultiGet MultiPut MultiRemove SortkeyCount BatchGet Incr CheckAndSet CheckAndMutate
        GetScanner Scan ClearScanner QueryCfg CreateApp DropApp RecallApp ListApps ListNodes ClusterInfo
        UpdateAppEnv StartPartitionSplit Negotiation)
}

/// Runs the action for every RPC.
pub fn visit_all(visitor: &mut impl Visit) {
    RpcCode::ALL.iter().for_each(|code| visit(*code, visitor));
}

/// The RPC chosen by a byte of the input.
pub fn choose(byte: u8) -> RpcCode {
    RpcCode::ALL[usize::from(byte) % RpcCode::ALL.len()]
}

/// Positions at which a frame is cut, as a network may cut it: a few, and always the last byte.
pub fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(1 + length / 16).chain(length.checked_sub(1))
}

/// Appends an answer with a valid frame and any body.
pub fn put_reply(error: &impl Wire, name: &str, sequence_id: i32, body: &[u8], out: &mut BytesMut) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    error.write(out);
    MessageHead::write(MessageType::Reply, name.as_bytes(), sequence_id, out);
    out.extend_from_slice(body);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A value inside the struct with one field that carries it.
pub fn envelope<T: Wire>(id: i16, value: &T) -> BytesMut {
    let mut out = BytesMut::new();
    write_field_header(T::TYPE, id, &mut out);
    value.write(&mut out);
    write_stop(&mut out);
    out
}
