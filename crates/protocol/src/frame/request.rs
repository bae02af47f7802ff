//! Requests, with both versions of their header.
//!
//! ```text
//! v0: "THFT" 0 48 crc body_length crc app_id partition_index timeout thread_hash partition_hash | body
//! v1: "THFT" 1 meta_length body_length | meta struct | body
//! body: message head, struct of one field (number 1)
//! ```

use std::ops::Range;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::envelope::{read_envelope, write_envelope};
use crate::error::DecodeError;
use crate::idl::RequestMeta;
use crate::rpc::Rpc;
use crate::thrift::{MessageHead, MessageType, Reader, Wire};
use crate::types::Gpid;

const MAGIC: [u8; 4] = *b"THFT";
const V0_LENGTH: usize = 48;
const V1_LENGTH: usize = 16;
/// The longest meta struct that is accepted, in bytes. A real one holds five small numbers.
const V1_MAX_META: usize = 1024;

/// The version of a request header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderVersion {
    /// 48 fixed bytes; it cannot mark a backup request.
    V0,
    /// A thrift struct.
    V1,
}

/// The contents of a request header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestHeader {
    /// The partition; all zero for meta servers.
    pub gpid: Gpid,
    /// How long the caller still waits, in milliseconds.
    pub timeout_ms: i32,
    /// The hash that chose the partition. Servers need it once a table has been split.
    pub partition_hash: u64,
    /// Whether a secondary may answer. Only a v1 header can say so.
    pub is_backup: bool,
}

/// Appends a complete request. The header is v1 for a backup request, otherwise v0.
pub fn encode_request<R: Rpc>(
    header: &RequestHeader,
    sequence_id: i32,
    request: &R::Request,
    out: &mut BytesMut,
) {
    let version = if header.is_backup { HeaderVersion::V1 } else { HeaderVersion::V0 };
    encode_request_as::<R>(version, header, sequence_id, request, out);
}

/// Appends a complete request with this header version. A v0 header drops `is_backup`.
pub fn encode_request_as<R: Rpc>(
    version: HeaderVersion,
    header: &RequestHeader,
    sequence_id: i32,
    request: &R::Request,
    out: &mut BytesMut,
) {
    out.put_slice(&MAGIC);
    let length_at = match version {
        HeaderVersion::V0 => put_v0(header, out),
        HeaderVersion::V1 => put_v1(header, out),
    };
    let start = out.len();
    write_body::<R>(sequence_id, request, out);
    let length = (out.len() - start) as u32;
    out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
}

/// The name of no RPC.
const UNKNOWN_RPC: &[u8] = b"RPC_PEGASUS_CLIENT_PROBE";

/// Appends a request that does nothing. Any server of any version replies `ERR_HANDLER_NOT_FOUND`, because it knows
/// no RPC of that name.
pub fn encode_probe(sequence_id: i32, out: &mut BytesMut) {
    out.put_slice(&MAGIC);
    let length_at = put_v0(&RequestHeader { timeout_ms: 1000, ..RequestHeader::default() }, out);
    let start = out.len();
    MessageHead::write(MessageType::Call, UNKNOWN_RPC, sequence_id, out);
    write_envelope(1, &0_i64, out);
    let length = (out.len() - start) as u32;
    out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
}

/// Takes the time that a complete request has waited off the timeout in its header, which stays at least 1 ms.
///
/// A request with a v1 header is left as it is: its timeout is somewhere in a struct.
pub fn shorten_timeout(request: &mut [u8], waited: Duration) {
    const VERSION: Range<usize> = 4..8;
    const TIMEOUT: Range<usize> = 32..36;
    if request.get(VERSION) != Some(&[0; 4]) {
        return;
    }
    let Some(timeout) = request.get_mut(TIMEOUT) else { return };
    let before = (&timeout[..]).get_i32();
    let waited = i32::try_from(waited.as_millis()).unwrap_or(i32::MAX);
    timeout.copy_from_slice(&before.saturating_sub(waited).max(1).to_be_bytes());
}

/// The length of a request's body, message head included: servers limit writes by it.
pub fn body_length<R: Rpc>(request: &R::Request) -> usize {
    let mut body = BytesMut::new();
    write_body::<R>(0, request, &mut body);
    body.len()
}

fn write_body<R: Rpc>(sequence_id: i32, request: &R::Request, out: &mut BytesMut) {
    MessageHead::write(MessageType::Call, R::CODE.name().as_bytes(), sequence_id, out);
    write_envelope(1, request, out);
}

/// Appends the v0 header after the magic; returns the position of the body's length.
fn put_v0(header: &RequestHeader, out: &mut BytesMut) -> usize {
    out.put_u32(0);
    out.put_u32(V0_LENGTH as u32);
    out.put_u32(0); // header crc: not looked at by servers
    let length_at = out.len();
    out.put_u32(0);
    out.put_u32(0); // body crc: likewise
    out.put_i32(header.gpid.app_id);
    out.put_i32(header.gpid.partition_index);
    out.put_i32(header.timeout_ms);
    // Requests to meta servers have no partition, and so no thread hash.
    out.put_i32(if header.gpid.app_id > 0 { header.gpid.thread_hash() } else { 0 });
    out.put_u64(header.partition_hash);
    length_at
}

/// Appends the v1 header after the magic; returns the position of the body's length.
fn put_v1(header: &RequestHeader, out: &mut BytesMut) -> usize {
    let meta = RequestMeta {
        app_id: Some(header.gpid.app_id),
        partition_index: Some(header.gpid.partition_index),
        client_timeout: Some(header.timeout_ms),
        partition_hash: Some(header.partition_hash as i64),
        is_backup_request: Some(header.is_backup),
    };
    out.put_u32(1);
    let meta_length_at = out.len();
    out.put_u32(0);
    out.put_u32(0);
    meta.write(out);
    let meta_length = (out.len() - meta_length_at - 8) as u32;
    out[meta_length_at..meta_length_at + 4].copy_from_slice(&meta_length.to_be_bytes());
    meta_length_at + 4
}

/// A request as a server reads it.
#[derive(Debug, Clone)]
pub struct RequestFrame {
    /// The version of the header.
    pub version: HeaderVersion,
    /// The contents of the header.
    pub header: RequestHeader,
    /// The name of the RPC, and the id for the reply.
    pub head: MessageHead,
    /// The length of the body, message head included: the server limits writes by it.
    pub body_length: usize,
    arguments: Reader,
}

impl RequestFrame {
    /// Reads the value of the request.
    pub fn arguments<T: Wire>(&self) -> Result<T, DecodeError> {
        read_envelope(&mut self.arguments.clone())
    }
}

/// Takes one request off the front of `buffer`; `None`: it has not arrived completely.
///
/// # Errors
///
/// The bytes are not a request, or it is longer than `limit`. The connection cannot be read any further.
pub fn decode_request(buffer: &mut BytesMut, limit: usize) -> Result<Option<RequestFrame>, DecodeError> {
    let Some((version, header_length, body_length)) = measure(buffer, limit)? else {
        return Ok(None);
    };
    if buffer.len() < header_length + body_length {
        return Ok(None);
    }
    let mut header_bytes = buffer.split_to(header_length).freeze();
    let body = buffer.split_to(body_length).freeze();
    let header = match version {
        HeaderVersion::V0 => read_v0(&mut header_bytes),
        HeaderVersion::V1 => read_v1(header_bytes)?,
    };
    let mut arguments = Reader::new(body);
    let head = MessageHead::read(&mut arguments)?;
    match head.kind {
        MessageType::Call | MessageType::Oneway => {
            Ok(Some(RequestFrame { version, header, head, body_length, arguments }))
        }
        MessageType::Reply | MessageType::Exception => Err(DecodeError::BadMessageType(head.kind as u8)),
    }
}

/// Reads the header version and the lengths of header and body of the request at the front.
fn measure(buffer: &[u8], limit: usize) -> Result<Option<(HeaderVersion, usize, usize)>, DecodeError> {
    let known = buffer.len().min(4);
    if buffer[..known] != MAGIC[..known] {
        let mut magic = [0; 4];
        magic[..known].copy_from_slice(&buffer[..known]);
        return Err(DecodeError::BadMagic(magic));
    }
    let word = |index: usize| buffer.get(index * 4..index * 4 + 4).map(|mut bytes| bytes.get_u32());
    let (Some(version), Some(length)) = (word(1), word(2)) else {
        return Ok(None);
    };
    let bad_header = DecodeError::BadHeader { version, length };
    let (version, header_length, body_length) = match version {
        0 if length as usize == V0_LENGTH => (HeaderVersion::V0, V0_LENGTH, word(4)),
        1 if length as usize <= V1_MAX_META => (HeaderVersion::V1, V1_LENGTH + length as usize, word(3)),
        _ => return Err(bad_header),
    };
    match body_length {
        None => Ok(None),
        Some(length) if length as usize > limit => {
            Err(DecodeError::FrameTooLong { length: length.into(), limit })
        }
        Some(length) => Ok(Some((version, header_length, length as usize))),
    }
}

/// Reads a v0 header, whose length has been checked.
fn read_v0(bytes: &mut Bytes) -> RequestHeader {
    bytes.advance(24);
    let gpid = Gpid { app_id: bytes.get_i32(), partition_index: bytes.get_i32() };
    let timeout_ms = bytes.get_i32();
    bytes.advance(4); // the thread hash follows from the partition
    RequestHeader { gpid, timeout_ms, partition_hash: bytes.get_u64(), is_backup: false }
}

fn read_v1(bytes: Bytes) -> Result<RequestHeader, DecodeError> {
    let meta = RequestMeta::read(&mut Reader::new(bytes.slice(V1_LENGTH..)))?;
    Ok(RequestHeader {
        gpid: Gpid {
            app_id: meta.app_id.unwrap_or_default(),
            partition_index: meta.partition_index.unwrap_or_default(),
        },
        timeout_ms: meta.client_timeout.unwrap_or_default(),
        partition_hash: meta.partition_hash.unwrap_or_default() as u64,
        is_backup: meta.is_backup_request.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{Get, RpcCode};

    #[test]
    fn a_probe_is_a_request_that_no_server_knows() {
        let mut bytes = BytesMut::new();
        encode_probe(-3, &mut bytes);
        let read = decode_request(&mut bytes, 1024).unwrap().unwrap();
        assert_eq!((read.header.gpid, read.head.sequence_id, bytes.len()), (Gpid::default(), -3, 0));
        assert_eq!(RpcCode::from_name(read.head.name.as_bytes()), None);
    }

    #[test]
    fn a_request_that_waited_says_how_long_its_caller_still_waits() {
        let key = Bytes::from_static(b"key");
        for (is_backup, waited_ms, left_ms) in [(false, 300, 700), (false, 5000, 1), (true, 300, 1000)] {
            let gpid = Gpid { app_id: 2, partition_index: 3 };
            let header = RequestHeader { gpid, timeout_ms: 1000, partition_hash: 77, is_backup };
            let mut bytes = BytesMut::new();
            encode_request::<Get>(&header, 5, &key, &mut bytes);
            shorten_timeout(&mut bytes, Duration::from_millis(waited_ms));
            let read = decode_request(&mut bytes, 1024).unwrap().unwrap();
            assert_eq!(read.header, RequestHeader { timeout_ms: left_ms, ..header });
            assert_eq!(read.arguments::<Bytes>().unwrap(), key);
        }
        shorten_timeout(&mut [0; 10], Duration::from_secs(1));
    }
}
