//! What replica servers do for each RPC about rows.

mod answer;
mod batch_get;
mod busy;
mod call;
mod check;
mod get;
mod incr;
mod multi_get;
mod multi_put;
mod multi_remove;
mod put;
mod remove;
mod scanner;
mod sortkey_count;

pub(crate) use self::answer::answer;
pub(crate) use self::busy::busy;
pub(crate) use self::call::DataCall;
