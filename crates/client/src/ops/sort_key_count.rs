//! Counts the rows of a hash key.

use bytes::Bytes;
use pegasus_protocol::idl::CountResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{HashKey, Operation, ok};
use crate::routing::Target;

pub(crate) struct SortKeyCount {
    hash_key: HashKey,
}

impl SortKeyCount {
    pub(crate) fn new(hash_key: &[u8]) -> Result<Self, Error> {
        Ok(Self { hash_key: HashKey::new(hash_key)? })
    }
}

impl Operation for SortKeyCount {
    type Rpc = rpc::SortkeyCount;
    type Output = u64;

    fn target(&self) -> Target {
        self.hash_key.target()
    }

    fn request(&self) -> &Bytes {
        &self.hash_key.bytes
    }

    fn payload(&self) -> usize {
        self.hash_key.bytes.len()
    }

    fn output(&self, response: CountResponse) -> Result<u64, Status> {
        ok(response.error)?;
        // A server that ran out of time replies with kOk and -1.
        u64::try_from(response.count).map_err(|_| Status::Incomplete)
    }
}
