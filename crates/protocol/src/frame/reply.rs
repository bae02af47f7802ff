//! Answers.
//!
//! ```text
//! total_length (counts itself), error name, message head, [ struct of one field (number 0) ]
//! ```
//!
//! The last part is mostly absent when the error is not `ERR_OK`, and may be absent when it is.

use bytes::{Buf, BytesMut};

use super::envelope::{read_envelope, with_length, write_envelope};
use crate::error::DecodeError;
use crate::rpc::{Rpc, RpcCode};
use crate::thrift::{MessageHead, MessageType, Reader, Wire};
use crate::types::ErrorCode;

/// The longest answer that a client reads: a scan batch of a thousand rows of a mebibyte each.
pub const MAX_REPLY_LENGTH: usize = 1 << 30;

/// The shortest answer: length, empty error name, head with an empty name.
const MIN_LENGTH: usize = 4 + 4 + 12;

/// No error's name is longer.
const MAX_ERROR_NAME: i32 = 256;

/// Appends a whole answer with a value.
pub fn encode_reply<R: Rpc>(error: &ErrorCode, sequence_id: i32, response: &R::Response, out: &mut BytesMut) {
    with_length(out, true, |out| {
        error.write(out);
        MessageHead::write(MessageType::Reply, R::CODE.ack_name().as_bytes(), sequence_id, out);
        write_envelope(0, response, out);
    });
}

/// Appends an answer without a value to the request of that name, known or not.
pub fn encode_error(error: &ErrorCode, request_name: &[u8], sequence_id: i32, out: &mut BytesMut) {
    let name = [request_name, b"_ACK"].concat();
    with_length(out, true, |out| {
        error.write(out);
        MessageHead::write(MessageType::Reply, &name, sequence_id, out);
    });
}

/// An answer as a client reads it.
#[derive(Debug, Clone)]
pub struct ReplyFrame {
    /// `ErrorCode::Ok`, or why the request was not served.
    pub error: ErrorCode,
    /// What it answers.
    pub head: MessageHead,
    body: Reader,
}

impl ReplyFrame {
    /// Reads the value, if there is one.
    ///
    /// # Errors
    ///
    /// The answer is one to another RPC, or its value cannot be read.
    pub fn body<R: Rpc>(&self) -> Result<Option<R::Response>, DecodeError> {
        self.check_name(R::CODE)?;
        if self.body.left() == 0 {
            return Ok(None);
        }
        read_envelope(&mut self.body.clone()).map(Some)
    }

    fn check_name(&self, code: RpcCode) -> Result<(), DecodeError> {
        if self.head.name == code.ack_name() {
            return Ok(());
        }
        Err(DecodeError::WrongName { expected: code.ack_name(), found: self.head.name.to_string() })
    }
}

/// Checks what has arrived of an answer, so that a stream that has lost its place is noticed at once
/// and not after the bytes that a nonsensical length promises.
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

/// Takes one answer off the front of `buffer`; `None` while it has not arrived whole.
///
/// # Errors
///
/// Bytes that are no answer, or one over `limit`. The connection cannot be read any further.
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
    // Looked at first, however much has arrived: what is an answer must not depend on how it was cut.
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
