//! Faults as data: rules that say which requests a cluster answers otherwise, and how.
//!
//! [`Fault`] is a rule as it is given, [`check`] finds what cannot be meant, [`rule`] counts and
//! decides. [`Faults`] holds the rules of a cluster; it is asked once for each request, and while
//! there are no rules that is one look at a number.

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
