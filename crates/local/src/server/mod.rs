//! One server of the cluster. While the cluster runs, a server can be stopped and started, frozen,
//! cut off and healed.
//!
//! Each server is a task ([`server_loop`]) that owns the [`listener`] and the connections. It
//! carries out orders one after the other, so two orders never overlap. An order is carried out
//! even if nobody waits for it any more.

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
