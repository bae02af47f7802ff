//! The cluster at one moment: servers, tables, and which server holds which partition.
//!
//! A [`Topology`] that requests can see never changes. A change makes a new one and replaces the
//! old one as a whole. So a request sees one consistent state from its first check to its last, and
//! reading takes no lock.

mod failover;
mod guard;
mod health;
mod ids;
mod lookup;
mod map;
mod placement;
mod table;
mod term;

pub(crate) use self::guard::{PartitionGuard, PartitionVersion};
pub(crate) use self::health::Health;
pub use self::ids::AppId;
pub(crate) use self::ids::{Recipient, Role};
pub(crate) use self::lookup::HostedPartition;
pub(crate) use self::map::Topology;
pub(crate) use self::placement::Placement;
pub(crate) use self::table::{TableState, is_beyond_recall};
pub(crate) use self::term::Term;
