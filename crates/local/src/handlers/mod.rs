//! What servers do for each RPC. Each RPC has one file, which turns the request's fields into the
//! answer's fields.
//!
//! Handlers know neither frames nor the storage engine: [`crate::dispatch`] has admitted the
//! request, and [`crate::store::ops`] does the work.

pub(crate) mod data;
pub(crate) mod meta;
pub(crate) mod negotiation;
