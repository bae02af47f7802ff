//! A row, and how a data directory stores it.
//!
//! ```text
//! u32_be expire_ts (0: never) | value
//! ```

use bytes::{BufMut, Bytes, BytesMut};
use pegasus_protocol::expiry;

use super::error::StoreError;

const HEAD: usize = 4;

/// A row: its expiry and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Seconds since 2016-01-01T00:00:00Z; 0 for never.
    pub(crate) expire_ts: u32,
    /// The value that the client has set.
    pub(crate) value: Bytes,
}

impl Row {
    /// The bytes to store.
    pub(super) fn encode(&self) -> Bytes {
        let mut stored = BytesMut::with_capacity(HEAD + self.value.len());
        stored.put_u32(self.expire_ts);
        stored.put_slice(&self.value);
        stored.freeze()
    }

    /// Decodes stored bytes. The value shares their memory.
    pub(super) fn decode(stored: &Bytes) -> Result<Self, StoreError> {
        let head = stored.first_chunk().ok_or(StoreError::Damaged("a row without its expiry"))?;
        Ok(Self { expire_ts: u32::from_be_bytes(*head), value: stored.slice(HEAD..) })
    }

    /// The row, unless it has expired.
    pub(crate) fn live(self, now: u32) -> Option<Self> {
        (!expiry::is_expired(self.expire_ts, now)).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back() {
        for (expire_ts, value) in [(7, "value"), (0, "")] {
            let row = Row { expire_ts, value: value.into() };
            assert_eq!(Row::decode(&row.encode()).unwrap(), row);
        }
    }

    #[test]
    fn fewer_than_four_bytes_are_damage() {
        assert!(matches!(Row::decode(&Bytes::from_static(b"abc")), Err(StoreError::Damaged(_))));
    }
}
