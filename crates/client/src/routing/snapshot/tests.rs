use std::time::Duration;

use pegasus_protocol::idl::{PartitionConfiguration, QueryCfgResponse};
use pegasus_protocol::types::{ErrorCode, HostPort, RpcAddress};

use super::*;
use crate::address::ServerAddress;
use crate::net::Pool;

fn response(count: i32, partitions: impl IntoIterator<Item = PartitionConfiguration>) -> QueryCfgResponse {
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
    Snapshot::from_response(response.clone(), |address| pool.server(address))
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
async fn the_slices_of_a_part_are_found_at_its_own_partitions_alone() {
    let pool = pool();
    let ballots = [1, 1, 1, 1, 1, -1, 1, -1];
    let partitions = ballots.iter().enumerate().map(|(i, ballot)| partition(i as i32, *ballot, 100));
    let snapshot = snapshot(&pool, &response(8, partitions)).unwrap();
    let of = |index, modulus| snapshot.slices_of(index, modulus).collect::<Vec<_>>();
    assert_eq!(of(0, 4), [(0, 8), (4, 8)]);
    assert_eq!(of(1, 4), [(1, 4)]);
    assert_eq!(of(1, 2), [(1, 4), (3, 4)]);
    assert_eq!(of(4, 8), [(4, 8)]);
    // A child that its parent still serves, and parts of other counts.
    assert_eq!(of(5, 8), []);
    assert_eq!(of(1, 8), []);
    assert_eq!((of(0, 3), of(9, 16)), (vec![], vec![]));
    for parts in [1, 2, 4] {
        let mut all: Vec<_> = (0..parts).flat_map(|index| of(index, parts)).collect();
        all.sort_unstable();
        assert_eq!(all, snapshot.slices().collect::<Vec<_>>(), "{parts} parts");
    }
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
async fn an_odd_count_is_never_that_of_a_split() {
    let pool = pool();
    let ballots = [1, -1, 1];
    let partitions = ballots.iter().zip(0..).map(|(ballot, index)| partition(index, *ballot, 100));
    let snapshot = snapshot(&pool, &response(3, partitions)).unwrap();
    assert_eq!(snapshot.slices().collect::<Vec<_>>(), [(0, 3), (2, 3)]);
}

#[tokio::test]
async fn only_the_upper_half_with_a_negative_ballot_waits_for_replicas() {
    let pool = pool();
    let with_ballots = |ballots: [i64; 4]| {
        let partitions = ballots.iter().zip(0..).map(|(ballot, index)| partition(index, *ballot, 100));
        snapshot(&pool, &response(4, partitions)).unwrap()
    };
    let served_by = |snapshot: &Snapshot, hash| primary_of(snapshot, Target::Hash(hash)).0;
    let created = with_ballots([0, 0, 0, 0]);
    assert_eq!((0..4).map(|hash| served_by(&created, hash)).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(created.slices().collect::<Vec<_>>(), [(0, 4), (1, 4), (2, 4), (3, 4)]);
    let lower = with_ballots([-1, 1, 1, 1]);
    assert_eq!((served_by(&lower, 0), served_by(&lower, 2)), (0, 2));
}

#[tokio::test]
async fn a_slice_beyond_the_table_is_not_routed() {
    let pool = pool();
    let snapshot = snapshot(&pool, &response(2, (0..2).map(|i| partition(i, 1, 100)))).unwrap();
    assert!(snapshot.route(Target::Slice { index: 2, modulus: 2 }).is_none());
    assert!(snapshot.route(Target::Slice { index: 0, modulus: 4 }).is_none());
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
    assert_eq!(primary_of(&snapshot, Target::Slice { index: 0, modulus: 1 }).1.unwrap(), "replica-1:34801");
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
    let listed = |indices: [i32; 3]| response(3, indices.map(|index| partition(index, 1, 1)));
    assert!(refused(listed([0, 2, 2])) && refused(listed([-1, 1, 2])) && refused(listed([0, 1, 3])));
    assert!(!refused(listed([2, 0, 1])));
    assert!(refused(QueryCfgResponse { app_id: 0, ..response(1, [partition(0, 1, 1)]) }));
}

#[tokio::test]
async fn an_older_ballot_never_replaces_a_newer_one() {
    let pool = pool();
    let with_ballot = |ballot, port| snapshot(&pool, &response(1, [partition(0, ballot, port)])).unwrap();
    let newer = with_ballot(5, 105);
    let kept = with_ballot(4, 104).not_older_than(&newer, &HashMap::new());
    assert_eq!(primary_of(&kept, Target::Slice { index: 0, modulus: 1 }).1.unwrap(), "127.0.0.1:105");
    assert!(!kept.differs_from(&newer));
    let replaced = with_ballot(6, 106).not_older_than(&newer, &HashMap::new());
    assert_eq!(primary_of(&replaced, Target::Slice { index: 0, modulus: 1 }).1.unwrap(), "127.0.0.1:106");
    assert!(replaced.differs_from(&newer));
}

#[tokio::test]
async fn a_lower_ballot_counts_where_the_primary_was_refuted_or_there_is_none() {
    let pool = pool();
    let with_primaries = |ballot, ports: [u16; 2]| {
        let partitions = [0, 1].map(|index| partition(index, ballot, ports[index as usize]));
        snapshot(&pool, &response(2, partitions)).unwrap()
    };
    let primaries = |snapshot: &Snapshot| {
        [0, 1].map(|index| primary_of(snapshot, Target::Slice { index, modulus: 2 }).1.unwrap())
    };
    let kept = with_primaries(9, [101, 101]);
    let server = |port: u16| pool.server(&ServerAddress::parse(&format!("127.0.0.1:{port}")).unwrap());
    let refuted = HashMap::from([(1, server(101))]);
    let merged = with_primaries(1, [102, 102]).not_older_than(&kept, &refuted);
    assert_eq!(primaries(&merged), ["127.0.0.1:101", "127.0.0.1:102"]);
    // It was refuted as a primary of an earlier snapshot; the one that is kept now was not.
    let others = HashMap::from([(1, server(103))]);
    let merged = with_primaries(1, [102, 102]).not_older_than(&kept, &others);
    assert_eq!(primaries(&merged), ["127.0.0.1:101", "127.0.0.1:101"]);
    let headless = with_primaries(9, [0, 0]);
    let merged = with_primaries(1, [102, 102]).not_older_than(&headless, &HashMap::new());
    assert_eq!(primaries(&merged), ["127.0.0.1:102", "127.0.0.1:102"]);
}

#[tokio::test]
async fn a_primary_is_deposed_when_another_server_leads_one_of_its_partitions_or_none_does() {
    let pool = pool();
    let led_by = |app_id, ports: &[u16]| {
        let partitions = ports.iter().enumerate().map(|(index, port)| partition(index as i32, 1, *port));
        let response = QueryCfgResponse { app_id, ..response(ports.len() as i32, partitions) };
        snapshot(&pool, &response).unwrap()
    };
    let deposed = |before: &[u16], app_id, after: &[u16]| {
        let deposed = led_by(2, before).primaries_deposed_by(&led_by(app_id, after));
        let mut addresses: Vec<_> = deposed.iter().map(|server| server.address().to_string()).collect();
        addresses.sort_unstable();
        addresses.join(" ")
    };
    assert_eq!(deposed(&[101, 102, 101], 2, &[101, 102, 101]), "");
    assert_eq!(deposed(&[101, 102, 101], 2, &[101, 103, 101]), "127.0.0.1:102");
    assert_eq!(deposed(&[101, 101, 101], 2, &[101, 0, 102]), "127.0.0.1:101");
    assert_eq!(
        deposed(&[101, 102], 2, &[101, 102, 103, 104]),
        "",
        "a split leaves the parents where they were"
    );
    assert_eq!(deposed(&[101, 102], 3, &[101, 102]), "127.0.0.1:101 127.0.0.1:102", "another table");
}

fn secondaries_of(snapshot: &Snapshot) -> Vec<u16> {
    let route = snapshot.route(Target::Slice { index: 0, modulus: 1 }).unwrap();
    let port = |node: &Arc<Server>| node.address().to_string().rsplit_once(':').unwrap().1.parse().unwrap();
    route.secondaries.iter().map(port).collect()
}

/// One partition with this ballot, this primary (0: none) and these secondaries, by their ports.
fn led(pool: &Pool, ballot: i64, primary: u16, secondaries: &[u16]) -> Snapshot {
    let address = |port: &u16| partition(0, 0, *port).primary;
    let secondaries = secondaries.iter().map(address).collect();
    let partition = PartitionConfiguration { secondaries, ..partition(0, ballot, primary) };
    snapshot(pool, &response(1, [partition])).unwrap()
}

#[tokio::test]
async fn who_served_before_is_remembered_while_there_is_no_primary() {
    let pool = pool();
    let led = |ballot, primary, secondaries: &[u16]| led(&pool, ballot, primary, secondaries);
    let healthy = led(1, 101, &[102, 103]);
    assert_eq!(secondaries_of(&healthy), [102, 103]);
    let headless = led(2, 0, &[103]).not_older_than(&healthy, &HashMap::new());
    assert_eq!(secondaries_of(&headless), [103, 101, 102]);
    assert!(headless.differs_from(&healthy));
    let again = led(2, 0, &[103]).not_older_than(&headless, &HashMap::new());
    assert!(!again.differs_from(&headless));
    let lost = led(3, 0, &[]).not_older_than(&again, &HashMap::new());
    assert_eq!(secondaries_of(&lost), [103, 101, 102]);
    let led_again = led(4, 103, &[]).not_older_than(&lost, &HashMap::new());
    assert_eq!(secondaries_of(&led_again), [0; 0]);
}

#[tokio::test]
async fn no_more_than_eight_are_remembered() {
    let pool = pool();
    let many: Vec<u16> = (102..=109).collect();
    let lost = led(&pool, 2, 0, &[]).not_older_than(&led(&pool, 1, 101, &many), &HashMap::new());
    assert_eq!(secondaries_of(&lost), (101..=108).collect::<Vec<u16>>());
}

#[tokio::test]
async fn another_ballot_primary_or_list_of_secondaries_is_a_change() {
    let pool = pool();
    let differ = |one: (i64, u16, &[u16]), other: (i64, u16, &[u16])| {
        let [one, other] = [one, other].map(|(ballot, primary, others)| led(&pool, ballot, primary, others));
        one.differs_from(&other)
    };
    assert!(!differ((1, 101, &[]), (1, 101, &[102])), "secondaries alone do not count beside a primary");
    assert!(differ((1, 101, &[]), (2, 101, &[])) && differ((1, 101, &[]), (1, 102, &[])));
    assert!(!differ((1, 0, &[102]), (2, 0, &[102])));
    assert!(differ((1, 0, &[102]), (1, 0, &[103])) && differ((1, 0, &[102]), (1, 0, &[102, 103])));
    assert!(differ((1, 0, &[]), (1, 101, &[])) && differ((1, 101, &[]), (1, 0, &[])));
}

#[tokio::test]
async fn of_equal_ballots_the_newer_answer_counts() {
    let pool = pool();
    let before = led(&pool, 2, 101, &[]);
    let after = led(&pool, 2, 102, &[]).not_older_than(&before, &HashMap::new());
    assert_eq!(primary_of(&after, Target::Hash(0)).1.unwrap(), "127.0.0.1:102");
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
    assert_eq!(four.not_older_than(&two, &HashMap::new()).partition_count(), 4);
    let again = QueryCfgResponse { app_id: 3, ..response(2, (0..2).map(|i| partition(i, 1, 300))) };
    let recreated = snapshot(&pool, &again).unwrap().not_older_than(&two, &HashMap::new());
    assert_eq!(primary_of(&recreated, Target::Slice { index: 0, modulus: 2 }).1.unwrap(), "127.0.0.1:300");
}
