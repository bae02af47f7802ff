//! Replies.
//!
//! ```text
//! total_length (counts itself), error name, message head, [ struct of one field (number 0) ]
//! ```
//!
//! The last part is usually absent when the error is not `ERR_OK`, and may be absent when it is.

use bytes::{Buf, BytesMut};

use super::envelope::{read_envelope, start_envelope, with_length, write_envelope};
use crate::error::DecodeError;
use crate::rpc::{Rpc, RpcCode};
use crate::thrift::{MessageHead, MessageType, Reader, Wire};
use crate::types::ErrorCode;

/// The longest reply that a client reads, in bytes: a scan batch of 1,000 rows of 1 MiB each.
pub const MAX_REPLY_LENGTH: usize = 1 << 30;

/// The shortest reply: length, empty error name, head with an empty name.
const MIN_LENGTH: usize = 4 + 4 + 12;

/// The longest error name, in bytes.
const MAX_ERROR_NAME: i32 = 256;

/// Appends a complete reply with a value.
pub fn encode_reply<R: Rpc>(error: &ErrorCode, sequence_id: i32, response: &R::Response, out: &mut BytesMut) {
    with_length(out, true, |out| {
        error.write(out);
        MessageHead::write(MessageType::Reply, R::CODE.ack_name().as_bytes(), sequence_id, out);
        write_envelope(0, response, out);
    });
}

/// Appends a reply without a value, to the request of this name, known or not.
pub fn encode_error(error: &ErrorCode, request_name: &[u8], sequence_id: i32, out: &mut BytesMut) {
    let name = [request_name, b"_ACK"].concat();
    with_length(out, true, |out| {
        error.write(out);
        MessageHead::write(MessageType::Reply, &name, sequence_id, out);
    });
}

/// A reply as a client reads it.
#[derive(Debug, Clone)]
pub struct ReplyFrame {
    /// `ErrorCode::Ok`, or why the request was refused.
    pub error: ErrorCode,
    /// The name of the RPC and the id of the request.
    pub head: MessageHead,
    body: Reader,
}

impl ReplyFrame {
    /// Reads the value, if the reply has one.
    ///
    /// # Errors
    ///
    /// The reply belongs to another RPC, or its value cannot be decoded.
    pub fn body<R: Rpc>(&self) -> Result<Option<R::Response>, DecodeError> {
        self.check_name(R::CODE)?;
        if self.body.left() == 0 {
            return Ok(None);
        }
        read_envelope(&mut self.body.clone()).map(Some)
    }

    /// The reader at the start of the value, if the reply has one: for a value that is read in steps. What stands
    /// behind the value is the end of a struct.
    ///
    /// # Errors
    ///
    /// The reply belongs to another RPC, or ends at once.
    pub fn reader<R: Rpc>(&self) -> Result<Option<Reader>, DecodeError> {
        self.check_name(R::CODE)?;
        if self.body.left() == 0 {
            return Ok(None);
        }
        let mut input = self.body.clone();
        start_envelope(&mut input)?;
        Ok(Some(input))
    }

    fn check_name(&self, code: RpcCode) -> Result<(), DecodeError> {
        if self.head.name == code.ack_name() {
            return Ok(());
        }
        Err(DecodeError::WrongName { expected: code.ack_name(), found: self.head.name.to_string() })
    }
}

/// Checks the part of a reply that has arrived. So a stream that is out of step is noticed at once, and not
/// only after all bytes of a bogus length have arrived.
fn check_start(start: &[u8]) -> Result<(), DecodeError> {
    let Some((mut name_length, rest)) = start.split_at_checked(4) else { return Ok(()) };
    let name_length = name_length.get_i32();
    if !(0..=MAX_ERROR_NAME).contains(&name_length) {
        return Err(DecodeError::BadLength { length: name_length.into(), left: rest.len() });
    }
    let Some(head) = rest.get(name_length as usize..name_length as usize + 4) else { return Ok(()) };
    if head[..2] == [0x80, 0x01] && head[3] == MessageType::Reply as u8 {
        return Ok(());
    }
    Err(DecodeError::BadMessageHead([head[0], head[1], head[2], head[3]]))
}

/// Takes one reply off the front of `buffer`; `None`: it has not arrived completely.
///
/// # Errors
///
/// The bytes are not a reply, or it is longer than `limit`. The connection cannot be read any further.
pub fn decode_reply(buffer: &mut BytesMut, limit: usize) -> Result<Option<ReplyFrame>, DecodeError> {
    let Some(mut length_bytes) = buffer.get(..4) else {
        return Ok(None);
    };
    let length = length_bytes.get_u32() as usize;
    if length > limit {
        return Err(DecodeError::FrameTooLong { length: length as u64, limit });
    }
    if length < MIN_LENGTH {
        return Err(DecodeError::BadLength { length: length as i64, left: buffer.len() });
    }
    // Checked before the length: the result must not depend on how the bytes were cut on their way.
    check_start(&buffer[4..length.min(buffer.len())])?;
    if buffer.len() < length {
        return Ok(None);
    }
    let mut frame = buffer.split_to(length);
    frame.advance(4);
    let mut body = Reader::new(frame.freeze());
    let error = ErrorCode::read(&mut body)?;
    let head = MessageHead::read(&mut body)?;
    match head.kind {
        MessageType::Reply => Ok(Some(ReplyFrame { error, head, body })),
        MessageType::Call | MessageType::Exception | MessageType::Oneway => {
            Err(DecodeError::BadMessageType(head.kind as u8))
        }
    }
}
