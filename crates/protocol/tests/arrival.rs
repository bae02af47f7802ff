//! A reply is decoded the same, however it was cut on its way.

// Clippy takes helpers outside of test functions for production code.
#![allow(clippy::unwrap_used)]

use bytes::{BufMut, BytesMut};
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{MAX_REPLY_LENGTH, decode_reply, decode_request, encode_error, encode_reply};
use pegasus_protocol::idl::BatchGetRequest;
use pegasus_protocol::rpc;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

/// The results of decoding a frame cut at each of its bytes, and then the whole frame.
fn outcomes(frame: &[u8]) -> (Vec<Result<bool, DecodeError>>, Result<bool, DecodeError>) {
    let read = |bytes: &[u8]| decode_reply(&mut BytesMut::from(bytes), MAX_REPLY_LENGTH).map(|r| r.is_some());
    ((0..frame.len()).map(|cut| read(&frame[..cut])).collect(), read(frame))
}

fn framed(rest: &[u8]) -> BytesMut {
    let mut frame = BytesMut::new();
    frame.put_u32(4 + rest.len() as u32);
    frame.put_slice(rest);
    frame
}

#[test]
fn a_good_answer_waits_for_its_last_byte() {
    let mut value = BytesMut::new();
    encode_reply::<rpc::Put>(&ErrorCode::Ok, 1, &Default::default(), &mut value);
    let mut error = BytesMut::new();
    encode_error(&ErrorCode::from(Text::from("E".repeat(256))), b"RPC_RRDB_RRDB_GET", 2, &mut error);
    for frame in [value, error] {
        let (parts, whole) = outcomes(&frame);
        assert!(parts.iter().all(|part| *part == Ok(false)), "{parts:?}");
        assert_eq!(whole, Ok(true));
    }
}

#[test]
fn what_is_refused_in_part_is_refused_whole() {
    // The old form of a message head (name, type, id), which no server sends in replies.
    let old_head = framed(b"\0\0\0\x06ERR_OK\0\0\0\x05a_ACK\x02\0\0\0\x01");
    // A message head with an unknown version; found by fuzzing, shortened.
    let no_head = framed(b"\0\0\0\x06ERR_OK\0\0\0\x02\x15\x0c\0\x01\0\0\0\x0bN");
    // An error name that is too long.
    let mut long_name = BytesMut::new();
    encode_error(&ErrorCode::from(Text::from("E".repeat(257))), b"RPC_RRDB_RRDB_GET", 2, &mut long_name);
    for frame in [old_head, no_head, long_name] {
        let (parts, whole) = outcomes(&frame);
        assert!(parts.iter().any(Result::is_err), "{parts:?}");
        assert!(whole.is_err(), "{whole:?}");
    }
}

#[test]
fn a_list_of_nothing_does_not_fill_the_memory() {
    let mut body = BytesMut::new();
    body.put_slice(b"\x80\x01\0\x01\0\0\0\x01g\0\0\0\x01\x0c\0\x01\x0f\0\x01\x0c");
    let count = 1 << 20;
    body.put_u32(count);
    body.put_bytes(0, count as usize + 2);
    let mut frame = BytesMut::from(&b"THFT\0\0\0\0\0\0\0\x30\0\0\0\0"[..]);
    frame.put_u32(body.len() as u32);
    frame.put_bytes(0, 28);
    frame.put_slice(&body);
    let request = decode_request(&mut frame, 1 << 24).unwrap().unwrap();
    assert!(matches!(request.arguments::<BatchGetRequest>(), Err(DecodeError::BadLength { .. })));
}
