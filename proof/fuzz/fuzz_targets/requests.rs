//! Reads any bytes as a server reads a connection.

#![no_main]

use std::fmt::Debug;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use pegasus_fuzz::{LIMIT, Visit, cuts, visit_all};
use pegasus_protocol::frame::{RequestFrame, decode_request};
use pegasus_protocol::rpc::Rpc;

struct ReadArguments<'a>(&'a RequestFrame);

impl Visit for ReadArguments<'_> {
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self) {
        match self.0.arguments::<R::Request>() {
            Ok(value) => assert_eq!(self.0.arguments(), Ok(value), "the same twice"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut buffer = BytesMut::from(bytes);
    loop {
        let start = bytes.len() - buffer.len();
        match decode_request(&mut buffer, LIMIT) {
            Ok(Some(frame)) => {
                let whole = &bytes[start..bytes.len() - buffer.len()];
                assert!(frame.body_length < whole.len());
                for cut in cuts(whole.len()) {
                    let mut part = BytesMut::from(&whole[..cut]);
                    let read = decode_request(&mut part, LIMIT);
                    assert!(matches!(read, Ok(None)), "{cut} bytes of a good frame: {read:?}");
                    assert_eq!(part.len(), cut, "an unfinished frame stays in the buffer");
                }
                visit_all(&mut ReadArguments(&frame));
            }
            Ok(None) => {
                assert_eq!(&buffer[..], &bytes[start..], "an unfinished frame stays in the buffer");
                return;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        }
    }
});
