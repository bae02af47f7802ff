//! How Pegasus keys become keys of the storage engine.
//!
//! ```text
//! a row:     u16_be partition | Pegasus key                           up to `longest` bytes of key
//! a bucket:  u16_be partition | first `longest` bytes of the key | 0  every row whose key is longer
//! ```
//!
//! The engine accepts keys of at most 65,535 bytes; Pegasus keys have any length. So rows with long
//! keys share a bucket (see [`super::bucket`]). The key of a bucket is one byte longer than the
//! longest key of a row, which tells the two apart. It sorts behind the row that has exactly its
//! first `longest` bytes, and before every key that differs in those bytes. So iterating over the
//! engine's keys, and opening each bucket on the way, gives all Pegasus keys in order.

use bytes::{BufMut, Bytes, BytesMut};

const PARTITION: usize = 2;

/// The longest Pegasus key that is stored as a row of its own.
pub(super) const LONGEST_ROW_KEY: usize = 60_000;

/// The layout of keys, with the longest key of a row (shorter in tests).
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyLayout {
    longest: usize,
}

/// Where the row of a Pegasus key is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StorageKey<'k> {
    /// As a row of its own, under this engine key.
    Row(Bytes),
    /// In a bucket.
    Bucket {
        /// The engine key of the bucket.
        key: Bytes,
        /// The rest of the Pegasus key, behind the part in the bucket's key.
        rest: &'k [u8],
    },
}

impl StorageKey<'_> {
    /// The engine key.
    pub(super) fn engine_key(&self) -> &Bytes {
        match self {
            Self::Row(key) | Self::Bucket { key, .. } => key,
        }
    }
}

impl Default for KeyLayout {
    fn default() -> Self {
        Self { longest: LONGEST_ROW_KEY }
    }
}

impl KeyLayout {
    /// A layout whose buckets begin at shorter keys.
    #[cfg(test)]
    pub(super) fn with_longest(longest: usize) -> Self {
        Self { longest }
    }

    /// Where the row with `key` is or would be.
    pub(super) fn storage_key<'k>(&self, partition: u16, key: &'k [u8]) -> StorageKey<'k> {
        let Some((head, rest)) = key.split_at_checked(self.longest).filter(|(_, rest)| !rest.is_empty())
        else {
            return StorageKey::Row(engine_key(partition, key, &[]));
        };
        StorageKey::Bucket { key: engine_key(partition, head, &[0]), rest }
    }

    /// Whether an engine key belongs to a bucket.
    pub(super) fn is_bucket(&self, engine_key: &[u8]) -> bool {
        engine_key.len() > PARTITION + self.longest
    }

    /// The Pegasus key of a row.
    pub(super) fn row_key(&self, engine_key: &Bytes) -> Bytes {
        engine_key.slice(PARTITION..)
    }

    /// The Pegasus key of a row in a bucket.
    pub(super) fn bucket_row_key(&self, engine_key: &[u8], rest: &[u8]) -> Bytes {
        let head = &engine_key[PARTITION..PARTITION + self.longest];
        let mut key = BytesMut::with_capacity(head.len() + rest.len());
        key.put_slice(head);
        key.put_slice(rest);
        key.freeze()
    }
}

/// The first possible engine key of a partition.
pub(super) fn partition_start(partition: u16) -> Bytes {
    engine_key(partition, &[], &[])
}

/// The first engine key behind a partition; `None` for the last partition.
pub(super) fn partition_end(partition: u16) -> Option<Bytes> {
    partition.checked_add(1).map(partition_start)
}

fn engine_key(partition: u16, key: &[u8], mark: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(PARTITION + key.len() + mark.len());
    bytes.put_u16(partition);
    bytes.put_slice(key);
    bytes.put_slice(mark);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_keys_over_the_bound_go_to_buckets() {
        let layout = KeyLayout::with_longest(3);
        assert_eq!(layout.storage_key(1, b"abc"), StorageKey::Row(Bytes::from_static(b"\x00\x01abc")));
        let bucket = StorageKey::Bucket { key: Bytes::from_static(b"\x00\x01abc\x00"), rest: b"de" };
        assert_eq!(layout.storage_key(1, b"abcde"), bucket);
        assert!(layout.is_bucket(bucket.engine_key()));
        assert!(!layout.is_bucket(b"\x00\x01abc"));
        assert_eq!(layout.bucket_row_key(bucket.engine_key(), b"de"), "abcde");
    }

    #[test]
    fn the_longest_engine_key_fits_the_engine() {
        let length = KeyLayout::default().storage_key(u16::MAX, &[0xff; 1 << 20]).engine_key().len();
        assert!(length <= usize::from(u16::MAX));
    }

    #[test]
    fn the_last_partition_has_no_end() {
        assert_eq!(partition_end(0).unwrap(), b"\x00\x01"[..]);
        assert_eq!(partition_end(u16::MAX), None);
    }

    proptest! {
        #[test]
        fn order_is_kept(a in "[ab\u{0}]{0,6}", b in "[ab\u{0}]{0,6}") {
            let layout = KeyLayout::with_longest(3);
            let (a, b) = (a.as_bytes(), b.as_bytes());
            let (stored_a, stored_b) = (layout.storage_key(7, a), layout.storage_key(7, b));
            match (&stored_a, &stored_b) {
                (StorageKey::Bucket { key: x, rest: p }, StorageKey::Bucket { key: y, rest: q }) if x == y => {
                    prop_assert_eq!(p.cmp(q), a.cmp(b));
                }
                _ => prop_assert_eq!(stored_a.engine_key().cmp(stored_b.engine_key()), a.cmp(b)),
            }
        }
    }
}
