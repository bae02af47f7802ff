//! Which partition owns a key.

use pegasus_protocol::key;

/// A partition, as the owner of keys: its index among the partitions of its table.
///
/// Real servers compare `hash & (count - 1)` with the index. For powers of two that is the same as
/// `hash % count`. For other counts, it sends most keys to partitions other than `hash % count`,
/// where every client looks for them. So the remainder decides here, whatever the count is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The index of the partition.
    pub(crate) index: u32,
    /// The number of partitions.
    pub(crate) count: u32,
}

impl Owner {
    /// Whether the partition owns keys with this hash.
    pub(crate) fn owns_hash(self, hash: u64) -> bool {
        key::partition_index(hash, self.count) == self.index
    }

    /// Whether the partition owns an encoded key.
    pub(crate) fn owns(self, encoded_key: &[u8]) -> bool {
        key::hash(encoded_key).is_ok_and(|hash| self.owns_hash(hash))
    }
}
