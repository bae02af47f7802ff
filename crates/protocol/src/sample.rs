//! Random values of every type, and the properties that hold for all of them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::SocketAddrV4;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use crate::frame::{RequestHeader, decode_reply, decode_request, encode_reply, encode_request};
use crate::rpc::{self, Rpc};
use crate::thrift::{Reader, Text, Wire};
use crate::types::{ErrorCode, Gpid, HostPort, RpcAddress};

/// A stream of pseudo-random numbers; the same seed gives the same values.
pub(crate) struct Source(pub(crate) u64);

impl Source {
    /// The next number (splitmix64).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A type with random values.
pub(crate) trait Sample {
    fn sample(source: &mut Source) -> Self;
}

impl Sample for i64 {
    fn sample(source: &mut Source) -> Self {
        // Small numbers, the extremes, and any others.
        match source.below(4) {
            0 => source.below(10) as i64 - 5,
            1 => [i64::MIN, i64::MAX, -1, 0][source.below(4) as usize],
            _ => source.next() as i64,
        }
    }
}

impl Sample for i32 {
    fn sample(source: &mut Source) -> Self {
        i64::sample(source) as i32
    }
}

impl Sample for bool {
    fn sample(source: &mut Source) -> Self {
        source.below(2) == 1
    }
}

impl Sample for Bytes {
    fn sample(source: &mut Source) -> Self {
        (0..source.below(20)).map(|_| source.next() as u8).collect()
    }
}

impl Sample for Text {
    fn sample(source: &mut Source) -> Self {
        Bytes::sample(source).into()
    }
}

impl Sample for ErrorCode {
    fn sample(source: &mut Source) -> Self {
        let listed = ErrorCode::LISTED;
        match listed.get(source.below(listed.len() as u64 + 5) as usize) {
            Some(code) => code.clone(),
            None => Text::from("ERR_OF_TOMORROW").into(),
        }
    }
}

impl Sample for Gpid {
    fn sample(source: &mut Source) -> Self {
        Self { app_id: Sample::sample(source), partition_index: Sample::sample(source) }
    }
}

impl Sample for RpcAddress {
    fn sample(source: &mut Source) -> Self {
        match source.below(4) {
            0 => Self::NONE,
            _ => SocketAddrV4::new((source.next() as u32).into(), source.next() as u16).into(),
        }
    }
}

impl Sample for HostPort {
    fn sample(source: &mut Source) -> Self {
        match source.below(4) {
            0 => Self::NONE,
            _ => Self::new(Text::sample(source), source.next() as u16),
        }
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(source: &mut Source) -> Self {
        bool::sample(source).then(|| T::sample(source))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(source: &mut Source) -> Self {
        (0..source.below(4)).map(|_| T::sample(source)).collect()
    }
}

impl Sample for BTreeMap<Text, Text> {
    fn sample(source: &mut Source) -> Self {
        (0..source.below(4)).map(|_| (Text::sample(source), Text::sample(source))).collect()
    }
}

/// An encoded value decodes to itself and uses all bytes; every shorter part of it fails to decode.
fn check_value<T: Sample + Wire + PartialEq + Debug>(source: &mut Source) {
    let value = T::sample(source);
    let mut written = BytesMut::new();
    value.write(&mut written);
    let written = written.freeze();
    let mut reader = Reader::new(written.clone());
    assert_eq!(T::read(&mut reader).as_ref(), Ok(&value));
    assert_eq!(reader.left(), 0, "{value:?}");
    for cut in 0..written.len() {
        let part = T::read(&mut Reader::new(written.slice(..cut)));
        assert!(part.is_err(), "{value:?} cut at {cut}: {part:?}");
    }
}

/// The same for the frames of request and reply.
fn check_rpc<R: Rpc>(source: &mut Source)
where
    R::Request: Sample + PartialEq + Debug,
    R::Response: Sample + PartialEq + Debug,
{
    check_value::<R::Request>(source);
    check_value::<R::Response>(source);
    let header = RequestHeader {
        gpid: Gpid::sample(source),
        timeout_ms: Sample::sample(source),
        partition_hash: source.next(),
        is_backup: Sample::sample(source),
    };
    let (id, request, error) = (i32::sample(source), R::Request::sample(source), ErrorCode::sample(source));
    let mut out = BytesMut::new();
    encode_request::<R>(&header, id, &request, &mut out);
    let frame = decode_request(&mut out, 1 << 20).unwrap().unwrap();
    assert_eq!((frame.header, frame.head.sequence_id), (header, id));
    assert_eq!(frame.arguments(), Ok(request));
    let response = R::Response::sample(source);
    encode_reply::<R>(&error, id, &response, &mut out);
    let reply = decode_reply(&mut out, 1 << 20).unwrap().unwrap();
    assert_eq!((&reply.error, reply.head.sequence_id), (&error, id));
    assert_eq!(reply.body::<R>(), Ok(Some(response)));
    assert!(out.is_empty());
}

macro_rules! check_all {
    ($source:expr; $($variant:ident)*) => { $( check_rpc::<rpc::$variant>($source); )* };
}

proptest! {
    #[test]
    fn every_message_reads_back_as_it_was_written(seed: u64) {
        check_all!(&mut Source(seed);
            Get Put Remove Ttl MultiGet MultiPut MultiRemove SortkeyCount BatchGet Incr CheckAndSet
            CheckAndMutate GetScanner Scan ClearScanner QueryCfg CreateApp DropApp RecallApp ListApps
            ListNodes ClusterInfo UpdateAppEnv StartPartitionSplit Negotiation);
        check_value::<crate::idl::RequestMeta>(&mut Source(seed));
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
        let _ = decode_request(&mut BytesMut::from(&bytes[..]), 1 << 20);
        let _ = decode_reply(&mut BytesMut::from(&bytes[..]), 1 << 20);
        let _ = crate::key::decode(Bytes::from(bytes));
    }
}
