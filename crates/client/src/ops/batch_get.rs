//! Reads rows of one partition, of any hash keys.

use pegasus_protocol::idl::{BatchGetRequest, BatchGetResponse, FullData, FullKey};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::operation::{Operation, ok};
use crate::routing::Target;

pub(crate) struct BatchGet {
    target: Target,
    request: BatchGetRequest,
}

impl BatchGet {
    pub(crate) fn new(target: Target, keys: Vec<FullKey>) -> Self {
        Self { target, request: BatchGetRequest { keys } }
    }

    /// The keys that the request asks for.
    pub(crate) fn keys(&self) -> &[FullKey] {
        &self.request.keys
    }

    pub(crate) fn into_keys(self) -> Vec<FullKey> {
        self.request.keys
    }
}

impl Operation for BatchGet {
    const MAY_ASK_SECONDARY: bool = true;

    type Rpc = rpc::BatchGet;
    /// The rows that exist.
    type Output = Vec<FullData>;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &BatchGetRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let key = |key: &FullKey| key.hash_key.len() + key.sort_key.len();
        self.request.keys.iter().map(key).sum()
    }

    fn output(&self, response: BatchGetResponse) -> Result<Vec<FullData>, Status> {
        ok(response.error)?;
        Ok(response.data)
    }
}
