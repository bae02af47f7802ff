//! Adds to a row's value, a decimal integer.

use std::time::Duration;

use pegasus_protocol::idl::{IncrRequest, IncrResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{Operation, RowKey, check_write, expire_ts, ok};
use crate::routing::Target;

/// The effect of an increment on the expiry of its row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IncrExpiry {
    /// The expiry stays. A new row never expires.
    #[default]
    Keep,
    /// The row never expires from now on.
    Clear,
    /// The row expires in this many seconds, by the client's clock.
    Seconds(u32),
}

/// The options of one increment.
#[derive(Debug, Clone, Copy, Default)]
pub struct IncrOptions {
    /// The effect on the row's expiry. Default: it stays.
    pub expiry: IncrExpiry,
    /// The deadline of the call, all attempts together. `None`: the table's. Default: `None`.
    pub timeout: Option<Duration>,
}

pub(crate) struct Incr {
    target: Target,
    request: IncrRequest,
}

impl Incr {
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8], by: i64, expiry: IncrExpiry) -> Result<Self, Error> {
        let key = RowKey::new(hash_key, sort_key)?;
        let expire_ts_seconds = match expiry {
            IncrExpiry::Keep => 0,
            IncrExpiry::Clear => -1,
            IncrExpiry::Seconds(seconds) => expire_ts(seconds)?,
        };
        let target = key.target();
        let request = IncrRequest { key: key.encoded, increment: by, expire_ts_seconds };
        check_write::<rpc::Incr>(&request, request.key.len())?;
        Ok(Self { target, request })
    }
}

impl Operation for Incr {
    type Rpc = rpc::Incr;
    type Output = i64;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &IncrRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        self.request.key.len()
    }

    fn output(&self, response: IncrResponse) -> Result<i64, Status> {
        ok(response.error)?;
        Ok(response.new_value)
    }

    fn explain(&self, status: Status) -> Option<&'static str> {
        (status == Status::InvalidArgument)
            .then_some("the stored value is no integer of 64 bits, or the sum would be none")
    }
}
