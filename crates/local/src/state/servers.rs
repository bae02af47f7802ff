//! Changes of servers, primaries and the meta leader.

use super::cluster_state::ClusterState;
use crate::error::ServerError;
use crate::store::StoreError;
use crate::topology::{Health, Placement, Role};

impl ClusterState {
    /// Notes the health of a server. If the server is lost, others take over.
    pub(crate) fn set_health(&self, role: Role, health: Health) -> Result<(), StoreError> {
        self.change_topology(|topology| {
            let changed = match role {
                Role::Meta(server) => {
                    topology.set_meta_health(server, health);
                    Vec::new()
                }
                Role::Replica(server) => topology.set_replica_health(server, health),
            };
            Ok((changed, ()))
        })
    }

    /// Drops the open scans of a stopped server.
    pub(crate) fn forget_scans(&self, role: Role) {
        if let Role::Replica(server) = role {
            self.scans[server].clear();
        }
    }

    /// Moves the primary of a partition: to the given replica server, or else to the first
    /// secondary that is up. Returns the index of the new primary.
    pub(crate) fn move_primary(
        &self,
        name: &str,
        index: u32,
        server: Option<usize>,
    ) -> Result<usize, ServerError> {
        self.change(|topology| {
            let (table, placement) = topology.find_partition(name, index)?;
            let is_up = |server: &usize| topology.replica_health[*server] == Health::Up;
            let server = server.or_else(|| placement.secondaries.iter().copied().find(is_up));
            let Some(server) = server.filter(is_up) else {
                return Err(ServerError::NoServer {
                    reason: match server {
                        Some(server) => {
                            format!("the server {} is not up", topology.replica_servers[server])
                        }
                        None => format!("no secondary of partition {index} of {name:?} is up"),
                    },
                });
            };
            let moved = table.with_placement(index as usize, |placement| placement.move_primary(server));
            Ok((Some(moved), server))
        })
    }

    /// Raises the ballot of a partition without any other change, and returns the new ballot.
    pub(crate) fn raise_ballot(&self, name: &str, index: u32) -> Result<i64, ServerError> {
        self.change(|topology| {
            let (table, _) = topology.find_partition(name, index)?;
            let raised = table.with_placement(index as usize, Placement::raise_ballot);
            let ballot = raised.partitions[index as usize].ballot;
            Ok((Some(raised), ballot))
        })
    }

    /// Gives all partitions of a table other primaries and their first ballots.
    pub(crate) fn rebuild_table(&self, name: &str) -> Result<(), ServerError> {
        self.change(|topology| {
            let is_up = |server: usize| topology.replica_health[server] == Health::Up;
            Ok((Some(topology.find_table(name)?.started_over(is_up)), ()))
        })
    }

    /// Moves the lead: to the given meta server, or else to the next one that is up. Returns the
    /// index of the new leader.
    pub(crate) fn move_leader(&self, server: Option<usize>) -> Result<usize, ServerError> {
        self.change_topology(|topology| {
            let Some(leader) = server.or_else(|| topology.next_leader()) else {
                return Err(ServerError::NoServer { reason: "no other meta server is up".to_owned() });
            };
            if topology.meta_health[leader] != Health::Up {
                let reason = format!("the meta server {} is not up", topology.meta_servers[leader]);
                return Err(ServerError::NoServer { reason });
            }
            topology.leader = leader;
            Ok((Vec::new(), leader))
        })
    }
}
