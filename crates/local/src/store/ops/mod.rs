//! The operations on a partition, one file each, as real servers do them.
//!
//! Each operation takes a decoded request, a partition and the time, and returns the content of the
//! answer. A failure of the storage is an `Err`. A request that is refused or finds nothing gives a
//! [`Status`](pegasus_protocol::status::Status).

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
