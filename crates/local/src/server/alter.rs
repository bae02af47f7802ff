//! Changes an answer as a fault rule says.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::RequestFrame;

use crate::exchange::Exchange;
use crate::faults::Alteration;
use crate::handlers::meta;

/// The bytes of the length in front of an answer. They stay as they are; otherwise the client would
/// wait for more bytes instead of reading the answer.
const LENGTH: usize = 4;

/// What remains to be done with an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Altered {
    /// Send it.
    Ready,
    /// Send it after the delay.
    Later(Duration, BytesMut),
    /// Close the connection.
    End,
}

/// Changes an answer as a rule says. The answer is the part of `out` from `start` on; it is empty
/// if the request was not carried out.
pub(crate) fn alter(
    alteration: Alteration,
    frame: &RequestFrame,
    out: &mut BytesMut,
    start: usize,
) -> Altered {
    match alteration {
        Alteration::Error(error) => {
            out.truncate(start);
            meta::refuse(Exchange { frame, out, has_waited: false }, error);
        }
        Alteration::Delay(delay) => return Altered::Later(delay, out.split_off(start)),
        Alteration::Drop => out.truncate(start),
        Alteration::Duplicate => out.extend_from_within(start..),
        Alteration::Corrupt => out.iter_mut().skip(start + LENGTH).for_each(|byte| *byte = !*byte),
        Alteration::Disconnect => {
            out.truncate(start);
            return Altered::End;
        }
    }
    Altered::Ready
}

#[cfg(test)]
mod tests {
    use pegasus_protocol::frame::{RequestHeader, decode_reply, decode_request, encode_request};
    use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
    use pegasus_protocol::rpc::{self, Rpc};
    use pegasus_protocol::types::ErrorCode;

    use super::*;

    fn request<R: Rpc>(request: &R::Request) -> RequestFrame {
        let mut bytes = BytesMut::new();
        encode_request::<R>(&RequestHeader::default(), 7, request, &mut bytes);
        decode_request(&mut bytes, 1 << 20).unwrap().unwrap()
    }

    /// The result for an output with the bytes "before" and the answer "0000answer".
    fn altered(alteration: Alteration) -> (Altered, Vec<u8>) {
        let mut out = BytesMut::from(&b"before0000answer"[..]);
        let altered = alter(alteration, &request::<rpc::Get>(&"k".into()), &mut out, 6);
        (altered, out.to_vec())
    }

    #[test]
    fn what_was_there_before_stays() {
        assert_eq!(altered(Alteration::Drop), (Altered::Ready, b"before".to_vec()));
        assert_eq!(altered(Alteration::Duplicate), (Altered::Ready, b"before0000answer0000answer".to_vec()));
        assert_eq!(altered(Alteration::Disconnect), (Altered::End, b"before".to_vec()));
        let later = Altered::Later(Duration::from_secs(1), BytesMut::from(&b"0000answer"[..]));
        assert_eq!(altered(Alteration::Delay(Duration::from_secs(1))), (later, b"before".to_vec()));
        let corrupt = [&b"before0000"[..], &b"answer".map(|byte| !byte)].concat();
        assert_eq!(altered(Alteration::Corrupt), (Altered::Ready, corrupt));
    }

    #[test]
    fn an_answer_that_is_not_there_cannot_be_changed() {
        let frame = request::<rpc::ClearScanner>(&1);
        for alteration in [Alteration::Duplicate, Alteration::Corrupt] {
            let mut out = BytesMut::from(&b"before"[..]);
            assert_eq!(alter(alteration, &frame, &mut out, 6), Altered::Ready);
            assert_eq!(out, b"before"[..]);
        }
    }

    #[test]
    fn errors_stand_where_the_servers_have_them() {
        let error = || Alteration::Error(ErrorCode::Unlisted("ERR_ODD".into()));
        let mut out = BytesMut::from(&b"0000answer"[..]);
        alter(error(), &request::<rpc::Get>(&"k".into()), &mut out, 0);
        let reply = decode_reply(&mut out, 1 << 20).unwrap().unwrap();
        assert_eq!((reply.error, reply.head.sequence_id), (ErrorCode::Unlisted("ERR_ODD".into()), 7));

        let frame = request::<rpc::QueryCfg>(&QueryCfgRequest::default());
        alter(error(), &frame, &mut out, 0);
        let reply = decode_reply(&mut out, 1 << 20).unwrap().unwrap();
        let expected =
            QueryCfgResponse { err: ErrorCode::Unlisted("ERR_ODD".into()), ..QueryCfgResponse::default() };
        assert_eq!(
            (reply.error.clone(), reply.body::<rpc::QueryCfg>().unwrap()),
            (ErrorCode::Ok, Some(expected))
        );
    }
}
