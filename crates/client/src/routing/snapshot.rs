//! An immutable picture of a table's configuration; looking something up neither locks nor waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use pegasus_protocol::idl::{PartitionConfiguration, QueryCfgResponse};
use pegasus_protocol::key;
use pegasus_protocol::types::{Gpid, RpcAddress};

use crate::address::NodeAddress;
use crate::error::{Error, ErrorKind};
use crate::net::Node;

/// More partitions than any table has: what is beyond it is a broken answer, not a table.
const MAX_PARTITIONS: i32 = 1 << 16;

/// More replicas than a partition has, and than are remembered of one that has lost all.
const MAX_SECONDARIES: usize = 8;

/// Which partition an operation goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The partition of this hash.
    Hash(u64),
    /// All rows whose hash leaves `index` when divided by `modulus`: a partition, or during a split
    /// a parent that still serves for its child.
    Slice {
        /// The remainder.
        index: u32,
        /// The divisor: the partition count, or half of it.
        modulus: u32,
    },
    /// This partition, for keys that were put together because they lie in it when the table has
    /// `count` partitions. `hash` is one of theirs.
    Group {
        /// The partition.
        index: u32,
        /// Of how many.
        count: u32,
        /// What the header carries.
        hash: u64,
    },
}

/// Where a target is now.
pub(crate) struct Route<'a> {
    pub(crate) gpid: Gpid,
    /// What the request's header carries as partition hash.
    pub(crate) partition_hash: u64,
    /// `None`: the partition has no primary at the moment.
    pub(crate) primary: Option<&'a Arc<Node>>,
    /// Who else may answer reads.
    pub(crate) secondaries: &'a [Arc<Node>],
}

/// What an operation on a group fails with when the table has another partition count by now.
pub(crate) fn resized() -> Error {
    Error::new(ErrorKind::Resized, "the table was split while the operation ran")
}

/// Whether an operation failed with [`resized`], so that it fits the routes when it is made anew. A server's
/// refusal is something else: with the routes as they are it would come again.
pub(crate) fn is_resized(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Resized)
}

/// The configuration of a table at one time.
pub(crate) struct Snapshot {
    app_id: i32,
    partitions: Box<[Partition]>,
}

#[derive(Clone)]
struct Partition {
    ballot: i64,
    primary: Option<Arc<Node>>,
    /// The secondaries and, while there is no primary, whoever was primary or secondary before: some
    /// of them still have the rows.
    secondaries: Box<[Arc<Node>]>,
}

impl Snapshot {
    /// Checks an answer of the meta server and turns it into a snapshot.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer, in words; it must not be used.
    pub(crate) fn from_response(
        response: &QueryCfgResponse,
        node: impl Fn(&NodeAddress) -> Arc<Node>,
    ) -> Result<Self, String> {
        let count = response.partition_count;
        if response.app_id <= 0 || !(1..=MAX_PARTITIONS).contains(&count) {
            return Err(format!("app id {} with {count} partitions", response.app_id));
        }
        if response.partitions.len() != count as usize {
            return Err(format!("{} partitions listed of {count}", response.partitions.len()));
        }
        let indices: BTreeSet<i32> = response.partitions.iter().map(|p| p.pid.partition_index).collect();
        if indices.len() != count as usize
            || indices.first() != Some(&0)
            || indices.last() != Some(&(count - 1))
        {
            return Err(format!("the partitions listed are not 0 to {}", count - 1));
        }
        let mut by_index: Vec<&PartitionConfiguration> = response.partitions.iter().collect();
        by_index.sort_by_key(|p| p.pid.partition_index);
        let partitions = by_index.into_iter().map(|p| Partition::new(p, &node)).collect();
        Ok(Self { app_id: response.app_id, partitions })
    }

    /// This configuration, but with the older one's partitions where those are newer.
    ///
    /// A meta server that lags, or an answer that was overtaken, must not send clients back to a
    /// primary that has been replaced. Another table id or partition count is another table's life:
    /// its ballots cannot be compared.
    pub(crate) fn not_older_than(mut self, older: &Self) -> Self {
        if self.app_id == older.app_id && self.partitions.len() == older.partitions.len() {
            for (mine, theirs) in self.partitions.iter_mut().zip(&older.partitions) {
                if theirs.ballot > mine.ballot {
                    *mine = theirs.clone();
                } else if mine.primary.is_none() {
                    mine.remember(theirs);
                }
            }
        }
        self
    }

    pub(crate) fn app_id(&self) -> i32 {
        self.app_id
    }

    pub(crate) fn partition_count(&self) -> u32 {
        self.partitions.len() as u32
    }

    /// Whether a route would lead somewhere else.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        let changed = |(mine, theirs): (&Partition, &Partition)| match (&mine.primary, &theirs.primary) {
            (Some(a), Some(b)) => mine.ballot != theirs.ballot || !Arc::ptr_eq(a, b),
            (None, None) => !mine.has_same_secondaries(theirs),
            (Some(_), None) | (None, Some(_)) => true,
        };
        self.app_id != other.app_id
            || self.partitions.len() != other.partitions.len()
            || self.partitions.iter().zip(&other.partitions).any(changed)
    }

    /// The slices that together are the table, each served by one primary.
    pub(crate) fn slices(&self) -> impl Iterator<Item = (u32, u32)> {
        let count = self.partition_count();
        let slice = move |index| {
            let candidates = [(index, count), (index, count / 2)];
            candidates.into_iter().find(|(index, modulus)| self.has_slice(*index, *modulus))
        };
        (0..count).filter_map(slice)
    }

    fn has_slice(&self, index: u32, modulus: u32) -> bool {
        let count = self.partition_count();
        let is_unready = |index: u32| self.partitions.get(index as usize).is_some_and(|p| p.ballot < 0);
        let child = index.checked_add(count / 2).filter(|child| count.is_multiple_of(2) && *child < count);
        let serves_for_child = child.is_some_and(is_unready);
        if modulus == count {
            index < count && !is_unready(index) && !serves_for_child
        } else {
            modulus.checked_mul(2) == Some(count) && serves_for_child
        }
    }

    /// Looks up where a target is.
    ///
    /// During a split the new half of the partitions has no replicas yet (a negative ballot): the
    /// parent, half the count below, still serves for them.
    ///
    /// `None`: the target is a group or a slice of another partition count, so it must be made anew.
    pub(crate) fn route(&self, target: Target) -> Option<Route<'_>> {
        let count = self.partition_count();
        let (mut index, partition_hash) = match target {
            Target::Hash(hash) => (key::partition_index(hash, count), hash),
            Target::Slice { index, modulus } if !self.has_slice(index, modulus) => return None,
            // Of all hashes of the slice one that a split moves away: a server that has been split
            // meanwhile refuses it, in place of leaving out the rows that it has given away.
            Target::Slice { index, modulus } => (index, u64::from(index) + u64::from(modulus)),
            Target::Group { count: grouped, .. } if grouped != count => return None,
            Target::Group { index, hash, .. } => (index, hash),
        };
        if self.partitions[index as usize].ballot < 0 && index >= count / 2 {
            index -= count / 2;
        }
        Some(Route {
            gpid: Gpid { app_id: self.app_id, partition_index: index as i32 },
            partition_hash,
            primary: self.partitions[index as usize].primary.as_ref(),
            secondaries: &self.partitions[index as usize].secondaries,
        })
    }
}

impl Partition {
    fn new(configuration: &PartitionConfiguration, node: impl Fn(&NodeAddress) -> Arc<Node>) -> Self {
        let primary =
            NodeAddress::from_configuration(configuration.primary, configuration.hp_primary.as_ref());
        let addresses = &configuration.secondaries;
        // Names that do not come one for each address say nothing about which is whose.
        let names = configuration.hp_secondaries.as_ref().filter(|names| names.len() == addresses.len());
        let secondary = |(at, address): (usize, &RpcAddress)| {
            NodeAddress::from_configuration(*address, names.and_then(|names| names.get(at)))
        };
        let secondaries = addresses.iter().enumerate().filter_map(secondary);
        Self {
            ballot: configuration.ballot,
            primary: primary.as_ref().map(&node),
            secondaries: secondaries.take(MAX_SECONDARIES).map(|address| node(&address)).collect(),
        }
    }

    /// Keeps who served before as somebody to ask.
    fn remember(&mut self, before: &Self) {
        let mut known = std::mem::take(&mut self.secondaries).into_vec();
        for node in before.primary.iter().chain(&before.secondaries) {
            if known.len() < MAX_SECONDARIES && !known.iter().any(|one| Arc::ptr_eq(one, node)) {
                known.push(Arc::clone(node));
            }
        }
        self.secondaries = known.into();
    }

    fn has_same_secondaries(&self, other: &Self) -> bool {
        self.secondaries.len() == other.secondaries.len()
            && self.secondaries.iter().zip(&other.secondaries).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pegasus_protocol::types::{ErrorCode, HostPort};

    use super::*;
    use crate::net::Pool;

    fn response(
        count: i32,
        partitions: impl IntoIterator<Item = PartitionConfiguration>,
    ) -> QueryCfgResponse {
        QueryCfgResponse {
            err: ErrorCode::Ok,
            app_id: 2,
            partition_count: count,
            is_stateful: true,
            partitions: partitions.into_iter().collect(),
        }
    }

    fn partition(index: i32, ballot: i64, port: u16) -> PartitionConfiguration {
        let primary = if port == 0 {
            RpcAddress::NONE
        } else {
            RpcAddress::from(std::net::SocketAddrV4::new([127, 0, 0, 1].into(), port))
        };
        PartitionConfiguration {
            pid: Gpid { app_id: 2, partition_index: index },
            ballot,
            primary,
            ..PartitionConfiguration::default()
        }
    }

    fn snapshot(pool: &Pool, response: &QueryCfgResponse) -> Result<Snapshot, String> {
        Snapshot::from_response(response, |address| pool.node(address))
    }

    fn pool() -> Pool {
        Pool::new(Duration::from_secs(1), Duration::from_secs(1), 1 << 20)
    }

    fn primary_of(snapshot: &Snapshot, target: Target) -> (i32, Option<String>) {
        let route = snapshot.route(target).unwrap();
        (route.gpid.partition_index, route.primary.map(|node| node.address().to_string()))
    }

    #[tokio::test]
    async fn targets_lead_to_the_primary_of_their_partition() {
        let pool = pool();
        let listed_backwards = (0..3).rev().map(|i| partition(i, 1, 100 + i as u16));
        let snapshot = snapshot(&pool, &response(3, listed_backwards)).unwrap();
        let hash = key::crc64(b"user_1");
        assert_eq!(primary_of(&snapshot, Target::Hash(hash)), (1, Some("127.0.0.1:101".into())));
        assert_eq!(
            primary_of(&snapshot, Target::Slice { index: 2, modulus: 3 }),
            (2, Some("127.0.0.1:102".into()))
        );
        assert_eq!(snapshot.route(Target::Hash(hash)).unwrap().partition_hash, hash);
        assert_eq!(snapshot.route(Target::Slice { index: 2, modulus: 3 }).unwrap().partition_hash, 5);
        let group = |count| snapshot.route(Target::Group { index: 2, count, hash: 5 });
        assert_eq!(group(3).unwrap().partition_hash, 5);
        assert!(group(6).is_none());
    }

    #[tokio::test]
    async fn a_child_that_is_not_ready_is_served_by_its_parent() {
        let pool = pool();
        let with_ballot = |child: i64| {
            let partitions = (0..16).map(|i| partition(i, if i == 12 { child } else { 3 }, 100 + i as u16));
            snapshot(&pool, &response(16, partitions)).unwrap()
        };
        let a = Target::Hash(key::crc64(b"a"));
        assert_eq!(primary_of(&with_ballot(-1), a).0, 4);
        assert_eq!(primary_of(&with_ballot(1), a).0, 12);
    }

    #[tokio::test]
    async fn slices_follow_a_split_child_by_child() {
        let pool = pool();
        let slices = |ballots: &[i64]| {
            let partitions = ballots.iter().enumerate().map(|(i, ballot)| partition(i as i32, *ballot, 100));
            let snapshot = snapshot(&pool, &response(ballots.len() as i32, partitions)).unwrap();
            snapshot.slices().collect::<Vec<_>>()
        };
        assert_eq!(slices(&[1, 1]), [(0, 2), (1, 2)]);
        assert_eq!(slices(&[1, 1, -1, -1]), [(0, 2), (1, 2)]);
        assert_eq!(slices(&[1, 1, -1, 1]), [(0, 2), (1, 4), (3, 4)]);
        assert_eq!(slices(&[1, 1, 1, 1]), [(0, 4), (1, 4), (2, 4), (3, 4)]);
        assert_eq!(slices(&[1, 1, 1]), [(0, 3), (1, 3), (2, 3)]);
    }

    #[tokio::test]
    async fn a_slice_that_was_split_is_not_routed() {
        let pool = pool();
        let partitions = (0..4).map(|i| partition(i, if i == 2 { -1 } else { 1 }, 100));
        let snapshot = snapshot(&pool, &response(4, partitions)).unwrap();
        let index = |index, modulus| {
            snapshot.route(Target::Slice { index, modulus }).map(|route| route.gpid.partition_index)
        };
        assert_eq!((index(0, 2), index(1, 2), index(1, 4), index(2, 4)), (Some(0), None, Some(1), None));
    }

    #[tokio::test]
    async fn a_partition_may_have_no_primary() {
        let pool = pool();
        let snapshot = snapshot(&pool, &response(1, [partition(0, 1, 0)])).unwrap();
        assert_eq!(primary_of(&snapshot, Target::Slice { index: 0, modulus: 1 }), (0, None));
    }

    #[tokio::test]
    async fn host_names_come_before_addresses() {
        let pool = pool();
        let mut named = partition(0, 1, 34801);
        named.hp_primary = Some(HostPort::new("replica-1", 34801));
        let snapshot = snapshot(&pool, &response(1, [named])).unwrap();
        assert_eq!(
            primary_of(&snapshot, Target::Slice { index: 0, modulus: 1 }).1.unwrap(),
            "replica-1:34801"
        );
    }

    #[tokio::test]
    async fn answers_that_make_no_sense_are_refused() {
        let pool = pool();
        let refused = |response: QueryCfgResponse| snapshot(&pool, &response).is_err();
        assert!(refused(response(0, [])));
        assert!(refused(response(-4, [])));
        assert!(refused(response(i32::MAX, [])));
        assert!(refused(response(8, (0..6).map(|i| partition(i, 1, 1)))));
        assert!(refused(response(2, [partition(0, 1, 1), partition(0, 1, 1)])));
        assert!(refused(response(2, [partition(0, 1, 1), partition(2, 1, 1)])));
        assert!(refused(QueryCfgResponse { app_id: 0, ..response(1, [partition(0, 1, 1)]) }));
    }

    #[tokio::test]
    async fn an_older_ballot_never_replaces_a_newer_one() {
        let pool = pool();
        let with_ballot = |ballot, port| snapshot(&pool, &response(1, [partition(0, ballot, port)])).unwrap();
        let newer = with_ballot(5, 105);
        let kept = with_ballot(4, 104).not_older_than(&newer);
        assert_eq!(primary_of(&kept, Target::Slice { index: 0, modulus: 1 }).1.unwrap(), "127.0.0.1:105");
        assert!(!kept.differs_from(&newer));
        let replaced = with_ballot(6, 106).not_older_than(&newer);
        assert_eq!(primary_of(&replaced, Target::Slice { index: 0, modulus: 1 }).1.unwrap(), "127.0.0.1:106");
        assert!(replaced.differs_from(&newer));
    }

    fn secondaries_of(snapshot: &Snapshot) -> Vec<u16> {
        let route = snapshot.route(Target::Slice { index: 0, modulus: 1 }).unwrap();
        let port = |node: &Arc<Node>| node.address().to_string().rsplit_once(':').unwrap().1.parse().unwrap();
        route.secondaries.iter().map(port).collect()
    }

    #[tokio::test]
    async fn who_served_before_is_remembered_while_there_is_no_primary() {
        let pool = pool();
        let led = |ballot, primary, secondaries: &[u16]| {
            let address = |port: &u16| partition(0, 0, *port).primary;
            let secondaries = secondaries.iter().map(address).collect();
            let partition = PartitionConfiguration { secondaries, ..partition(0, ballot, primary) };
            snapshot(&pool, &response(1, [partition])).unwrap()
        };
        let healthy = led(1, 101, &[102, 103]);
        assert_eq!(secondaries_of(&healthy), [102, 103]);
        let headless = led(2, 0, &[103]).not_older_than(&healthy);
        assert_eq!(secondaries_of(&headless), [103, 101, 102]);
        assert!(headless.differs_from(&healthy));
        let again = led(2, 0, &[103]).not_older_than(&headless);
        assert!(!again.differs_from(&headless));
        let lost = led(3, 0, &[]).not_older_than(&again);
        assert_eq!(secondaries_of(&lost), [103, 101, 102]);
        let led_again = led(4, 103, &[]).not_older_than(&lost);
        assert_eq!(secondaries_of(&led_again), [0; 0]);
    }

    #[tokio::test]
    async fn secondaries_have_host_names_too() {
        let pool = pool();
        let mut named = partition(0, 1, 101);
        named.secondaries = vec![partition(0, 1, 102).primary];
        named.hp_secondaries = Some(vec![HostPort::new("replica-2", 102)]);
        let name = |named: &PartitionConfiguration| {
            let snapshot = snapshot(&pool, &response(1, [named.clone()])).unwrap();
            let route = snapshot.route(Target::Slice { index: 0, modulus: 1 }).unwrap();
            route.secondaries[0].address().to_string()
        };
        assert_eq!(name(&named), "replica-2:102");
        named.hp_secondaries = Some(Vec::new());
        assert_eq!(name(&named), "127.0.0.1:102");
    }

    #[tokio::test]
    async fn a_changed_count_or_table_replaces_everything() {
        let pool = pool();
        let two = snapshot(&pool, &response(2, (0..2).map(|i| partition(i, 9, 100)))).unwrap();
        let four = snapshot(&pool, &response(4, (0..4).map(|i| partition(i, 1, 200)))).unwrap();
        assert_eq!(four.not_older_than(&two).partition_count(), 4);
        let again = QueryCfgResponse { app_id: 3, ..response(2, (0..2).map(|i| partition(i, 1, 300))) };
        let recreated = snapshot(&pool, &again).unwrap().not_older_than(&two);
        assert_eq!(
            primary_of(&recreated, Target::Slice { index: 0, modulus: 2 }).1.unwrap(),
            "127.0.0.1:300"
        );
    }
}
