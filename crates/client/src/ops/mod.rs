//! The operations, one file each: arguments, checks, request, and the meaning of the reply.
//!
//! An operation with invalid arguments cannot be built.

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
