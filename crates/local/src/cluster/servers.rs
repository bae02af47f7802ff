//! Operations on the servers of a running cluster.

use std::net::SocketAddr;
use std::time::Duration;

use super::addresses::find_server;
use super::handle::Cluster;
use crate::error::ServerError;
use crate::server::{Order, ServerHandle};

/// Operations on servers. They take the addresses of [`meta_servers`](Cluster::meta_servers) and
/// [`replica_servers`](Cluster::replica_servers). An operation completes even if its future is
/// dropped.
///
/// **When the cluster notices.** `failover_after` is the time between the failure of a server and
/// the failover: `Duration::ZERO` fails over at once, `None` never does. (A real cluster takes
/// about 20 seconds; use `Duration::from_secs(20)` to show clients the same.) Until the failover,
/// the meta servers keep naming the failed server.
///
/// At the failover, each partition that the server led gets another primary: a secondary that is
/// up, or no primary if no secondary is up. The failed server is removed from the secondaries of
/// its other partitions. Ballots grow. If a leading meta server failed, the next meta server that
/// is up leads.
///
/// A server that comes back is a secondary again. It becomes primary only where the partition has
/// none.
impl Cluster {
    /// Stops a server: its connections end, new ones are refused, and its open scans are forgotten.
    /// The rows stay, and the effects of requests that were carried out stay.
    ///
    /// # Errors
    ///
    /// No server is at that address, or it is stopped already: see [`ServerError`], here and below.
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
    /// No server is at that address, it is not stopped, or another program has taken the address.
    pub async fn start_server(&self, address: SocketAddr) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Start).await
    }

    /// Freezes a server, as SIGSTOP does with a process: connections stay open and new ones
    /// succeed, but the server reads and answers nothing.
    ///
    /// # Errors
    ///
    /// No server is at that address, or it is not running.
    pub async fn freeze_server(
        &self,
        address: SocketAddr,
        failover_after: Option<Duration>,
    ) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Freeze(failover_after)).await
    }

    /// Cuts a server off, as if all packets from and to it were lost: the server is frozen, and new
    /// connections neither succeed nor are refused.
    ///
    /// A program cannot drop packets. Instead, the server fills its queue of connections that wait
    /// to be accepted; Linux then leaves further attempts unanswered. An attempt that is under way
    /// at that moment may still succeed, but nobody serves it. The system keeps what clients send
    /// on their open connections, and the server reads it after it is healed, as if the clients had
    /// sent it again.
    ///
    /// # Errors
    ///
    /// No server is at that address, or it is not running.
    pub async fn cut_off_server(
        &self,
        address: SocketAddr,
        failover_after: Option<Duration>,
    ) -> Result<(), ServerError> {
        self.server(address)?.order(Order::CutOff(failover_after)).await
    }

    /// Heals a frozen or cut-off server. It answers the requests that arrived meanwhile in its
    /// present role: if another server has taken over, it refuses them with `ERR_INVALID_STATE`.
    ///
    /// # Errors
    ///
    /// No server is at that address, or it is neither frozen nor cut off.
    pub async fn heal_server(&self, address: SocketAddr) -> Result<(), ServerError> {
        self.server(address)?.order(Order::Heal).await
    }

    /// The address of a partition's primary; `None` while no server that holds the partition is up.
    ///
    /// # Errors
    ///
    /// The table or the partition does not exist, or a split is still creating the partition.
    pub fn primary(&self, table: &str, partition_index: u32) -> Result<Option<SocketAddr>, ServerError> {
        let topology = self.state.topology();
        let (_, placement) = topology.find_partition(table, partition_index)?;
        Ok(placement.primary.map(|server| self.replica_servers[server].into()))
    }

    /// Moves the primary of a partition to the replica server at `to`, or by default to its first
    /// secondary that is up. Returns the address of the new primary. The old primary becomes a
    /// secondary and refuses later requests with `ERR_INVALID_STATE`. The ballot grows by two, as
    /// in real clusters. A server that did not hold the partition replaces a secondary.
    ///
    /// As in real clusters, the old primary never answers the writes that it has taken and not
    /// finished. Writes that wait there (for a limit of the table, or for a rule with
    /// [`Reaction::Hold`](crate::Reaction::Hold)) are not made; those of which only the answer is late
    /// ([`Reaction::Delay`](crate::Reaction::Delay)) are made already, and stay. Reads are answered.
    ///
    /// # Errors
    ///
    /// The table, the partition or the replica server does not exist, or no suitable server is up.
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

    /// Raises the ballot of a partition, without any other change, and returns the new ballot.
    ///
    /// # Errors
    ///
    /// The table or the partition does not exist.
    pub async fn raise_ballot(&self, table: &str, partition_index: u32) -> Result<i64, ServerError> {
        let table = table.to_owned();
        self.change(move |state| state.raise_ballot(&table, partition_index)).await
    }

    /// Changes a table as if the cluster had been set up again around the same data, or as if the
    /// address of its meta servers now led to such a cluster: the table keeps its rows, its id and its
    /// partition count, but ballots start again at 1, and each partition has another primary if another
    /// of its servers is up. Ballots are never lower again in a cluster that stays, so clients must
    /// notice by other means. Writes in flight end as with [`move_primary`](Self::move_primary).
    ///
    /// # Errors
    ///
    /// The table does not exist.
    pub async fn rebuild_table(&self, table: &str) -> Result<(), ServerError> {
        let table = table.to_owned();
        self.change(move |state| state.rebuild_table(&table)).await
    }

    /// The address of the leading meta server.
    pub fn meta_leader(&self) -> SocketAddr {
        self.meta_servers[self.state.topology().leader].into()
    }

    /// Makes the meta server at `to` the leader, or by default the next one that is up. Returns the
    /// address of the new leader. The old leader forwards clients to it.
    ///
    /// # Errors
    ///
    /// No meta server is at that address, it is not up, or there is no other one.
    pub async fn move_meta_leader(&self, to: Option<SocketAddr>) -> Result<SocketAddr, ServerError> {
        let to = to.map(|address| find_server(&self.meta_servers, "meta server", address)).transpose()?;
        let leader = self.change(move |state| state.move_leader(to)).await?;
        Ok(self.meta_servers[leader].into())
    }

    /// Starts all stopped servers, and heals all frozen and cut-off servers.
    ///
    /// # Errors
    ///
    /// A server could not be brought back. The servers behind it were not tried.
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
