//! Changes rows of a hash key, all or none, if one of its rows passes a check.

use std::fmt;

use bytes::Bytes;
use pegasus_protocol::idl::{CheckAndMutateRequest, CheckAndSetResponse, Mutate, MutateOperation};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use super::check::{self, Check, CheckResult};
use crate::error::Error;
use crate::operation::{HashKey, Operation, check_write, expire_ts};
use crate::routing::Target;
use crate::shown::{ShownKey, ShownValue};

/// One change of a conditional write.
#[derive(Clone)]
pub enum Mutation {
    /// Writes a row.
    Set {
        /// The row's sort key.
        sort_key: Bytes,
        /// The new value.
        value: Bytes,
        /// The lifetime of the row in seconds, by the client's clock; 0: no expiry.
        ttl_seconds: u32,
    },
    /// Removes a row.
    Delete {
        /// The row's sort key.
        sort_key: Bytes,
    },
}

impl fmt::Debug for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { sort_key, value, ttl_seconds } => f
                .debug_struct("Set")
                .field("sort_key", &ShownKey(sort_key))
                .field("value", &ShownValue(value))
                .field("ttl_seconds", ttl_seconds)
                .finish(),
            Self::Delete { sort_key } => {
                f.debug_struct("Delete").field("sort_key", &ShownKey(sort_key)).finish()
            }
        }
    }
}

pub(crate) struct CheckAndMutate {
    target: Target,
    request: CheckAndMutateRequest,
}

impl CheckAndMutate {
    pub(crate) fn new(hash_key: &[u8], check: Check, mutations: Vec<Mutation>) -> Result<Self, Error> {
        let hash_key = HashKey::new(hash_key)?;
        if mutations.is_empty() {
            return Err(Error::invalid_argument("mutations is empty: at least one is needed"));
        }
        let target = hash_key.target();
        let request = CheckAndMutateRequest {
            hash_key: hash_key.bytes,
            check_sort_key: check.sort_key,
            check_type: check.check_type.into(),
            check_operand: check.operand,
            mutate_list: mutations.into_iter().map(step).collect::<Result<_, Error>>()?,
            return_check_value: check.return_value,
        };
        // Each mutation has about 30 bytes of framing.
        let about = request.check_operand.len()
            + request.mutate_list.iter().map(|m| m.sort_key.len() + m.value.len() + 30).sum::<usize>();
        check_write::<rpc::CheckAndMutate>(&request, about)?;
        Ok(Self { target, request })
    }
}

fn step(mutation: Mutation) -> Result<Mutate, Error> {
    Ok(match mutation {
        Mutation::Set { sort_key, value, ttl_seconds } => Mutate {
            operation: MutateOperation::Put.into(),
            sort_key,
            value,
            set_expire_ts_seconds: expire_ts(ttl_seconds)?,
        },
        Mutation::Delete { sort_key } => {
            Mutate { operation: MutateOperation::Delete.into(), sort_key, ..Mutate::default() }
        }
    })
}

impl Operation for CheckAndMutate {
    type Rpc = rpc::CheckAndMutate;
    type Output = CheckResult;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &CheckAndMutateRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let CheckAndMutateRequest { hash_key, check_sort_key, check_operand, mutate_list, .. } =
            &self.request;
        let mutation = |mutate: &Mutate| mutate.sort_key.len() + mutate.value.len();
        let check = hash_key.len() + check_sort_key.len() + check_operand.len();
        check + mutate_list.iter().map(mutation).sum::<usize>()
    }

    fn output(&self, response: CheckAndSetResponse) -> Result<CheckResult, Status> {
        check::result(response)
    }

    fn explain(&self, status: Status) -> Option<&'static str> {
        check::explain(status)
    }
}
