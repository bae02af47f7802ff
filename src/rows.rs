//! Pages of rows: one Buffer a reply, of which JavaScript makes views. `lib/rows.ts` reads them.

use bytes::{BufMut, Bytes};
use pegasus_client::{CheckResult, MultiGetResult, ScanRow, SortKeyValue};

use crate::bridge::Completion;

const COMPLETE: u32 = 1;
const WITH_EXPIRY: u32 = 2;

/// The rows of a multi get.
pub(crate) fn page_of_pairs(result: MultiGetResult) -> Completion {
    page(if result.complete { COMPLETE } else { 0 }, result.entries.iter().map(Row::of_pair))
}

/// The rows of a scan.
pub(crate) fn page_of_rows(rows: &[ScanRow], with_expiry: bool) -> Completion {
    let flags = if with_expiry { WITH_EXPIRY } else { 0 };
    page(flags, rows.iter().map(|row| Row::of_scan(row, with_expiry)))
}

/// The values of a batch get, in order: their number, their lengths (all ones: no row), their bytes.
pub(crate) fn page_of_values(values: Vec<Option<Bytes>>) -> Completion {
    let bytes: usize = values.iter().flatten().map(Bytes::len).sum();
    let mut out = Vec::with_capacity(4 + 4 * values.len() + bytes);
    out.put_u32_ne(values.len() as u32);
    for value in &values {
        out.put_u32_ne(value.as_ref().map_or(u32::MAX, |value| value.len() as u32));
    }
    values.iter().flatten().for_each(|value| out.put_slice(value));
    Completion::Bytes(out.into())
}

/// What came of a conditional write: a byte of bits, then the checked value.
pub(crate) fn check_result(result: CheckResult) -> Completion {
    let value = result.check_value.as_ref().and_then(Option::as_ref);
    let bits = [(result.succeeded, 1), (result.check_value.is_some(), 2), (value.is_some(), 4)];
    let value = value.map(Bytes::as_ref).unwrap_or_default();
    let mut out = Vec::with_capacity(1 + value.len());
    out.put_u8(bits.into_iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum());
    out.put_slice(value);
    Completion::Bytes(out.into())
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
            // What is beyond 2106 does not fit; the largest number stands for it.
            expiry: with_expiry.then(|| u32::try_from(row.expires_at.unwrap_or(0)).unwrap_or(u32::MAX)),
        }
    }
}

/// Made on the I/O thread, so that the JavaScript thread only copies it.
fn page<'a, const N: usize>(
    flags: u32,
    rows: impl ExactSizeIterator<Item = Row<'a, N>> + Clone,
) -> Completion {
    let length = |row: Row<'_, N>| {
        let bytes: usize = row.parts.iter().map(|part| part.len()).sum();
        bytes + 4 * (N + usize::from(row.expiry.is_some()))
    };
    let mut out = Vec::with_capacity(8 + rows.clone().map(length).sum::<usize>());
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
