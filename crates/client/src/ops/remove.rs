//! Removes one row. A missing row is not an error.

use bytes::Bytes;
use pegasus_protocol::idl::UpdateResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{Operation, RowKey, check_write, ok};
use crate::routing::Target;

pub(crate) struct Remove {
    key: RowKey,
}

impl Remove {
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8]) -> Result<Self, Error> {
        let key = RowKey::new(hash_key, sort_key)?;
        check_write::<rpc::Remove>(&key.encoded, key.encoded.len())?;
        Ok(Self { key })
    }
}

impl Operation for Remove {
    type Rpc = rpc::Remove;
    type Output = ();

    fn target(&self) -> Target {
        self.key.target()
    }

    fn request(&self) -> &Bytes {
        &self.key.encoded
    }

    fn payload(&self) -> usize {
        self.key.encoded.len()
    }

    fn output(&self, response: UpdateResponse) -> Result<(), Status> {
        ok(response.error)
    }
}
