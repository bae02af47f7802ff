//! Answers with a valid frame and any bytes as value. The first byte chooses the RPC, the second the error.

#![no_main]

use std::fmt::Debug;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use pegasus_fuzz::{LIMIT, Visit, choose, put_reply, visit};
use pegasus_protocol::frame::{ReplyFrame, decode_reply, encode_error, encode_reply};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

const SEQUENCE_ID: i32 = 0x0102_0304;

struct Check<'a> {
    error: ErrorCode,
    body: &'a [u8],
}

fn read(buffer: &mut BytesMut) -> ReplyFrame {
    decode_reply(buffer, LIMIT).expect("the frame is good").expect("the frame is whole")
}

impl Visit for Check<'_> {
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self) {
        let mut buffer = BytesMut::new();
        put_reply(&self.error, R::CODE.ack_name(), SEQUENCE_ID, self.body, &mut buffer);
        encode_error(&ErrorCode::Busy, b"next", 5, &mut buffer);

        let frame = read(&mut buffer);
        assert_eq!((&frame.error, frame.head.sequence_id), (&self.error, SEQUENCE_ID));
        let next = read(&mut buffer);
        assert_eq!((next.error, next.head.sequence_id), (ErrorCode::Busy, 5), "the next frame is untouched");
        assert!(buffer.is_empty());

        match frame.body::<R>() {
            Ok(None) => assert!(self.body.is_empty()),
            Ok(Some(value)) => {
                let mut again = BytesMut::new();
                encode_reply::<R>(&frame.error, SEQUENCE_ID, &value, &mut again);
                let frame = read(&mut again);
                assert!(again.is_empty());
                assert_eq!((&frame.error, frame.head.sequence_id), (&self.error, SEQUENCE_ID));
                assert_eq!(frame.body::<R>(), Ok(Some(value)));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [code, error, body @ ..] = bytes else { return };
    let unlisted = || ErrorCode::from(Text::from("ERR_FROM_THE_FUTURE"));
    let error = ErrorCode::LISTED.get(usize::from(*error)).cloned().unwrap_or_else(unlisted);
    visit(choose(*code), &mut Check { error, body });
});
