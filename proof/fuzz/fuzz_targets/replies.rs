//! Reads any bytes as a client reads a connection.

#![no_main]

use std::fmt::Debug;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use pegasus_fuzz::{LIMIT, Visit, cuts, visit_all};
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{ReplyFrame, decode_reply};
use pegasus_protocol::rpc::Rpc;

struct ReadBody<'a>(&'a ReplyFrame);

impl Visit for ReadBody<'_> {
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self) {
        match self.0.body::<R>() {
            Ok(body) => {
                assert_eq!(self.0.head.name, R::CODE.ack_name());
                assert_eq!(self.0.body::<R>(), Ok(body), "the same twice");
            }
            Err(error @ DecodeError::WrongName { .. }) => {
                assert_ne!(self.0.head.name, R::CODE.ack_name());
                assert!(!error.to_string().is_empty());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut buffer = BytesMut::from(bytes);
    loop {
        let start = bytes.len() - buffer.len();
        match decode_reply(&mut buffer, LIMIT) {
            Ok(Some(frame)) => {
                let whole = &bytes[start..bytes.len() - buffer.len()];
                assert!(!whole.is_empty());
                for cut in cuts(whole.len()) {
                    let mut part = BytesMut::from(&whole[..cut]);
                    let read = decode_reply(&mut part, LIMIT);
                    assert!(matches!(read, Ok(None)), "{cut} bytes of a good frame: {read:?}");
                    assert_eq!(part.len(), cut, "an unfinished frame stays in the buffer");
                }
                visit_all(&mut ReadBody(&frame));
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
