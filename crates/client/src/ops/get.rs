//! Reads one row.

use bytes::Bytes;
use pegasus_protocol::idl::ReadResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{Operation, RowKey, found};
use crate::routing::Target;

pub(crate) struct Get {
    key: RowKey,
}

impl Get {
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8]) -> Result<Self, Error> {
        Ok(Self { key: RowKey::new(hash_key, sort_key)? })
    }
}

impl Operation for Get {
    const MAY_ASK_SECONDARY: bool = true;

    type Rpc = rpc::Get;
    type Output = Option<Bytes>;

    fn target(&self) -> Target {
        self.key.target()
    }

    fn request(&self) -> &Bytes {
        &self.key.encoded
    }

    fn payload(&self) -> usize {
        self.key.encoded.len()
    }

    fn output(&self, response: ReadResponse) -> Result<Option<Bytes>, Status> {
        found(response.error, response.value)
    }
}
