//! Requests with a valid header and head, and any bytes as value.

#![no_main]

use std::fmt::Debug;

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use pegasus_fuzz::{LIMIT, Visit, choose, visit};
use pegasus_protocol::frame::{
    HeaderVersion, RequestFrame, RequestHeader, body_length, decode_request, encode_request,
};
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::thrift::{MessageHead, MessageType};
use pegasus_protocol::types::Gpid;

/// The input: numbers one after the other, the lowest byte first; the rest is the value.
#[derive(Debug, Arbitrary)]
struct Input<'a> {
    code: u8,
    is_backup: bool,
    app_id: i32,
    partition_index: i32,
    timeout_ms: i32,
    sequence_id: i32,
    partition_hash: u64,
    arguments: &'a [u8],
}

struct Check<'a> {
    header: RequestHeader,
    sequence_id: i32,
    arguments: &'a [u8],
}

impl Check<'_> {
    /// The header of a real request before a body of any bytes.
    fn frame<R: Rpc>(&self) -> BytesMut {
        let mut out = BytesMut::new();
        encode_request::<rpc::Get>(&self.header, 0, &Bytes::new(), &mut out);
        out.truncate(out.len() - body_length::<rpc::Get>(&Bytes::new()));
        let start = out.len();
        MessageHead::write(MessageType::Call, R::CODE.name().as_bytes(), self.sequence_id, &mut out);
        out.extend_from_slice(self.arguments);
        let length_at = if self.header.is_backup { 12 } else { 16 };
        let length = (out.len() - start) as u32;
        out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
        out
    }

    /// Reads a request, and checks everything except the value.
    fn read<R: Rpc>(&self, mut buffer: BytesMut) -> RequestFrame {
        let frame =
            decode_request(&mut buffer, LIMIT).expect("the frame is good").expect("the frame is whole");
        assert!(buffer.is_empty());
        let version = if self.header.is_backup { HeaderVersion::V1 } else { HeaderVersion::V0 };
        assert_eq!((frame.version, frame.header), (version, self.header));
        assert_eq!((frame.head.kind, frame.head.sequence_id), (MessageType::Call, self.sequence_id));
        assert_eq!(frame.head.name, R::CODE.name());
        frame
    }
}

impl Visit for Check<'_> {
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self) {
        let frame = self.read::<R>(self.frame::<R>());
        match frame.arguments::<R::Request>() {
            Ok(value) => {
                let mut again = BytesMut::new();
                encode_request::<R>(&self.header, self.sequence_id, &value, &mut again);
                let frame = self.read::<R>(again);
                assert_eq!(frame.body_length, body_length::<R>(&value));
                assert_eq!(frame.arguments(), Ok(value));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fuzz_target!(|input: Input<'_>| {
    let header = RequestHeader {
        gpid: Gpid { app_id: input.app_id, partition_index: input.partition_index },
        timeout_ms: input.timeout_ms,
        partition_hash: input.partition_hash,
        is_backup: input.is_backup,
    };
    let mut check = Check { header, sequence_id: input.sequence_id, arguments: input.arguments };
    visit(choose(input.code), &mut check);
});
