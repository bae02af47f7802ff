//! The handle through which the cluster controls a server.

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

/// The handle of one server.
pub(crate) struct ServerHandle {
    pub(crate) address: SocketAddrV4,
    pub(crate) role: Role,
    commands: mpsc::Sender<Command>,
}

impl ServerHandle {
    /// Starts a server on a listener. It runs as one of `tasks` until `stop` changes.
    pub(crate) fn start(
        (address, listener): (SocketAddrV4, TcpListener),
        role: Role,
        state: &Arc<ClusterState>,
        tasks: &mut JoinSet<()>,
        stop: &watch::Receiver<()>,
    ) -> Self {
        let recipient = Arc::new(Recipient { role, name: address.to_string().into() });
        // Room for one command is enough: whoever gives an order waits until it is carried out.
        let (commands, orders) = mpsc::channel(1);
        tasks.spawn(ServerLoop::new(address, listener, recipient, state.clone()).run(orders, stop.clone()));
        Self { address, role, commands }
    }

    /// Gives an order and waits until it is carried out.
    pub(crate) async fn order(&self, order: Order) -> Result<(), ServerError> {
        let (done, outcome) = oneshot::channel();
        if self.commands.send((order, done)).await.is_err() {
            return Err(ServerError::ClusterStopped);
        }
        outcome.await.unwrap_or(Err(ServerError::ClusterStopped))
    }
}
