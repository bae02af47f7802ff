//! One server of the cluster, and what can be done to it while it runs: stopped and started again,
//! frozen, cut off, healed.
//!
//! Each server is a task ([`run`]) that has the door ([`door`]) and the connections. It takes orders
//! one after the other, so two of them never meet, and one that nobody awaits any more is carried
//! out all the same.

mod door;
mod error;
mod gate;
mod run;

use std::net::SocketAddrV4;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

pub use self::error::ServerError;
use self::run::Task;
use crate::dispatch::Node;
use crate::state::ClusterState;
use crate::topology::Role;

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It answers.
    Running,
    /// It has no door and no connections.
    Stopped,
    /// It takes connections, and does nothing with them.
    Frozen,
    /// As frozen, and nobody gets a new connection.
    CutOff,
}

/// What is to be done with a server. The duration says when the cluster notices that it is gone;
/// without one it never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Stop(Option<Duration>),
    Freeze(Option<Duration>),
    CutOff(Option<Duration>),
    Start,
    Heal,
}

/// An order, and where to say what came of it.
type Command = (Order, oneshot::Sender<Result<(), ServerError>>);

/// A server, as the cluster knows it.
pub(crate) struct Server {
    pub(crate) address: SocketAddrV4,
    pub(crate) role: Role,
    commands: mpsc::Sender<Command>,
}

impl Server {
    /// Starts a server behind a listener; it is one of `tasks` until `stop` says that it ends.
    pub(crate) fn start(
        (address, listener): (SocketAddrV4, TcpListener),
        role: Role,
        state: &Arc<ClusterState>,
        tasks: &mut JoinSet<()>,
        stop: &watch::Receiver<()>,
    ) -> Self {
        let node = Arc::new(Node { role, name: address.to_string().into() });
        // One at a time: whoever gives an order waits for its end.
        let (commands, orders) = mpsc::channel(1);
        tasks.spawn(Task::new(address, listener, node, state.clone()).run(orders, stop.clone()));
        Self { address, role, commands }
    }

    /// Has something done with the server; it is done when this returns.
    pub(crate) async fn order(&self, order: Order) -> Result<(), ServerError> {
        let (done, outcome) = oneshot::channel();
        if self.commands.send((order, done)).await.is_err() {
            return Err(ServerError::ClusterStopped);
        }
        outcome.await.unwrap_or(Err(ServerError::ClusterStopped))
    }
}
