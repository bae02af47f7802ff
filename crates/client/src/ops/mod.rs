//! The operations: one file each, with its arguments, checks, request, and what the answer means.
//!
//! An operation that could not be sent cannot be built.

mod batch_get;
mod check;
mod check_and_mutate;
mod check_and_set;
mod get;
mod incr;
mod multi_get;
mod multi_remove;
mod multi_set;
mod remove;
mod scan;
mod set;
mod sort_key_count;
mod ttl;

pub(crate) use batch_get::BatchGet;
pub use check::{Check, CheckResult};
pub(crate) use check_and_mutate::CheckAndMutate;
pub use check_and_mutate::Mutation;
pub(crate) use check_and_set::CheckAndSet;
pub use check_and_set::CheckedSet;
pub(crate) use get::Get;
pub(crate) use incr::Incr;
pub use incr::{IncrExpiry, IncrOptions};
pub(crate) use multi_get::MultiGet;
pub use multi_get::{Filter, MultiGetLimits, MultiGetResult, SortKeyRange, SortKeyValue};
pub(crate) use multi_remove::MultiRemove;
pub(crate) use multi_set::MultiSet;
pub(crate) use remove::Remove;
pub(crate) use scan::{Batch, GetScanner, Scan};
pub(crate) use set::Set;
pub(crate) use sort_key_count::SortKeyCount;
pub use ttl::TimeToLive;
pub(crate) use ttl::Ttl;

use bytes::Bytes;
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::status::Status;
use pegasus_protocol::{expiry, frame, key};

use crate::error::Error;
use crate::routing::Target;

/// What the loop in `execute` needs to know.
pub(crate) trait Operation {
    /// Whether a secondary may answer it, where the table's options say so. Only a read that each
    /// server can answer by itself.
    const MAY_ASK_SECONDARY: bool = false;

    /// The RPC that carries it.
    type Rpc: Rpc;
    /// What the caller gets.
    type Output;

    /// Which partition it goes to.
    fn target(&self) -> Target;

    /// What is sent, on each attempt the same.
    fn request(&self) -> &<Self::Rpc as Rpc>::Request;

    /// How many bytes of keys and values that is, which is what it takes of the room in flight.
    fn payload(&self) -> usize;

    /// What the answer means; a status that is no result is an error.
    fn output(&self, response: <Self::Rpc as Rpc>::Response) -> Result<Self::Output, Status>;

    /// What a status means for this operation in particular, in words.
    fn explain(&self, _status: Status) -> Option<&'static str> {
        None
    }
}

/// A packed key and its hash.
pub(crate) struct Key {
    encoded: Bytes,
    hash: u64,
}

impl Key {
    /// Packs a key. With an empty hash key the partition is that of the sort key.
    pub(crate) fn new(hash_key: &[u8], sort_key: &[u8]) -> Result<Self, Error> {
        let encoded =
            key::encode(hash_key, sort_key).map_err(|error| Error::invalid_argument(error.to_string()))?;
        Ok(Self { encoded, hash: key::row_hash(hash_key, sort_key) })
    }

    pub(crate) fn target(&self) -> Target {
        Target::Hash(self.hash)
    }
}

/// A hash key on its own, as operations on all its rows send it.
pub(crate) struct HashKey {
    bytes: Bytes,
    hash: u64,
}

impl HashKey {
    /// Checks a hash key. An empty one is refused: its rows are spread over all partitions.
    pub(crate) fn new(hash_key: &[u8]) -> Result<Self, Error> {
        if hash_key.is_empty() {
            return Err(Error::invalid_argument(
                "the hash key is empty: rows without a hash key lie in all partitions, so there is none to ask",
            ));
        }
        check_hash_key(hash_key)?;
        Ok(Self { bytes: Bytes::copy_from_slice(hash_key), hash: key::crc64(hash_key) })
    }

    pub(crate) fn target(&self) -> Target {
        Target::Hash(self.hash)
    }
}

/// Refuses a hash key that no encoded key can hold.
pub(crate) fn check_hash_key(hash_key: &[u8]) -> Result<(), Error> {
    if hash_key.len() < key::HASH_KEY_LIMIT {
        return Ok(());
    }
    Err(Error::invalid_argument(key::HashKeyTooLong(hash_key.len()).to_string()))
}

/// The longest body of a write that servers take, unless they are set up otherwise.
const MAX_WRITE_BODY: usize = 1 << 20;

/// Refuses a write that the server would refuse. `about` is how long it is, a little less or more.
fn check_write<R: Rpc>(request: &R::Request, about: usize) -> Result<(), Error> {
    // Measuring takes an encoding, which small writes need not pay for.
    if about < MAX_WRITE_BODY / 2 {
        return Ok(());
    }
    let length = frame::body_length::<R>(request);
    if length <= MAX_WRITE_BODY {
        return Ok(());
    }
    Err(Error::invalid_argument(format!(
        "the write is {length} bytes long with its keys and framing: servers take at most {MAX_WRITE_BODY} in one"
    )))
}

/// The timestamp of a row that shall live so long, by this machine's clock; travels as its bits.
fn expire_ts(ttl_seconds: u32) -> Result<i32, Error> {
    let timestamp = expiry::expire_ts(ttl_seconds, expiry::now()).ok_or_else(|| {
        Error::invalid_argument(format!("ttl_seconds is {ttl_seconds}: the row would expire after 2152"))
    })?;
    Ok(timestamp as i32)
}

/// `Ok` for an answer that says kOk.
fn ok(error: i32) -> Result<(), Status> {
    match Status::from(error) {
        Status::Ok => Ok(()),
        other => Err(other),
    }
}

/// `Some` for kOk, `None` for kNotFound.
fn found<T>(error: i32, value: T) -> Result<Option<T>, Status> {
    match Status::from(error) {
        Status::Ok => Ok(Some(value)),
        Status::NotFound => Ok(None),
        other => Err(other),
    }
}
