//! The servers that hold a partition, and how that changes when servers fail and come back.

/// The ballot of a partition that a split has created and not yet filled.
const NOT_READY: i64 = -1;

/// The ballot of a new partition.
const FIRST: i64 = 1;

/// The servers that hold a partition, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    /// The version of this placement: 1 or more, and it grows with each change. Negative while a
    /// split has created the partition but not yet placed it.
    pub(crate) ballot: i64,
    /// The server for writes and consistent reads. `None` while no server that holds the partition
    /// is up.
    pub(crate) primary: Option<usize>,
    /// The servers for hedged reads. (All replicas share one copy of the rows.)
    pub(crate) secondaries: Vec<usize>,
    /// Lost servers that held the partition. They follow again when they come back.
    pub(crate) last_drops: Vec<usize>,
    /// Which lead this is: it grows whenever another server, or the same one again, becomes the
    /// primary.
    pub(super) term: u64,
}

impl Placement {
    /// Partition `index` gets server `index` as its primary, modulo the number of servers, and the
    /// next servers as secondaries.
    pub(super) fn round_robin(index: usize, servers: &[usize], replicas: usize, ballot: i64) -> Self {
        let replica = |n: usize| servers[(index + n) % servers.len()];
        Self {
            ballot,
            primary: (!servers.is_empty()).then(|| replica(0)),
            secondaries: (1..replicas).map(replica).collect(),
            last_drops: Vec::new(),
            term: 0,
        }
    }

    /// The placement of a partition that is on no server yet.
    pub(super) fn not_ready() -> Self {
        Self { ballot: NOT_READY, primary: None, secondaries: Vec::new(), last_drops: Vec::new(), term: 0 }
    }

    /// Whether the partition is on some server.
    pub(crate) fn is_ready(&self) -> bool {
        self.ballot > 0
    }

    /// Whether a server holds the partition.
    pub(crate) fn is_at(&self, server: usize) -> bool {
        self.primary == Some(server) || self.secondaries.contains(&server)
    }

    /// Removes a lost server, and returns whether it held the partition. If it was the primary, the
    /// first secondary that is up takes over.
    ///
    /// As in real clusters, this makes two configurations: one without the lost server, and one
    /// with the new primary.
    pub(super) fn lose(&mut self, server: usize, is_up: impl Fn(usize) -> bool) -> bool {
        if !self.is_at(server) {
            return false;
        }
        self.primary = self.primary.filter(|primary| *primary != server);
        self.secondaries.retain(|secondary| *secondary != server);
        self.last_drops.push(server);
        self.raise_ballot();
        self.elect(is_up);
        true
    }

    /// Makes a lost server that is up again a secondary, or the primary if there is none. Returns
    /// whether anything has changed.
    pub(super) fn regain(&mut self, server: usize, is_up: impl Fn(usize) -> bool) -> bool {
        let held = self.last_drops.len();
        self.last_drops.retain(|dropped| *dropped != server);
        let is_back = self.last_drops.len() < held;
        if is_back {
            self.secondaries.push(server);
            self.raise_ballot();
        }
        self.elect(is_up) || is_back
    }

    /// Makes another server the primary; the old primary becomes a secondary. A server that did not
    /// hold the partition replaces the last secondary, so the number of replicas stays the same.
    pub(crate) fn move_primary(&mut self, server: usize) {
        if self.primary == Some(server) {
            return;
        }
        let replicas = 1 + self.secondaries.len();
        self.last_drops.retain(|dropped| *dropped != server);
        self.secondaries.retain(|secondary| *secondary != server);
        if let Some(before) = self.primary.replace(server) {
            self.secondaries.insert(0, before);
            self.secondaries.truncate(replicas - 1);
            self.raise_ballot(); // the old primary steps down
        }
        self.raise_ballot();
        self.term += 1;
    }

    /// Begins anew with the same servers, as in a cluster that was set up again: another one leads
    /// if one is up, and ballots start at the beginning.
    pub(super) fn start_over(&mut self, is_up: impl Fn(usize) -> bool) {
        if let Some(next) = self.secondaries.iter().position(|secondary| is_up(*secondary)) {
            let next = self.secondaries.remove(next);
            self.secondaries.extend(self.primary.replace(next));
        }
        self.ballot = FIRST;
        self.term += 1;
    }

    /// Makes a new version of the placement.
    pub(crate) fn raise_ballot(&mut self) {
        self.ballot = self.ballot.saturating_add(1);
    }

    fn elect(&mut self, is_up: impl Fn(usize) -> bool) -> bool {
        if self.primary.is_some() {
            return false;
        }
        let Some(next) = self.secondaries.iter().position(|secondary| is_up(*secondary)) else {
            return false;
        };
        self.primary = Some(self.secondaries.remove(next));
        self.raise_ballot();
        self.term += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(
        term: u64,
        ballot: i64,
        primary: Option<usize>,
        secondaries: &[usize],
        drops: &[usize],
    ) -> Placement {
        Placement { ballot, primary, secondaries: secondaries.to_vec(), last_drops: drops.to_vec(), term }
    }

    fn start() -> Placement {
        Placement::round_robin(0, &[0, 1, 2], 3, 1)
    }

    #[test]
    fn primaries_go_round_and_secondaries_follow() {
        let placements: Vec<_> =
            (0..4).map(|index| Placement::round_robin(index, &[0, 1, 2, 3], 3, 1)).collect();
        let primaries: Vec<_> = placements.iter().map(|placement| placement.primary.unwrap()).collect();
        assert_eq!(primaries, [0, 1, 2, 3]);
        assert_eq!(placements[3].secondaries, [0, 1]);
        // Only the given servers count.
        assert_eq!(Placement::round_robin(1, &[0, 2], 2, 1), expected(0, 1, Some(2), &[0], &[]));
    }

    #[test]
    fn a_secondary_that_is_up_takes_over_and_the_lost_server_follows_when_it_is_back() {
        let mut placement = start();
        assert!(placement.lose(0, |server| server == 2));
        assert_eq!(placement, expected(1, 3, Some(2), &[1], &[0]));
        assert!(placement.regain(0, |_| true));
        assert_eq!(placement, expected(1, 4, Some(2), &[1, 0], &[]));
        assert!(!placement.regain(0, |_| true));
    }

    #[test]
    fn a_lost_secondary_leaves_the_primary_as_it_is() {
        let mut placement = start();
        assert!(placement.lose(1, |_| true));
        assert_eq!(placement, expected(0, 2, Some(0), &[2], &[1]));
        assert!(!placement.lose(1, |_| true));
    }

    #[test]
    fn without_servers_there_is_no_primary_and_the_first_one_back_leads() {
        let mut placement = start();
        for server in 0..3 {
            placement.lose(server, |other| other > server);
        }
        assert_eq!(placement, expected(2, 6, None, &[], &[0, 1, 2]));
        assert!(placement.regain(1, |server| server == 1));
        assert_eq!(placement, expected(3, 8, Some(1), &[], &[0, 2]));
    }

    #[test]
    fn a_secondary_that_was_down_unnoticed_leads_when_it_is_up_again() {
        let mut placement = Placement::round_robin(0, &[0, 1], 2, 1);
        placement.lose(0, |_| false);
        assert_eq!(placement, expected(0, 2, None, &[1], &[0]));
        assert!(placement.regain(1, |server| server == 1));
        assert_eq!(placement, expected(1, 3, Some(1), &[], &[0]));
    }

    #[test]
    fn a_placement_that_starts_over_has_another_primary_and_the_first_ballot() {
        let mut placement = start();
        placement.move_primary(2);
        placement.start_over(|server| server != 0);
        assert_eq!(placement, expected(2, 1, Some(1), &[0, 2], &[]));
        placement.lose(0, |_| true);
        placement.start_over(|_| true);
        assert_eq!(placement, expected(3, 1, Some(2), &[1], &[0]));
        // Nobody else is up.
        placement.start_over(|_| false);
        assert_eq!(placement, expected(4, 1, Some(2), &[1], &[0]));
    }

    #[test]
    fn a_primary_moves_to_any_server_and_the_replicas_stay_as_many() {
        let mut placement = start();
        placement.move_primary(0);
        assert_eq!(placement, start());
        placement.move_primary(2);
        assert_eq!(placement, expected(1, 3, Some(2), &[0, 1], &[]));
        placement.move_primary(4);
        assert_eq!(placement, expected(2, 5, Some(4), &[2, 0], &[]));
        let mut alone = Placement::round_robin(0, &[0], 1, 1);
        alone.move_primary(1);
        assert_eq!(alone, expected(1, 3, Some(1), &[], &[]));
    }
}
