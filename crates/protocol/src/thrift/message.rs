//! The head of a thrift message: its type, the RPC's name, and the sequence id.

use bytes::{BufMut, BytesMut};

use super::reader::Reader;
use super::text::Text;
use super::wire::write_bytes;
use crate::error::DecodeError;

const STRICT_VERSION: u32 = 0x8001_0000;

/// The longest accepted message name, in bytes. The real server keeps 47 characters of it.
const MAX_NAME: usize = 256;

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MessageType {
    Call = 1,
    Reply = 2,
    Exception = 3,
    Oneway = 4,
}

impl TryFrom<u8> for MessageType {
    type Error = DecodeError;

    fn try_from(byte: u8) -> Result<Self, DecodeError> {
        Ok(match byte {
            1 => Self::Call,
            2 => Self::Reply,
            3 => Self::Exception,
            4 => Self::Oneway,
            other => return Err(DecodeError::BadMessageType(other)),
        })
    }
}

/// The head of a message: type, name, sequence id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHead {
    /// The type of the message.
    pub kind: MessageType,
    /// The RPC's name; that of a reply ends in `_ACK`.
    pub name: Text,
    /// Chosen by the caller for its connection; the reply repeats it.
    pub sequence_id: i32,
}

impl MessageHead {
    /// Appends a strict head, the only form that is written.
    pub fn write(kind: MessageType, name: &[u8], sequence_id: i32, out: &mut BytesMut) {
        out.put_u32(STRICT_VERSION | kind as u32);
        write_bytes(name, out);
        out.put_i32(sequence_id);
    }

    /// Reads a head. Like the real server, it also reads the old non-strict form (name, type, sequence id).
    pub fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        let first = input.u32()?;
        if first & 0xffff_0000 == STRICT_VERSION {
            let kind = MessageType::try_from(first as u8)?;
            let name = read_name(i64::from(input.i32()?), input)?;
            return Ok(Self { kind, name, sequence_id: input.i32()? });
        }
        let name = read_name(i64::from(first as i32), input)?;
        let kind = MessageType::try_from(input.u8()?)?;
        Ok(Self { kind, name, sequence_id: input.i32()? })
    }
}

fn read_name(length: i64, input: &mut Reader) -> Result<Text, DecodeError> {
    match usize::try_from(length) {
        Ok(length) if length <= MAX_NAME => input.take(length).map(Text::from),
        _ => Err(DecodeError::BadName(length)),
    }
}
