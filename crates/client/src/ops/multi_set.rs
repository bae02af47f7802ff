//! Writes rows of one hash key, all or none.

use bytes::Bytes;
use pegasus_protocol::idl::{KeyValue, MultiPutRequest, UpdateResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{HashKey, Operation, check_write, expire_ts, ok};
use crate::routing::Target;

pub(crate) struct MultiSet {
    target: Target,
    request: MultiPutRequest,
}

impl MultiSet {
    pub(crate) fn new(
        hash_key: &[u8],
        entries: impl IntoIterator<Item = (Bytes, Bytes)>,
        ttl_seconds: u32,
    ) -> Result<Self, Error> {
        let hash_key = HashKey::new(hash_key)?;
        let kvs: Vec<KeyValue> = entries
            .into_iter()
            .map(|(key, value)| KeyValue { key, value, expire_ts_seconds: None })
            .collect();
        if kvs.is_empty() {
            return Err(Error::invalid_argument(
                "entries is empty: at least one sort key and value are needed",
            ));
        }
        let target = hash_key.target();
        let request =
            MultiPutRequest { hash_key: hash_key.bytes, kvs, expire_ts_seconds: expire_ts(ttl_seconds)? };
        // Each entry has 15 bytes of framing.
        let about = request.kvs.iter().map(|kv| kv.key.len() + kv.value.len() + 15).sum();
        check_write::<rpc::MultiPut>(&request, about)?;
        Ok(Self { target, request })
    }
}

impl Operation for MultiSet {
    type Rpc = rpc::MultiPut;
    type Output = ();

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &MultiPutRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let entry = |kv: &KeyValue| kv.key.len() + kv.value.len();
        self.request.hash_key.len() + self.request.kvs.iter().map(entry).sum::<usize>()
    }

    fn output(&self, response: UpdateResponse) -> Result<(), Status> {
        ok(response.error)
    }
}
