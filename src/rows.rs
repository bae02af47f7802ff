//! Pages of rows: one Buffer a reply, of which JavaScript makes views. `lib/rows.ts` reads them.

use bytes::Bytes;
use pegasus_client::{CheckResult, MultiGetResult, ScanRow};

use crate::bridge::{Completion, new_buffer};

const COMPLETE: u32 = 1;
const WITH_EXPIRY: u32 = 2;

/// The rows of a multi get.
pub(crate) fn page_of_pairs(result: MultiGetResult) -> Completion {
    Completion::Extra(Box::new(move |env| {
        let page = Page {
            flags: if result.complete { COMPLETE } else { 0 },
            rows: result
                .entries
                .iter()
                .map(|entry| Row { parts: [&entry.sort_key, &entry.value], expiry: None })
                .collect(),
        };
        new_buffer(env, page.length(), |out| page.write(out))
    }))
}

/// The rows of a scan.
pub(crate) fn page_of_rows(rows: Vec<ScanRow>, with_expiry: bool) -> Completion {
    Completion::Extra(Box::new(move |env| {
        let page = Page {
            flags: if with_expiry { WITH_EXPIRY } else { 0 },
            rows: rows.iter().map(|row| Row::of_scan(row, with_expiry)).collect(),
        };
        new_buffer(env, page.length(), |out| page.write(out))
    }))
}

/// The values of a batch get, in order: their number, their lengths (all ones: no row), their bytes.
pub(crate) fn page_of_values(values: Vec<Option<Bytes>>) -> Completion {
    Completion::Extra(Box::new(move |env| {
        let bytes: usize = values.iter().flatten().map(Bytes::len).sum();
        new_buffer(env, 4 + 4 * values.len() + bytes, |out| {
            let (lengths, mut rest) = out.split_at_mut(4 + 4 * values.len());
            lengths[..4].copy_from_slice(&(values.len() as u32).to_ne_bytes());
            for (value, length) in values.iter().zip(lengths[4..].chunks_exact_mut(4)) {
                length.copy_from_slice(&value.as_ref().map_or(u32::MAX, |v| v.len() as u32).to_ne_bytes());
                let (mine, others) = rest.split_at_mut(value.as_ref().map_or(0, Bytes::len));
                mine.copy_from_slice(value.as_deref().unwrap_or_default());
                rest = others;
            }
        })
    }))
}

/// What came of a conditional write: a byte of bits, then the checked value.
pub(crate) fn check_result(result: CheckResult) -> Completion {
    Completion::Extra(Box::new(move |env| {
        let value = result.check_value.as_ref().and_then(Option::as_ref);
        let bits = [(result.succeeded, 1), (result.check_value.is_some(), 2), (value.is_some(), 4)];
        let value = value.map(Bytes::as_ref).unwrap_or_default();
        new_buffer(env, 1 + value.len(), |out| {
            out[0] = bits.into_iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum();
            out[1..].copy_from_slice(value);
        })
    }))
}

struct Row<'a, const N: usize> {
    parts: [&'a Bytes; N],
    expiry: Option<u32>,
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

struct Page<'a, const N: usize> {
    flags: u32,
    rows: Vec<Row<'a, N>>,
}

impl<const N: usize> Page<'_, N> {
    fn length(&self) -> usize {
        let row = |row: &Row<'_, N>| {
            let bytes: usize = row.parts.iter().map(|part| part.len()).sum();
            bytes + 4 * (N + usize::from(row.expiry.is_some()))
        };
        8 + self.rows.iter().map(row).sum::<usize>()
    }

    fn write(&self, out: &mut [u8]) {
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(&self.flags.to_ne_bytes());
        put(&(self.rows.len() as u32).to_ne_bytes());
        for row in &self.rows {
            row.parts.iter().for_each(|part| put(&(part.len() as u32).to_ne_bytes()));
            row.expiry.iter().for_each(|expiry| put(&expiry.to_ne_bytes()));
        }
        for row in &self.rows {
            row.parts.iter().for_each(|part| put(part));
        }
    }
}
