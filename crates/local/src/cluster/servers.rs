//! What can be done to the servers of a cluster while it runs.

use std::net::SocketAddr;
use std::time::Duration;

use super::addresses::find_server;
use super::handle::Cluster;
use crate::error::ServerError;
use crate::server::{Order, ServerHandle};

/// Servers, by the addresses of [`meta_servers`](Cluster::meta_servers) and
/// [`replica_servers`](Cluster::replica_servers). A call that is dropped before it returns is carried
/// out all the same.
///
/// **When the cluster notices.** `failover_after` says how long after a server has gone the cluster
/// makes up for it: at once with `Duration::ZERO`, never with `None`. (A real cluster takes about 20
/// seconds; `Duration::from_secs(20)` shows what clients see then.) Until then the meta servers go on
/// naming the server. Afterwards the partitions that it led have another primary, which is a secondary
/// that is up, or none where there is none; what it followed is without it; ballots have grown. A meta
/// server that led is followed by the next one that is up. A server that is back follows, and leads
/// only where nobody else is there.
impl Cluster {
    /// Stops a server: its connections end, new ones are refused, open scans are forgotten. The rows
    /// stay. Whatever of a request had been carried out stays so.
    ///
    /// # Errors
    ///
    /// No server at that address, or one that is stopped: see [`ServerError`], here and below.
    pub async fn stop_server(
        &self,
        address: SocketAddr,
        failover_after: Option<Duration>,
    ) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Stop(failover_after)).await
    }

    /// Starts a stopped server again, at the same address.
    ///
    /// # Errors
    ///
    /// No server at that address, one that is not stopped, or an address that somebody else took
    /// meanwhile.
    pub async fn start_server(&self, address: SocketAddr) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Start).await
    }

    /// Freezes a server, as if its process had been sent SIGSTOP: connections stay, new ones succeed,
    /// and nothing is read or answered any more.
    ///
    /// # Errors
    ///
    /// No server at that address, or one that is not running.
    pub async fn freeze_server(
        &self,
        address: SocketAddr,
        failover_after: Option<Duration>,
    ) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Freeze(failover_after)).await
    }

    /// Cuts a server off, as if all packets from and to it were lost: it is frozen, and new connections
    /// neither succeed nor are refused.
    ///
    /// A program cannot drop packets. What it does is to fill the queue of connections that wait for
    /// being taken; Linux then leaves attempts unanswered. One that is under way in that very moment
    /// may still succeed, and is not served. Whatever clients send on connections that they have is
    /// kept by the system and read when the server is healed, as if it had been sent again.
    ///
    /// # Errors
    ///
    /// No server at that address, or one that is not running.
    pub async fn cut_off_server(
        &self,
        address: SocketAddr,
        failover_after: Option<Duration>,
    ) -> Result<(), ServerError> {
        self.server(address)?.order(Order::CutOff(failover_after)).await
    }

    /// Heals a frozen or cut off server. It answers what has come meanwhile, as what it is by now:
    /// where another server has taken over, with `ERR_INVALID_STATE`.
    ///
    /// # Errors
    ///
    /// No server at that address, or one that is neither frozen nor cut off.
    pub async fn heal_server(&self, address: SocketAddr) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Heal).await
    }

    /// Where a partition's primary is; none while no server that holds the partition is up.
    ///
    /// # Errors
    ///
    /// No such table or partition, or one that a split has only begun to make.
    pub fn primary(&self, table: &str, partition_index: u32) -> Result<Option<SocketAddr>, ServerError> {
        let topology = self.state.topology();
        let (_, placement) = topology.find_partition(table, partition_index)?;
        Ok(placement.primary.map(|server| self.replica_servers[server].into()))
    }

    /// Moves the primary of a partition to the replica server at `to`, or to its first secondary that
    /// is up, and gives where it is now. The primary before becomes a secondary and refuses what still
    /// comes to it with `ERR_INVALID_STATE`; the ballot grows by two, as in real clusters. A server
    /// that did not hold the partition takes the place of a secondary.
    ///
    /// # Errors
    ///
    /// No such table, partition or replica server; no server that is up.
    pub async fn move_primary(
        &self,
        table: &str,
        partition_index: u32,
        to: Option<SocketAddr>,
    ) -> Result<SocketAddr, ServerError> {
        let to =
            to.map(|address| find_server(&self.replica_servers, "replica server", address)).transpose()?;
        let table = table.to_owned();
        let moved = self.change(move |state| state.move_primary(&table, partition_index, to)).await?;
        Ok(self.replica_servers[moved].into())
    }

    /// Raises the ballot of a partition and changes nothing else, and gives the new one.
    ///
    /// # Errors
    ///
    /// No such table or partition.
    pub async fn raise_ballot(&self, table: &str, partition_index: u32) -> Result<i64, ServerError> {
        let table = table.to_owned();
        self.change(move |state| state.raise_ballot(&table, partition_index)).await
    }

    /// Where the meta server is that leads.
    pub fn meta_leader(&self) -> SocketAddr {
        self.meta_servers[self.state.topology().leader].into()
    }

    /// Lets the meta server at `to` lead, or the next one that is up, and gives where it is. The
    /// leader before names it to whoever asks.
    ///
    /// # Errors
    ///
    /// No meta server at that address, one that is not up, or no other one.
    pub async fn move_meta_leader(&self, to: Option<SocketAddr>) -> Result<SocketAddr, ServerError> {
        let to = to.map(|address| find_server(&self.meta_servers, "meta server", address)).transpose()?;
        let leader = self.change(move |state| state.move_leader(to)).await?;
        Ok(self.meta_servers[leader].into())
    }

    /// Starts the servers that are stopped and heals those that are frozen or cut off.
    ///
    /// # Errors
    ///
    /// One could not be brought back; those after it were not tried.
    pub async fn heal_all(&self) -> Result<(), ServerError> {
        for server in &self.servers {
            for order in [Order::Start, Order::Heal] {
                match server.order(order).await {
                    Ok(()) | Err(ServerError::WrongCondition { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn server(&self, address: SocketAddr) -> Result<&ServerHandle, ServerError> {
        let addresses: Vec<_> = self.servers.iter().map(|server| server.address).collect();
        Ok(&self.servers[find_server(&addresses, "server", address)?])
    }
}
