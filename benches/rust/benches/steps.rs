//! Single steps of an operation: `npm run bench:micro`.
//!
//! Hash keys and sort keys have 16 bytes, values 100 bytes, as in the tables of the benchmark.

use bytes::{Bytes, BytesMut};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use pegasus_protocol::frame::{
    MAX_REPLY_LENGTH, RequestHeader, decode_reply, decode_request, encode_reply, encode_request,
};
use pegasus_protocol::idl::{KeyValue, ReadResponse, ScanResponse, UpdateRequest};
use pegasus_protocol::key;
use pegasus_protocol::rpc::{Get, Put, Scan};
use pegasus_protocol::types::ErrorCode;

const HASH_KEY: &[u8; 16] = b"hash-key-0000001";
const SORT_KEY: &[u8; 16] = b"sort-key-0000001";
const PARTITIONS: u32 = 8;

fn main() {
    divan::main();
}

fn encoded_key() -> Bytes {
    key::encode(HASH_KEY, SORT_KEY).unwrap_or_default()
}

fn value() -> Bytes {
    vec![b'v'; 100].into()
}

fn set_request() -> UpdateRequest {
    UpdateRequest { key: encoded_key(), value: value(), expire_ts_seconds: 0 }
}

fn encoded(encode: impl FnOnce(&mut BytesMut)) -> BytesMut {
    let mut out = BytesMut::new();
    encode(&mut out);
    out
}

/// The hash of a hash key of the given length.
#[divan::bench(args = [16, 64, 1024])]
fn crc64(bencher: Bencher<'_, '_>, length: usize) {
    let bytes = vec![b'h'; length];
    bencher.counter(BytesCount::new(length)).bench_local(|| key::crc64(black_box(&bytes)));
}

/// From hash key to partition, which routing does for each attempt.
#[divan::bench]
fn partition_of_a_row(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| {
        key::partition_index(key::row_hash(black_box(HASH_KEY), black_box(SORT_KEY)), PARTITIONS)
    });
}

/// Packs hash key and sort key.
#[divan::bench]
fn pack_key(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| key::encode(black_box(HASH_KEY), black_box(SORT_KEY)));
}

/// Encodes a request to read a row into a buffer with enough room.
#[divan::bench]
fn encode_get(bencher: Bencher<'_, '_>) {
    let (key, mut out) = (encoded_key(), BytesMut::with_capacity(1024));
    bencher.bench_local(|| {
        out.clear();
        encode_request::<Get>(&RequestHeader::default(), 1, black_box(&key), &mut out);
    });
}

/// Encodes a request to write a row into a buffer with enough room.
#[divan::bench]
fn encode_set(bencher: Bencher<'_, '_>) {
    let (request, mut out) = (set_request(), BytesMut::with_capacity(1024));
    bencher.bench_local(|| {
        out.clear();
        encode_request::<Put>(&RequestHeader::default(), 1, black_box(&request), &mut out);
    });
}

/// Decodes the answer to a get: its length, its sequence id, its value.
#[divan::bench]
fn decode_get_reply(bencher: Bencher<'_, '_>) {
    let response = ReadResponse { value: value(), server: "127.0.0.1:34801".into(), ..Default::default() };
    let frame = encoded(|out| encode_reply::<Get>(&ErrorCode::Ok, 1, &response, out));
    bencher.with_inputs(|| frame.clone()).bench_local_values(|mut buffer| {
        decode_reply(&mut buffer, MAX_REPLY_LENGTH).map(|frame| frame.map(|frame| frame.body::<Get>()))
    });
}

/// Decodes a batch of a scan: a thousand rows.
#[divan::bench]
fn decode_scan_reply(bencher: Bencher<'_, '_>) {
    let row = KeyValue { key: encoded_key(), value: value(), expire_ts_seconds: None };
    let response = ScanResponse { kvs: vec![row; 1000], ..Default::default() };
    let frame = encoded(|out| encode_reply::<Scan>(&ErrorCode::Ok, 1, &response, out));
    bencher.with_inputs(|| frame.clone()).bench_local_values(|mut buffer| {
        decode_reply(&mut buffer, MAX_REPLY_LENGTH).map(|frame| frame.map(|frame| frame.body::<Scan>()))
    });
}

/// Decodes a request to read a row, as the server does.
#[divan::bench]
fn decode_get(bencher: Bencher<'_, '_>) {
    let frame = encoded(|out| encode_request::<Get>(&RequestHeader::default(), 1, &encoded_key(), out));
    bencher.with_inputs(|| frame.clone()).bench_local_values(|mut buffer| {
        decode_request(&mut buffer, MAX_REPLY_LENGTH)
            .map(|frame| frame.map(|frame| frame.arguments::<Bytes>()))
    });
}
