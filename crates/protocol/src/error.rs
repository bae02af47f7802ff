//! Why bytes could not be read.

use thiserror::Error;

use crate::ttype::TType;

/// Bytes from a peer that do not say what they should.
///
/// Decoding never panics and never trusts a length before it is checked, so this is all that
/// malformed input can cause.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end inside a value.
    #[error("the bytes end inside a value: {needed} more needed, {left} left")]
    Truncated {
        /// How many bytes the value still needs.
        needed: usize,
        /// How many there are.
        left: usize,
    },
    /// A length or count that cannot be true.
    #[error("a length of {length} is not possible here ({left} bytes left)")]
    BadLength {
        /// The length as it was read.
        length: i64,
        /// How many bytes follow it.
        left: usize,
    },
    /// A field or element has another type than the IDL gives it.
    #[error("expected a thrift value of type {expected:?}, found type {found}")]
    WrongType {
        /// The type of the IDL.
        expected: TType,
        /// The type byte that was read.
        found: u8,
    },
    /// A type byte that the binary protocol does not have.
    #[error("{0} is not a thrift type")]
    UnknownType(u8),
    /// Structures nested deeper than any real message is.
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
    /// A request header of a version or length that does not exist.
    #[error("request header version {version} with length {length} is not known")]
    BadHeader {
        /// The version that it claims.
        version: u32,
        /// The header length that it claims.
        length: u32,
    },
    /// A thrift message of a type that has no place here.
    #[error("a thrift message of type {0} has no place here")]
    BadMessageType(u8),
    /// An answer whose message does not start like one.
    #[error("a message that starts with {0:02x?} is no answer")]
    BadMessageHead([u8; 4]),
    /// A message name that no RPC has.
    #[error("a message name of {0} bytes is not possible")]
    BadName(i64),
    /// An answer to another RPC than the one that was asked.
    #[error("expected the message {expected}, found {}", shown_name(found))]
    WrongName {
        /// The name that the answer should have.
        expected: &'static str,
        /// The name that it has.
        found: String,
    },
    /// An encoded key too short for its own hash key.
    #[error("an encoded key of {0} bytes is cut short")]
    BadKey(usize),
}

/// A name that an RPC may have. Of anything else, which may be a part of somebody's value, only the length.
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
