//! The time for which one server leads a partition, as a write sees it that is not finished.

use pegasus_protocol::types::Gpid;

use super::map::Topology;

/// The lead of one server over a partition.
///
/// A real primary that loses its lead drops the writes that it has taken and not finished: those
/// that only wait are never made, those that are on their way to the secondaries may still be made,
/// and none of them is answered. So everything that a connection still owes to a write remembers
/// under which lead it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    gpid: Gpid,
    server: usize,
    number: u64,
}

impl Topology {
    /// The present lead of a replica server over a partition; `None` if another server leads.
    pub(crate) fn term(&self, gpid: Gpid, server: usize) -> Option<Term> {
        let table = self.table(gpid.app_id)?;
        let placement = table.partitions.get(usize::try_from(gpid.partition_index).ok()?)?;
        (placement.primary == Some(server)).then_some(Term { gpid, server, number: placement.term })
    }

    /// Whether a server still leads as it did.
    pub(crate) fn is_current(&self, term: Term) -> bool {
        self.term(term.gpid, term.server) == Some(term)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};
    use std::sync::Arc;

    use pegasus_protocol::idl::{AppInfo, AppStatus};

    use super::*;
    use crate::store::TableRecord;
    use crate::topology::{Placement, TableState};

    const GPID: Gpid = Gpid { app_id: 1, partition_index: 0 };

    fn topology() -> Topology {
        let servers: Arc<[_]> = (0..3).map(|port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).collect();
        let mut topology = Topology::new(servers.clone(), servers, 1);
        let status = AppStatus::Available.into();
        let info = AppInfo { app_id: 1, status, max_replica_count: 3, ..AppInfo::default() };
        let record = TableRecord { info, ballots: vec![1], purging: vec![] };
        topology.insert(TableState::new(record, None, &[0, 1, 2]));
        topology
    }

    fn change(topology: &mut Topology, change: impl FnOnce(&mut Placement)) {
        let changed = topology.table(1).unwrap().with_placement(0, change);
        topology.insert(changed);
    }

    #[test]
    fn a_lead_ends_when_another_server_leads_and_does_not_come_back_with_its_server() {
        let mut topology = topology();
        let first = topology.term(GPID, 0).unwrap();
        assert_eq!(topology.term(GPID, 1), None);
        change(&mut topology, |placement| placement.move_primary(1));
        assert!(!topology.is_current(first) && topology.term(GPID, 1).is_some());
        change(&mut topology, |placement| placement.move_primary(0));
        assert!(!topology.is_current(first));
        assert!(topology.is_current(topology.term(GPID, 0).unwrap()));
    }

    #[test]
    fn a_lead_goes_on_through_configurations_with_the_same_primary() {
        let mut topology = topology();
        let first = topology.term(GPID, 0).unwrap();
        change(&mut topology, Placement::raise_ballot);
        change(&mut topology, |placement| placement.move_primary(0));
        change(&mut topology, |placement| assert!(placement.lose(2, |_| true)));
        assert!(topology.is_current(first));
    }

    #[test]
    fn nobody_leads_what_is_not_there() {
        let topology = topology();
        assert_eq!(topology.term(Gpid { app_id: 2, ..GPID }, 0), None);
        assert_eq!(topology.term(Gpid { partition_index: 1, ..GPID }, 0), None);
        assert_eq!(topology.term(Gpid { partition_index: -1, ..GPID }, 0), None);
    }
}
