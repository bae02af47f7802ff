//! Reads the remaining lifetime of a row.

use bytes::Bytes;
use pegasus_protocol::idl::TtlResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{Operation, RowKey, found};
use crate::routing::Target;

/// The remaining lifetime of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeToLive {
    /// The row never expires.
    Forever,
    /// The row expires in this many seconds, at least 1.
    Seconds(u32),
}

pub(crate) struct Ttl {
    key: RowKey,
}

impl Ttl {
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8]) -> Result<Self, Error> {
        Ok(Self { key: RowKey::new(hash_key, sort_key)? })
    }
}

impl Operation for Ttl {
    const MAY_ASK_SECONDARY: bool = true;

    type Rpc = rpc::Ttl;
    type Output = Option<TimeToLive>;

    fn target(&self) -> Target {
        self.key.target()
    }

    fn request(&self) -> &Bytes {
        &self.key.encoded
    }

    fn payload(&self) -> usize {
        self.key.encoded.len()
    }

    fn output(&self, response: TtlResponse) -> Result<Option<TimeToLive>, Status> {
        // The server sends -1 for "never".
        let left = u32::try_from(response.ttl_seconds).map_or(TimeToLive::Forever, TimeToLive::Seconds);
        found(response.error, left)
    }
}
