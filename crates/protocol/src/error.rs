//! The errors of decoding.

use thiserror::Error;

use crate::ttype::TType;

/// Bytes from a peer that cannot be decoded.
///
/// Malformed input causes nothing else: decoding never panics and checks every length before it uses it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end inside a value.
    #[error("the bytes end inside a value: {needed} more needed, {left} left")]
    Truncated {
        /// The bytes that the value still needs.
        needed: usize,
        /// The bytes that are left.
        left: usize,
    },
    /// A length or count that is impossible.
    #[error("a length of {length} is not possible here ({left} bytes left)")]
    BadLength {
        /// The length that was read.
        length: i64,
        /// The bytes that are left after it.
        left: usize,
    },
    /// A field or element whose type differs from the IDL.
    #[error("expected a thrift value of type {expected:?}, found type {found}")]
    WrongType {
        /// The type of the IDL.
        expected: TType,
        /// The type byte that was read.
        found: u8,
    },
    /// A type byte that the thrift binary protocol does not define.
    #[error("{0} is not a thrift type")]
    UnknownType(u8),
    /// Values nested deeper than in any real message.
    #[error("values are nested too deeply")]
    TooDeep,
    /// A frame longer than its reader accepts.
    #[error("a frame of {length} bytes is over the limit of {limit}")]
    FrameTooLong {
        /// The length that the frame claims.
        length: u64,
        /// The limit of its reader.
        limit: usize,
    },
    /// A request that does not start with `THFT`.
    #[error("a frame that starts with {0:02x?} instead of THFT")]
    BadMagic([u8; 4]),
    /// A request header with an unknown version, or with an impossible length.
    #[error("request header version {version} with length {length} is not known")]
    BadHeader {
        /// The claimed version.
        version: u32,
        /// The claimed header length, in bytes.
        length: u32,
    },
    /// A thrift message type that is not expected here.
    #[error("a thrift message of type {0} has no place here")]
    BadMessageType(u8),
    /// A reply whose message head has an unknown form.
    #[error("a message that starts with {0:02x?} is no answer")]
    BadMessageHead([u8; 4]),
    /// A message name longer than that of any RPC, or of negative length.
    #[error("a message name of {0} bytes is not possible")]
    BadName(i64),
    /// A reply to another RPC than the one that was called.
    #[error("expected the message {expected}, found {}", shown_name(found))]
    WrongName {
        /// The expected message name.
        expected: &'static str,
        /// The message name of the reply.
        found: String,
    },
    /// An encoded key that is shorter than its hash key claims.
    #[error("an encoded key of {0} bytes is cut short")]
    BadKey(usize),
}

/// The name if it looks like that of an RPC. Other text may be part of a value, so only its length is shown.
fn shown_name(name: &str) -> String {
    let is_name = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    if name.starts_with("RPC_") && name.bytes().all(is_name) {
        return name.to_owned();
    }
    format!("{} bytes that name none", name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_shows_only_where_it_is_a_name() {
        let found = |found: &str| {
            DecodeError::WrongName { expected: "RPC_RRDB_RRDB_GET_ACK", found: found.into() }.to_string()
        };
        assert!(found("RPC_RRDB_RRDB_PUT_ACK").ends_with("found RPC_RRDB_RRDB_PUT_ACK"));
        for text in ["secret", "RPC_secret", ""] {
            assert!(found(text).ends_with(&format!("found {} bytes that name none", text.len())));
        }
    }
}
