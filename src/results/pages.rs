//! Pages of rows: one Buffer a reply, of which JavaScript makes views.
//!
//! A page starts with [`PAGE_HEADER_NUMBERS`] little-endian u32: its flags and the number of rows. A table of
//! lengths follows (a u32 each): sort key and value in a page of pairs; hash key, sort key and value in a page
//! of scanned rows, and behind them, with `WithExpiry`, the expiry in Unix seconds (0: never). Then come all
//! bytes, in the same order, without gaps.

use bytes::{BufMut, Bytes};
use napi_derive::napi;
use pegasus_client::{MultiGetResult, ScanRow, SortKeyValue};

use crate::bridge::completion::Completion;
use crate::failure::Failure;

/// Numbers that a page of rows starts with: flags, number of rows.
#[napi]
pub const PAGE_HEADER_NUMBERS: u32 = 2;

/// In a page of values, the length that stands for a row that does not exist.
#[napi]
pub const NO_ROW: u32 = 0xffff_ffff;

/// Bits of the flags of a page of rows.
#[napi(object_from_js = false, object_to_js = false)]
pub enum PageFlag {
    /// A page of pairs holds all rows that were asked for.
    Complete = 1,
    /// Each row of a page of scanned rows carries its expiry.
    WithExpiry = 2,
}

/// The rows of a multi get.
pub(crate) fn page_of_pairs(result: MultiGetResult) -> Completion {
    page(if result.complete { PageFlag::Complete as u32 } else { 0 }, result.entries.iter().map(Row::of_pair))
}

/// The rows of a scan.
pub(crate) fn page_of_rows(rows: &[ScanRow], with_expiry: bool) -> Completion {
    let flags = if with_expiry { PageFlag::WithExpiry as u32 } else { 0 };
    page(flags, rows.iter().map(|row| Row::of_scan(row, with_expiry)))
}

/// The values of a batch get, in order. A page of more than `most_bytes` is a failure.
pub(crate) fn page_of_values(values: &[Option<Bytes>], most_bytes: usize) -> Completion {
    match values_page(values, most_bytes) {
        Ok(page) => Completion::Bytes(page.into()),
        Err(failure) => Completion::Failure(failure),
    }
}

/// Values in order: their number, their lengths, their bytes. They come in several replies, so only memory bounds
/// their sum; a page that is too long is not even made.
pub(super) fn values_page(values: &[Option<Bytes>], most_bytes: usize) -> Result<Vec<u8>, Box<Failure>> {
    let bytes: usize = values.iter().flatten().map(Bytes::len).sum();
    let length = 4 + 4 * values.len() + bytes;
    if length > most_bytes {
        return Err(Box::new(Failure::too_large(length, most_bytes)));
    }
    let mut out = Vec::with_capacity(length);
    out.put_u32_ne(values.len() as u32);
    for value in values {
        out.put_u32_ne(value.as_ref().map_or(NO_ROW, |value| value.len() as u32));
    }
    values.iter().flatten().for_each(|value| out.put_slice(value));
    Ok(out)
}

struct Row<'a, const N: usize> {
    parts: [&'a Bytes; N],
    expiry: Option<u32>,
}

impl<'a> Row<'a, 2> {
    fn of_pair(entry: &'a SortKeyValue) -> Self {
        Self { parts: [&entry.sort_key, &entry.value], expiry: None }
    }
}

impl<'a> Row<'a, 3> {
    fn of_scan(row: &'a ScanRow, with_expiry: bool) -> Self {
        Self {
            parts: [&row.hash_key, &row.sort_key, &row.value],
            // A moment after 2106 does not fit; the largest number stands for it.
            expiry: with_expiry.then(|| u32::try_from(row.expires_at.unwrap_or(0)).unwrap_or(u32::MAX)),
        }
    }
}

/// The I/O thread makes pages, so that the JavaScript thread only copies them.
fn page<'a, const N: usize>(
    flags: u32,
    rows: impl ExactSizeIterator<Item = Row<'a, N>> + Clone,
) -> Completion {
    let length = |row: Row<'_, N>| {
        let bytes: usize = row.parts.iter().map(|part| part.len()).sum();
        bytes + 4 * (N + usize::from(row.expiry.is_some()))
    };
    let mut out =
        Vec::with_capacity(4 * PAGE_HEADER_NUMBERS as usize + rows.clone().map(length).sum::<usize>());
    out.put_u32_ne(flags);
    out.put_u32_ne(rows.len() as u32);
    for row in rows.clone() {
        row.parts.iter().for_each(|part| out.put_u32_ne(part.len() as u32));
        row.expiry.iter().for_each(|expiry| out.put_u32_ne(*expiry));
    }
    for row in rows {
        row.parts.iter().for_each(|part| out.put_slice(part));
    }
    Completion::Bytes(out.into())
}
