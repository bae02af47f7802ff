//! The operations of a partition, one file each, as the servers do them.
//!
//! Each takes a request as it came, a partition, and the time, and gives what the answer says. A
//! storage failure is an `Err`; a request that is refused, or finds nothing, is a [`Status`].

mod batch_get;
mod check;
mod check_and_mutate;
mod check_and_set;
mod get;
mod incr;
mod multi_get;
mod multi_put;
mod multi_remove;
mod put;
mod remove;
mod scan;
mod sortkey_count;
mod written;

pub(crate) use self::batch_get::batch_get;
pub(crate) use self::check::Checked;
pub(crate) use self::check_and_mutate::check_and_mutate;
pub(crate) use self::check_and_set::check_and_set;
pub(crate) use self::get::get;
pub(crate) use self::incr::incr;
pub(crate) use self::multi_get::multi_get;
pub(crate) use self::multi_put::multi_put;
pub(crate) use self::multi_remove::multi_remove;
pub(crate) use self::put::put;
pub(crate) use self::remove::remove;
pub(crate) use self::scan::{ScanBatch, ScanContext, ScanEnd, ScanStart};
pub(crate) use self::sortkey_count::sortkey_count;
pub(crate) use self::written::Written;
