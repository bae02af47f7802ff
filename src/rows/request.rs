//! The records in which JavaScript asks for operations on single rows.
//!
//! A record is a header of [`REQUEST_HEADER_NUMBERS`] little-endian u32 at the positions that
//! [`RequestNumber`] lists, then hash key, sort key and value without gaps, then padding to a multiple of
//! four bytes.

use napi_derive::napi;

/// Numbers in front of the bytes of a request.
#[napi]
pub const REQUEST_HEADER_NUMBERS: u32 = 9;

const HEADER_LENGTH: usize = REQUEST_HEADER_NUMBERS as usize * 4;

/// Where the numbers of a request stand in its header.
#[napi(object_from_js = false, object_to_js = false)]
#[derive(Clone, Copy)]
pub enum RequestNumber {
    /// The length of the whole record in bytes, padding included.
    Length = 0,
    /// A `RowOperation`.
    Operation = 1,
    /// The token.
    Token = 2,
    /// The handle of the table.
    Table = 3,
    /// Milliseconds; `NOT_GIVEN`: the table's timeout.
    TimeoutMs = 4,
    /// The lifetime of the row in seconds; 0: the row never expires.
    TtlSeconds = 5,
    /// The length of the hash key in bytes.
    HashKeyLength = 6,
    /// The length of the sort key in bytes.
    SortKeyLength = 7,
    /// The length of the value in bytes.
    ValueLength = 8,
}

/// One record.
pub(super) struct Request<'a> {
    pub(super) operation: u32,
    pub(super) token: u32,
    pub(super) table: u32,
    pub(super) timeout_ms: i32,
    pub(super) ttl_seconds: u32,
    pub(super) hash_key: &'a [u8],
    pub(super) sort_key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Request<'a> {
    /// The first of the records, and the rest.
    pub(super) fn read(records: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (header, _) = records.split_first_chunk::<HEADER_LENGTH>()?;
        let number = |number: RequestNumber| {
            u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[number as usize * 4 + byte]))
        };
        let (record, rest) = records.split_at_checked(number(RequestNumber::Length) as usize)?;
        let bytes = record.get(HEADER_LENGTH..)?;
        let (hash_key, bytes) = bytes.split_at_checked(number(RequestNumber::HashKeyLength) as usize)?;
        let (sort_key, bytes) = bytes.split_at_checked(number(RequestNumber::SortKeyLength) as usize)?;
        let value = bytes.get(..number(RequestNumber::ValueLength) as usize)?;
        let request = Self {
            operation: number(RequestNumber::Operation),
            token: number(RequestNumber::Token),
            table: number(RequestNumber::Table),
            timeout_ms: number(RequestNumber::TimeoutMs) as i32,
            ttl_seconds: number(RequestNumber::TtlSeconds),
            hash_key,
            sort_key,
            value,
        };
        Some((request, rest))
    }
}
