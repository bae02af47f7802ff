//! Which partition a key belongs to.

use pegasus_protocol::key;

/// A partition of a table with so many of them.
///
/// The servers compare `hash & (count - 1)`, which is the same where the count is a power of two.
/// Where it is not, that sends most keys to partitions other than `hash % count`, where every client
/// looks for them; so the remainder decides here, whatever the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Its index.
    pub(crate) index: u32,
    /// How many there are.
    pub(crate) count: u32,
}

impl Owner {
    /// Whether that is where keys of this hash are.
    pub(crate) fn owns_hash(self, hash: u64) -> bool {
        key::partition_index(hash, self.count) == self.index
    }

    /// Whether that is where an encoded key is.
    pub(crate) fn owns(self, encoded_key: &[u8]) -> bool {
        key::hash(encoded_key).is_ok_and(|hash| self.owns_hash(hash))
    }
}
