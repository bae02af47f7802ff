//! The task of a server: accepts connections and obeys orders until it is told to end.

use std::io;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::connection;
use super::freeze::Freeze;
use super::listener::Listener;
use super::order::{Command, Condition, Order};
use crate::blocking::blocking;
use crate::error::ServerError;
use crate::state::ClusterState;
use crate::store::StoreError;
use crate::topology::{Health, Recipient};

/// The pause after a failure to accept a connection. Usually all file descriptors are in use, and
/// trying again at once would only keep a core busy.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

pub(super) struct ServerLoop {
    address: SocketAddrV4,
    recipient: Arc<Recipient>,
    state: Arc<ClusterState>,
    listener: Listener,
    /// Holds the connections back while the server is frozen or cut off.
    freeze: Arc<Freeze>,
    connections: JoinSet<()>,
    condition: Condition,
    /// The health of the server as the cluster sees it.
    health: Health,
    /// When the cluster will notice that the server is gone.
    lost_at: Option<Instant>,
}

impl ServerLoop {
    pub(super) fn new(
        address: SocketAddrV4,
        listener: TcpListener,
        recipient: Arc<Recipient>,
        state: Arc<ClusterState>,
    ) -> Self {
        Self {
            address,
            recipient,
            state,
            listener: Listener::new(address, listener),
            freeze: Arc::default(),
            connections: JoinSet::new(),
            condition: Condition::Running,
            health: Health::Up,
            lost_at: None,
        }
    }

    /// Serves connections and obeys orders until `stop` changes or its sender is gone. All
    /// connections have ended when this returns.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Command>, mut stop: watch::Receiver<()>) {
        loop {
            let lost_at = self.lost_at;
            tokio::select! {
                _ = stop.changed() => break,
                Some((order, done)) = orders.recv() => {
                    let outcome = self.obey(order).await;
                    let _ = done.send(outcome); // the caller may have stopped waiting
                }
                Some(_) = self.connections.join_next() => {}
                () = sleep_until(lost_at.unwrap_or_else(Instant::now)), if lost_at.is_some() => {
                    if let Err(error) = self.set_health(Health::Lost).await {
                        tracing::error!(server = %self.recipient.name, %error, "a failover could not be stored");
                    }
                }
                accepted = self.listener.accept(), if self.condition == Condition::Running => match accepted {
                    Ok((socket, peer)) => {
                        let served = connection::serve(socket, peer, self.recipient.clone(), self.state.clone());
                        self.connections.spawn(self.freeze.clone().hold(served));
                    }
                    Err(error) => {
                        tracing::warn!(server = %self.recipient.name, %error, "a connection could not be accepted");
                        tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    }
                }
            }
        }
        // A request is handled without an await, so this interrupts no write.
        self.connections.shutdown().await;
    }

    async fn obey(&mut self, order: Order) -> Result<(), ServerError> {
        use Condition::{CutOff, Frozen, Running, Stopped};
        let refused = |source: io::Error| ServerError::System {
            address: self.address.into(),
            order: order.word(),
            source,
        };
        match (order, self.condition) {
            (Order::Stop(lost_after), Running | Frozen | CutOff) => {
                self.listener.close();
                self.connections.shutdown().await;
                self.freeze.thaw();
                self.state.forget_scans(self.recipient.role);
                self.go_down(Stopped, lost_after).await?;
            }
            (Order::Freeze(lost_after), Running) => {
                self.freeze.freeze();
                self.go_down(Frozen, lost_after).await?;
            }
            (Order::CutOff(lost_after), Running) => {
                self.listener.block().await.map_err(refused)?;
                self.freeze.freeze();
                self.go_down(CutOff, lost_after).await?;
            }
            (Order::Start, Stopped) => {
                self.listener.open().map_err(refused)?;
                self.come_back().await?;
            }
            (Order::Heal, Frozen | CutOff) => {
                self.listener.unblock().map_err(refused)?;
                // The server must know its present role before it answers the requests that arrived
                // meanwhile.
                self.come_back().await?;
                self.freeze.thaw();
            }
            (Order::Stop(_), Stopped)
            | (Order::Freeze(_) | Order::CutOff(_), Stopped | Frozen | CutOff)
            | (Order::Start, Running | Frozen | CutOff)
            | (Order::Heal, Running | Stopped) => {
                return Err(ServerError::WrongCondition {
                    address: self.address.into(),
                    order: order.word(),
                    condition: self.condition.word(),
                });
            }
        }
        Ok(())
    }

    async fn go_down(
        &mut self,
        condition: Condition,
        lost_after: Option<Duration>,
    ) -> Result<(), StoreError> {
        self.condition = condition;
        match lost_after {
            _ if self.health == Health::Lost => Ok(()),
            Some(Duration::ZERO) => self.set_health(Health::Lost).await,
            _ => {
                self.set_health(Health::Down).await?;
                // A time too far in the future to be represented never comes.
                self.lost_at = lost_after.and_then(|after| Instant::now().checked_add(after));
                Ok(())
            }
        }
    }

    async fn come_back(&mut self) -> Result<(), StoreError> {
        self.set_health(Health::Up).await?;
        self.condition = Condition::Running;
        Ok(())
    }

    async fn set_health(&mut self, health: Health) -> Result<(), StoreError> {
        self.lost_at = None;
        let (state, role) = (self.state.clone(), self.recipient.role);
        blocking(move || state.set_health(role, health)).await?;
        self.health = health;
        Ok(())
    }
}
