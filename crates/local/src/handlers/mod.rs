//! What servers do for each RPC, one file an operation: the request in, the answer's fields out.
//!
//! Handlers know neither frames nor the storage engine: [`crate::dispatch`] has decided that the
//! request may be here, [`crate::store::ops`] does the work.

pub(crate) mod data;
pub(crate) mod meta;
pub(crate) mod negotiation;
