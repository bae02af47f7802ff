//! Keys that have passed their checks, with their hashes.

use bytes::Bytes;
use pegasus_protocol::key;

use crate::error::Error;
use crate::routing::Target;

/// An encoded key of a row, and its hash.
pub(crate) struct RowKey {
    pub(crate) encoded: Bytes,
    hash: u64,
}

impl RowKey {
    /// Encodes a key. With an empty hash key, the sort key decides the partition.
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8]) -> Result<Self, Error> {
        let encoded =
            key::encode(hash_key, sort_key).map_err(|error| Error::invalid_argument(error.to_string()))?;
        Ok(Self { encoded, hash: key::row_hash(hash_key, sort_key) })
    }

    pub(crate) fn target(&self) -> Target {
        Target::Hash(self.hash)
    }
}

/// A hash key alone, for operations on all its rows.
pub(crate) struct HashKey {
    pub(crate) bytes: Bytes,
    hash: u64,
}

impl HashKey {
    /// Checks a hash key. An empty one is refused: its rows are spread over all partitions.
    pub(crate) fn new(hash_key: &[u8]) -> Result<Self, Error> {
        if hash_key.is_empty() {
            return Err(Error::invalid_argument(
                "the hash key is empty: rows without a hash key lie in all partitions, so there is none to ask",
            ));
        }
        check_hash_key(hash_key)?;
        Ok(Self { bytes: Bytes::copy_from_slice(hash_key), hash: key::crc64(hash_key) })
    }

    pub(crate) fn target(&self) -> Target {
        Target::Hash(self.hash)
    }
}

/// Refuses a hash key that no encoded key can hold.
pub(crate) fn check_hash_key(hash_key: &[u8]) -> Result<(), Error> {
    if hash_key.len() < key::HASH_KEY_LIMIT {
        return Ok(());
    }
    Err(Error::invalid_argument(key::HashKeyTooLong(hash_key.len()).to_string()))
}
