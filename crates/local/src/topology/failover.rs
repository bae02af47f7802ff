//! What the cluster does when servers fail and come back.

use std::sync::Arc;

use super::health::Health;
use super::ids::AppId;
use super::map::Topology;

impl Topology {
    /// The indices of the replica servers that are up.
    pub(crate) fn replica_servers_up(&self) -> Vec<usize> {
        let up = self.replica_health.iter().enumerate().filter(|(_, health)| **health == Health::Up);
        up.map(|(server, _)| server).collect()
    }

    /// Notes the health of a meta server. If the leader is lost, the next meta server that is up
    /// leads.
    pub(crate) fn set_meta_health(&mut self, server: usize, health: Health) {
        self.meta_health[server] = health;
        if self.meta_health[self.leader] == Health::Lost
            && let Some(next) = self.next_leader()
        {
            self.leader = next;
        }
    }

    /// The meta server that would take the lead next.
    pub(crate) fn next_leader(&self) -> Option<usize> {
        let servers = self.meta_health.len();
        let others = (1..servers).map(|n| (self.leader + n) % servers);
        others.into_iter().find(|server| self.meta_health[*server] == Health::Up)
    }

    /// Notes the health of a replica server. If the server is lost, others take over its
    /// partitions; if it is back, it follows them again. Returns the ids of the tables that have
    /// changed.
    pub(crate) fn set_replica_health(&mut self, server: usize, health: Health) -> Vec<AppId> {
        self.replica_health[server] = health;
        let is_up = |server: usize| self.replica_health[server] == Health::Up;
        let mut changed = Vec::new();
        for (app_id, table) in &mut self.tables {
            let mut partitions = table.partitions.clone();
            let changes = partitions.iter_mut().map(|placement| match health {
                Health::Up => placement.regain(server, is_up),
                Health::Down => false,
                Health::Lost => placement.lose(server, is_up),
            });
            if changes.fold(false, |any, one| any | one) {
                Arc::make_mut(table).partitions = partitions;
                changed.push(*app_id);
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};

    use super::*;

    fn topology(meta_servers: u16) -> Topology {
        let servers = |count| (0..count).map(|port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).collect();
        Topology::new(servers(meta_servers), servers(3), 1)
    }

    #[test]
    fn a_lost_leader_is_followed_by_the_next_server_that_is_up() {
        let mut topology = topology(4);
        topology.set_meta_health(1, Health::Down);
        topology.set_meta_health(0, Health::Down);
        assert_eq!(topology.leader, 0); // the cluster has not noticed
        topology.set_meta_health(0, Health::Lost);
        assert_eq!(topology.leader, 2);
        topology.set_meta_health(0, Health::Up);
        assert_eq!(topology.leader, 2);
    }

    #[test]
    fn when_no_meta_server_is_up_the_first_one_back_leads() {
        let mut topology = topology(3);
        for server in [2, 1, 0] {
            topology.set_meta_health(server, Health::Lost);
        }
        assert_eq!(topology.leader, 0);
        topology.set_meta_health(1, Health::Up);
        assert_eq!(topology.leader, 1);
        topology.set_meta_health(0, Health::Up);
        assert_eq!(topology.leader, 1);
    }

    #[test]
    fn only_servers_that_are_up_get_replicas() {
        let mut topology = topology(1);
        topology.set_replica_health(1, Health::Down);
        assert_eq!(topology.replica_servers_up(), [0, 2]);
    }
}
