//! A bucket: one stored value with several rows whose keys are too long for the storage engine.
//!
//! ```text
//! for each row, by key: u32_be length | rest of the key | u32_be length | stored row
//! ```
//!
//! A write rewrites the whole bucket. Such keys are rare, and the buckets are small: two rows share
//! a bucket only if the first 60,000 bytes of their keys are equal.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::store::error::StoreError;

/// The rows of a bucket, sorted by the rest of their keys. The rest is the part that the bucket's
/// own key lacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    rows: Vec<(Bytes, Bytes)>,
}

impl Bucket {
    /// Decodes a bucket. Its rests and rows share the memory of the stored bytes.
    pub(super) fn decode(mut stored: Bytes) -> Result<Self, StoreError> {
        let mut rows = Vec::new();
        while !stored.is_empty() {
            let rest = take(&mut stored)?;
            rows.push((rest, take(&mut stored)?));
        }
        Ok(Self { rows })
    }

    /// The bytes to store.
    pub(super) fn encode(&self) -> Bytes {
        let length = self.rows.iter().map(|(rest, row)| 8 + rest.len() + row.len()).sum();
        let mut stored = BytesMut::with_capacity(length);
        for bytes in self.rows.iter().flat_map(|(rest, row)| [rest, row]) {
            stored.put_u32(bytes.len() as u32); // an engine value has at most u32::MAX bytes
            stored.put_slice(bytes);
        }
        stored.freeze()
    }

    /// Whether there is no row left to store.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The stored row with a key.
    pub(super) fn get(&self, rest: &[u8]) -> Option<&Bytes> {
        let position = self.position(rest).ok()?;
        self.rows.get(position).map(|(_, row)| row)
    }

    /// Sets the row with a key, or removes it.
    pub(super) fn set(&mut self, rest: &[u8], row: Option<Bytes>) {
        match (self.position(rest), row) {
            (Ok(position), Some(row)) => self.rows[position].1 = row,
            (Ok(position), None) => drop(self.rows.remove(position)),
            (Err(position), Some(row)) => self.rows.insert(position, (Bytes::copy_from_slice(rest), row)),
            (Err(_), None) => {}
        }
    }

    /// All rows in the order of their keys.
    pub(super) fn into_rows(self) -> Vec<(Bytes, Bytes)> {
        self.rows
    }

    fn position(&self, rest: &[u8]) -> Result<usize, usize> {
        self.rows.binary_search_by(|(known, _)| known.as_ref().cmp(rest))
    }
}

fn take(stored: &mut Bytes) -> Result<Bytes, StoreError> {
    const CUT: StoreError = StoreError::Damaged("a bucket that ends inside a row");
    let length = stored.try_get_u32().map_err(|_| CUT)? as usize;
    if length > stored.len() {
        return Err(CUT);
    }
    Ok(stored.split_to(length))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cut_bytes_are_damage() {
        let mut bucket = Bucket::default();
        bucket.set(b"rest", Some(Bytes::from_static(b"row")));
        let stored = bucket.encode();
        for length in 1..stored.len() {
            assert!(Bucket::decode(stored.slice(..length)).is_err(), "{length}");
        }
        let absurd = Bytes::from_static(b"\xff\xff\xff\xffx");
        assert!(matches!(Bucket::decode(absurd), Err(StoreError::Damaged(_))));
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(edits in prop::collection::vec(("[abc]{0,3}", prop::option::of("[xy]{0,3}")), 0..40)) {
            let mut model = BTreeMap::new();
            let mut bucket = Bucket::default();
            for (rest, row) in edits {
                bucket.set(rest.as_bytes(), row.clone().map(Bytes::from));
                match row {
                    Some(row) => drop(model.insert(rest.clone(), row)),
                    None => drop(model.remove(&rest)),
                }
                bucket = Bucket::decode(bucket.encode()).unwrap();
                prop_assert_eq!(bucket.get(rest.as_bytes()).map(|row| row.to_vec()), model.get(&rest).map(|row| row.as_bytes().to_vec()));
                prop_assert_eq!(bucket.is_empty(), model.is_empty());
            }
            let rows: Vec<_> = bucket.into_rows();
            let expected: Vec<_> = model.into_iter().map(|(rest, row)| (Bytes::from(rest), Bytes::from(row))).collect();
            prop_assert_eq!(rows, expected);
        }
    }
}
