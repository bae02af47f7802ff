//! A server, as the cluster knows it.

use std::net::SocketAddrV4;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::order::{Command, Order};
use super::server_loop::ServerLoop;
use crate::error::ServerError;
use crate::state::ClusterState;
use crate::topology::{Recipient, Role};

/// A server, as the cluster knows it.
pub(crate) struct ServerHandle {
    pub(crate) address: SocketAddrV4,
    pub(crate) role: Role,
    commands: mpsc::Sender<Command>,
}

impl ServerHandle {
    /// Starts a server behind a listener; it is one of `tasks` until `stop` says that it ends.
    pub(crate) fn start(
        (address, listener): (SocketAddrV4, TcpListener),
        role: Role,
        state: &Arc<ClusterState>,
        tasks: &mut JoinSet<()>,
        stop: &watch::Receiver<()>,
    ) -> Self {
        let recipient = Arc::new(Recipient { role, name: address.to_string().into() });
        // One at a time: whoever gives an order waits for its end.
        let (commands, orders) = mpsc::channel(1);
        tasks.spawn(ServerLoop::new(address, listener, recipient, state.clone()).run(orders, stop.clone()));
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
