//! One server of the cluster, and what can be done to it while it runs: stopped and started again,
//! frozen, cut off, healed.
//!
//! Each server is a task ([`server_loop`]) that has the [`listener`] and the connections. It takes
//! orders one after the other, so two of them never meet, and one that nobody awaits any more is
//! carried out all the same.

mod alter;
mod connection;
mod freeze;
mod handle;
mod listener;
mod order;
mod pending;
mod server_loop;

pub(crate) use self::handle::ServerHandle;
pub(crate) use self::order::Order;
