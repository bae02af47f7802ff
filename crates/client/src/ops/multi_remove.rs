//! Removes rows of one hash key, all or none.

use bytes::Bytes;
use pegasus_protocol::idl::{MultiRemoveRequest, MultiRemoveResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{HashKey, Operation, check_write, ok};
use crate::routing::Target;

pub(crate) struct MultiRemove {
    target: Target,
    request: MultiRemoveRequest,
}

impl MultiRemove {
    pub(crate) fn new(hash_key: &[u8], sort_keys: impl IntoIterator<Item = Bytes>) -> Result<Self, Error> {
        let hash_key = HashKey::new(hash_key)?;
        let sort_keys: Vec<Bytes> = sort_keys.into_iter().collect();
        if sort_keys.is_empty() {
            return Err(Error::invalid_argument("sort_keys is empty: at least one sort key is needed"));
        }
        let target = hash_key.target();
        let about = sort_keys.iter().map(|key| key.len() + 4).sum();
        let request = MultiRemoveRequest { hash_key: hash_key.bytes, sort_keys, max_count: 0 };
        check_write::<rpc::MultiRemove>(&request, about)?;
        Ok(Self { target, request })
    }
}

impl Operation for MultiRemove {
    type Rpc = rpc::MultiRemove;
    /// The number of sort keys in the request: the server does not tell how many rows existed.
    type Output = u64;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &MultiRemoveRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let sort_keys = self.request.sort_keys.iter();
        self.request.hash_key.len() + sort_keys.map(Bytes::len).sum::<usize>()
    }

    fn output(&self, response: MultiRemoveResponse) -> Result<u64, Status> {
        ok(response.error)?;
        Ok(u64::try_from(response.count).unwrap_or_default())
    }
}
