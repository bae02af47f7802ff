//! Faults as data: rules that make a cluster answer some requests differently.
//!
//! [`Fault`] is a rule as a user gives it, [`check`] refuses rules without an effect, [`rule`]
//! counts requests and decides. [`Faults`] holds the rules of a cluster. It is asked for every
//! request; while there are no rules, that costs one atomic load.

mod check;
mod error;
mod fault;
mod names;
mod registry;
mod request;
mod rule;

pub(crate) use self::check::check;
pub use self::error::FaultError;
pub use self::fault::{Fault, Reaction};
pub use self::registry::AddedFault;
pub(crate) use self::registry::Faults;
pub(crate) use self::rule::{Alteration, Effect};
