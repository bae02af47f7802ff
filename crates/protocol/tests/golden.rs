//! Frames made by others: by a real server, and those printed in the protocol document.

// Clippy takes helpers outside of test functions for production code.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::{
    MAX_REPLY_LENGTH, RequestFrame, RequestHeader, decode_reply, decode_request, encode_error, encode_reply,
    encode_request, encode_request_as,
};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::thrift::{Text, Wire};
use pegasus_protocol::types::{ErrorCode, Gpid, HostPort, RpcAddress};

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A request to a real server, and the reply.
struct Recorded {
    name: String,
    rpc: String,
    request: Vec<u8>,
    response: Vec<u8>,
}

/// The recorded frames. They are absent when only the project is checked out, which fails in CI.
fn recorded() -> Vec<Recorded> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/frames.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert!(std::env::var_os("CI").is_none(), "the recordings are missing: {}", path.display());
        eprintln!("did not run: no recordings at {}", path.display());
        return Vec::new();
    };
    let field = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|row: &serde_json::Value| row.get("rpc").is_some())
        .map(|row| Recorded {
            name: field(&row, "name"),
            rpc: field(&row, "rpc"),
            request: unhex(&field(&row, "request")),
            response: unhex(&field(&row, "response")),
        })
        .collect()
}

fn read_request(bytes: &[u8]) -> RequestFrame {
    let mut buffer = BytesMut::from(bytes);
    let frame = decode_request(&mut buffer, 1 << 20).unwrap().unwrap();
    assert!(buffer.is_empty());
    frame
}

/// Decodes both frames and encodes their values again.
fn round_trip<R: Rpc>(request: &[u8], response: &[u8]) -> (BytesMut, BytesMut)
where
    R::Request: Wire,
{
    let frame = read_request(request);
    let mut request_again = BytesMut::new();
    let value: R::Request = frame.arguments().unwrap();
    let id = frame.head.sequence_id;
    encode_request_as::<R>(frame.version, &frame.header, id, &value, &mut request_again);

    let mut buffer = BytesMut::from(response);
    let reply = decode_reply(&mut buffer, MAX_REPLY_LENGTH).unwrap().unwrap();
    assert!(buffer.is_empty());
    let mut response_again = BytesMut::new();
    match reply.body::<R>().unwrap() {
        Some(body) => encode_reply::<R>(&reply.error, reply.head.sequence_id, &body, &mut response_again),
        None => {
            encode_error(&reply.error, R::CODE.name().as_bytes(), reply.head.sequence_id, &mut response_again)
        }
    }
    (request_again, response_again)
}

macro_rules! by_code {
    ($code:expr, $request:expr, $response:expr; $($variant:ident)*) => {
        match $code { $( RpcCode::$variant => round_trip::<rpc::$variant>($request, $response), )* }
    };
}

fn round_trip_of(code: RpcCode, request: &[u8], response: &[u8]) -> (BytesMut, BytesMut) {
    by_code!(code, request, response;
        Get Put Remove Ttl MultiGet MultiPut MultiRemove SortkeyCount BatchGet Incr CheckAndSet CheckAndMutate
        GetScanner Scan ClearScanner QueryCfg CreateApp DropApp RecallApp ListApps ListNodes ClusterInfo
        UpdateAppEnv StartPartitionSplit Negotiation)
}

#[test]
fn every_recorded_frame_decodes_and_encodes_to_the_same_bytes() {
    for Recorded { name, rpc, request, response } in recorded() {
        let Some(code) = RpcCode::from_name(rpc.as_bytes()) else {
            let mut buffer = BytesMut::from(&response[..]);
            let reply = decode_reply(&mut buffer, MAX_REPLY_LENGTH).unwrap().unwrap();
            assert_eq!(reply.error, ErrorCode::HandlerNotFound, "{name}");
            let mut response_again = BytesMut::new();
            encode_error(&reply.error, rpc.as_bytes(), reply.head.sequence_id, &mut response_again);
            assert_eq!(response_again.as_ref(), response, "response of {name}");
            assert_eq!(read_request(&request).head.name, rpc.as_str(), "request of {name}");
            continue;
        };
        let (request_again, response_again) = round_trip_of(code, &request, &response);
        assert_eq!(response_again.as_ref(), response, "response of {name}");
        assert_eq!(request_again.as_ref(), request, "request of {name}");
    }
}

#[test]
fn no_recorded_frame_cut_anywhere_is_taken_for_a_whole_one_or_panics() {
    for Recorded { name, request, response, .. } in recorded() {
        for cut in 0..request.len() {
            let frame = decode_request(&mut BytesMut::from(&request[..cut]), 1 << 20);
            assert!(matches!(frame, Ok(None)), "request of {name} cut at {cut}: {frame:?}");
        }
        for cut in 0..response.len() {
            let frame = decode_reply(&mut BytesMut::from(&response[..cut]), MAX_REPLY_LENGTH);
            assert!(matches!(frame, Ok(None)), "response of {name} cut at {cut}: {frame:?}");
        }
    }
}

/// Shortens the body and corrects the outer length, so that the cut lies inside the values.
#[test]
fn no_recorded_value_cut_anywhere_decodes() {
    for Recorded { name, rpc, response, .. } in recorded() {
        let Some(code) = RpcCode::from_name(rpc.as_bytes()) else { continue };
        for cut in 20..response.len() {
            let mut short = response[..cut].to_vec();
            short[..4].copy_from_slice(&(cut as u32).to_be_bytes());
            let Ok(Some(reply)) = decode_reply(&mut BytesMut::from(&short[..]), MAX_REPLY_LENGTH) else {
                continue;
            };
            assert!(body_fails_or_is_absent(code, &reply), "{name} cut at {cut}");
        }
    }
}

fn body_fails_or_is_absent(code: RpcCode, reply: &pegasus_protocol::frame::ReplyFrame) -> bool {
    macro_rules! check {
        ($($variant:ident)*) => {
            match code { $( RpcCode::$variant => !matches!(reply.body::<rpc::$variant>(), Ok(Some(_))), )* }
        };
    }
    check!(Get Put Remove Ttl MultiGet MultiPut MultiRemove SortkeyCount BatchGet Incr CheckAndSet CheckAndMutate
        GetScanner Scan ClearScanner QueryCfg CreateApp DropApp RecallApp ListApps ListNodes ClusterInfo
        UpdateAppEnv StartPartitionSplit Negotiation)
}

fn get_header() -> RequestHeader {
    RequestHeader {
        gpid: Gpid { app_id: 2, partition_index: 7 },
        timeout_ms: 1000,
        partition_hash: 0x9ce6_8171_e015_1387,
        is_backup: false,
    }
}

#[test]
fn the_documented_get_request() {
    let mut out = BytesMut::new();
    encode_request::<rpc::Get>(&get_header(), 1, &Bytes::from_static(b"\x00\x06user_1name"), &mut out);
    let expected = unhex(
        "5448465400000000000000300000000000000031000000000000000200000007000003e800003de59ce68171e0151387
         80010001000000115250435f525244425f525244425f474554000000010c00010000000c0006757365725f316e616d6500",
    );
    assert_eq!(out.as_ref(), expected);
    assert_eq!(read_request(&expected).header, get_header());
}

#[test]
fn the_documented_get_request_with_a_v1_header() {
    let mut out = BytesMut::new();
    let header = RequestHeader { is_backup: true, ..get_header() };
    encode_request::<rpc::Get>(&header, 1, &Bytes::from_static(b"\x00\x06user_1name"), &mut out);
    let expected = unhex(
        "544846540000000100000025000000310800010000000208000200000007080003000003e80a00049ce68171e0151387
         02000501 00 80010001000000115250435f525244425f525244425f474554000000010c00010000000c0006757365725f31
         6e616d6500",
    );
    assert_eq!(out.as_ref(), expected);
    assert_eq!(read_request(&expected).header, header);
}

#[test]
fn the_documented_get_responses() {
    let found = unhex(
        "0000006b000000064552525f4f4b80010002000000155250435f525244425f525244425f4745545f41434b000000010c
         000008000100000000 0c000200000005416c696365080003000000020800040000000 7 0b00060000000f3132372e302e302e31
         3a33343830310000",
    );
    let body = ReadResponse {
        error: 0,
        value: Bytes::from_static(b"Alice"),
        app_id: 2,
        partition_index: 7,
        server: Text::from("127.0.0.1:34801"),
    };
    let mut out = BytesMut::new();
    encode_reply::<rpc::Get>(&ErrorCode::Ok, 1, &body, &mut out);
    assert_eq!(out.as_ref(), found);

    let mut out = BytesMut::new();
    encode_error(&ErrorCode::InvalidState, b"RPC_RRDB_RRDB_GET", 1, &mut out);
    let error = unhex(
        "0000003a000000114552525f494e56414c49445f535441544580010002000000155250435f525244425f525244425f47
         45545f41434b00000001",
    );
    assert_eq!(out.as_ref(), error);
    let reply = decode_reply(&mut BytesMut::from(&error[..]), 1024).unwrap().unwrap();
    assert_eq!(reply.error, ErrorCode::InvalidState);
    assert_eq!(reply.body::<rpc::Get>(), Ok(None));
}

#[test]
fn the_documented_get_response_without_a_row() {
    let missing = unhex(
        "00000066000000064552525f4f4b80010002000000155250435f525244425f525244425f4745545f41434b000000010c
         000008000100000001 0c000200000000 08000300000002 08000400000007 0b00060000000f3132372e302e302e313a3334
         3830310000",
    );
    let reply = decode_reply(&mut BytesMut::from(&missing[..]), 1024).unwrap().unwrap();
    let body = reply.body::<rpc::Get>().unwrap().unwrap();
    assert_eq!((body.error, body.value.len()), (1, 0));
    let mut out = BytesMut::new();
    encode_reply::<rpc::Get>(&ErrorCode::Ok, 1, &body, &mut out);
    assert_eq!(out.as_ref(), missing);
}

#[test]
fn the_documented_query_cfg_response() {
    let address = RpcAddress::from(std::net::SocketAddrV4::new([127, 0, 0, 1].into(), 34801));
    let partition = |partition_index| PartitionConfiguration {
        pid: Gpid { app_id: 2, partition_index },
        ballot: 3,
        max_replica_count: 1,
        primary: address,
        hp_primary: Some(HostPort::new("localhost", 34801)),
        hp_secondaries: Some(Vec::new()),
        hp_last_drops: Some(Vec::new()),
        ..PartitionConfiguration::default()
    };
    let response = QueryCfgResponse {
        err: ErrorCode::Ok,
        app_id: 2,
        partition_count: 2,
        is_stateful: true,
        partitions: vec![partition(0), partition(1)],
    };
    let mut out = BytesMut::new();
    encode_reply::<rpc::QueryCfg>(&ErrorCode::Ok, 7, &response, &mut out);
    // The document prints the first partition and the start of the second, which is alike.
    let printed = unhex(
        "0000014c000000064552525f4f4b800100020000002a5250435f434d5f51554552595f504152544954494f4e5f434f4e
         4649475f42595f494e4445585f41434b000000070c00000c0001000000064552525f4f4b080002000000020800030000
         00020200040 10f00050c000000020c000100000000000000020a000200000000000000030800030000000 10c00047f00
         000187f100010f00050c000000000f00060c000000000a000700000000000000000800080000 00000c0009000000096c
         6f63616c686f737487f1010f000a0c000000000f000b0c00000000000c000100000001000000020a0002",
    );
    assert_eq!(out.len(), 332);
    assert_eq!(out[..printed.len()].as_ref(), printed);
    let reply = decode_reply(&mut out, 1024).unwrap().unwrap();
    assert_eq!(reply.body::<rpc::QueryCfg>(), Ok(Some(response)));
}

#[test]
fn the_documented_query_cfg_request() {
    let header = RequestHeader { timeout_ms: 5000, ..RequestHeader::default() };
    let request = QueryCfgRequest { app_name: Text::from("temp"), partition_indices: Vec::new() };
    let mut out = BytesMut::new();
    encode_request::<rpc::QueryCfg>(&header, 7, &request, &mut out);
    let expected = unhex(
        "544846540000000000000030000000000000004a00000000000000000000000000001388000000000000000000000000
         80010001000000265250435f434d5f51554552595f504152544954494f4e5f434f4e4649475f42595f494e444558
         000000070c00010b00010000000474656d700f000208000000000000",
    );
    assert_eq!(out.as_ref(), expected);
}

#[test]
fn the_documented_clear_scanner_body() {
    let mut out = BytesMut::new();
    encode_request::<rpc::ClearScanner>(&get_header(), 9, &0x0123_4567_0000_0001, &mut out);
    let body = unhex(
        "800100010000001b5250435f525244425f525244425f434c4541525f5343414e4e4552000000090a00010123456700000001 00",
    );
    assert_eq!(out[48..].as_ref(), body);
}
