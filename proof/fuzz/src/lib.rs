//! What the fuzz targets share.
//!
//! | target | input | what must hold |
//! |---|---|---|
//! | `replies` | a stream as a client reads it | no panic; how the bytes are cut on their way changes nothing |
//! | `reply_values` | a good frame around any bytes | no frame costs its neighbour; values round-trip |
//! | `requests` | a stream as a server reads it | as `replies`, with every request type tried on every frame |
//! | `request_values` | a good header and head around any bytes | header, head and value round-trip |
//! | `keys` | hash keys, sort keys, prefixes | packing is one to one and keeps the order; successors are exact |
//!
//! The server is fuzzed as far as it decodes: what follows needs a cluster with sockets and storage,
//! and is tested against a model in its own crate.

use std::fmt::Debug;

use bytes::BytesMut;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::thrift::{MessageHead, MessageType, Wire, write_field_header, write_stop};

/// The longest frame that the targets accept: far more than any input, so that only lengths that lie
/// are refused for it.
pub const LIMIT: usize = 1 << 26;

/// What is done for an RPC whose types are known only by its code.
pub trait Visit {
    /// Does it.
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self);
}

macro_rules! by_code {
    ($code:expr, $visitor:expr; $($variant:ident)*) => {
        match $code { $( RpcCode::$variant => $visitor.visit::<rpc::$variant>(), )* }
    };
}

/// Does it for one RPC.
pub fn visit(code: RpcCode, visitor: &mut impl Visit) {
    by_code!(code, visitor;
        Get Put Remove Ttl MultiGet MultiPut MultiRemove SortkeyCount BatchGet Incr CheckAndSet CheckAndMutate
        GetScanner Scan ClearScanner QueryCfg CreateApp DropApp RecallApp ListApps ListNodes ClusterInfo
        UpdateAppEnv StartPartitionSplit Negotiation)
}

/// Does it for every RPC.
pub fn visit_all(visitor: &mut impl Visit) {
    RpcCode::ALL.iter().for_each(|code| visit(*code, visitor));
}

/// The RPC that a byte of the input chooses.
pub fn choose(byte: u8) -> RpcCode {
    RpcCode::ALL[usize::from(byte) % RpcCode::ALL.len()]
}

/// Places to cut a frame at, as a network may: at most a few, the last byte always.
pub fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(1 + length / 16).chain(length.checked_sub(1))
}

/// Appends an answer whose frame is good, whatever its body.
pub fn put_reply(error: &impl Wire, name: &str, sequence_id: i32, body: &[u8], out: &mut BytesMut) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    error.write(out);
    MessageHead::write(MessageType::Reply, name.as_bytes(), sequence_id, out);
    out.extend_from_slice(body);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A value in the struct of one field in which it travels.
pub fn envelope<T: Wire>(id: i16, value: &T) -> BytesMut {
    let mut out = BytesMut::new();
    write_field_header(T::TYPE, id, &mut out);
    value.write(&mut out);
    write_stop(&mut out);
    out
}
