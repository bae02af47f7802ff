//! Writes one row.

use bytes::Bytes;
use pegasus_protocol::idl::{UpdateRequest, UpdateResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{Operation, RowKey, check_write, expire_ts, ok};
use crate::routing::Target;

pub(crate) struct Set {
    target: Target,
    request: UpdateRequest,
}

impl Set {
    pub(crate) fn new(
        hash_key: &[u8],
        sort_key: &[u8],
        value: &[u8],
        ttl_seconds: u32,
    ) -> Result<Self, Error> {
        let key = RowKey::new(hash_key, sort_key)?;
        let target = key.target();
        let request = UpdateRequest {
            key: key.encoded,
            value: Bytes::copy_from_slice(value),
            expire_ts_seconds: expire_ts(ttl_seconds)?,
        };
        check_write::<rpc::Put>(&request, request.key.len() + value.len())?;
        Ok(Self { target, request })
    }
}

impl Operation for Set {
    type Rpc = rpc::Put;
    type Output = ();

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &UpdateRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        self.request.key.len() + self.request.value.len()
    }

    fn output(&self, response: UpdateResponse) -> Result<(), Status> {
        ok(response.error)
    }
}
