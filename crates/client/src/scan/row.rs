//! The rows that scans return.

use std::fmt;

use bytes::Bytes;
use pegasus_protocol::idl::KeyValue;
use pegasus_protocol::{expiry, key};

use crate::error::{Error, ErrorKind};
use crate::shown::{ShownKey, ShownValue};

/// One row of a scan.
#[derive(Clone, PartialEq, Eq)]
pub struct ScanRow {
    /// The hash key.
    pub hash_key: Bytes,
    /// The sort key.
    pub sort_key: Bytes,
    /// The value; empty with `no_value`.
    pub value: Bytes,
    /// When the row expires, in Unix seconds, with `return_expire_ts`; `None`: never.
    pub expires_at: Option<u64>,
}

impl fmt::Debug for ScanRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanRow")
            .field("hash_key", &ShownKey(&self.hash_key))
            .field("sort_key", &ShownKey(&self.sort_key))
            .field("value", &ShownValue(&self.value))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl ScanRow {
    /// Decodes a row as a server sent it.
    pub(super) fn from_wire(row: KeyValue) -> Result<ScanRow, Error> {
        let (hash_key, sort_key) = key::decode(row.key).map_err(|error| {
            Error::new(ErrorKind::InvalidData, format!("a scanned row has a broken key: {error}"))
        })?;
        let expires_at = row.expire_ts_seconds.and_then(|ts| expiry::to_unix_seconds(ts as u32));
        Ok(ScanRow { hash_key, sort_key, value: row.value, expires_at })
    }
}
