//! Three servers, one of which becomes slow: reads stay fast, and the cluster gets little more to do.
//!
//! The clock is paused, so a second of reads takes a few milliseconds and every latency is exact.

use std::net::SocketAddrV4;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pegasus_client::{
    BackupDelay, BackupRequestOptions, CallOptions, Client, Table, TableOptions, with_staleness,
};
use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::types::RpcAddress;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::support::{Action, Fake, FakeMeta, Latch, Request, options, table, value};

const PARTITIONS: usize = 30;

const READS_PER_SECOND: u64 = 300;

/// How a server answers.
#[derive(Clone)]
enum Manner {
    /// After so many milliseconds.
    After(u64),
    /// After 1 ms; one in so many after 300 ms.
    Sometimes(u64),
    /// Not before the latch is open.
    Behind(Latch),
}

/// A server whose manner can be changed.
struct Replica {
    manner: Arc<Mutex<Manner>>,
    fake: Fake,
}

impl Replica {
    async fn start() -> Self {
        let manner = Arc::new(Mutex::new(Manner::After(1)));
        let (current, count) = (Arc::clone(&manner), AtomicU64::new(0));
        let fake = Fake::start(move |request: &Request| {
            let answer = Box::new(value(request, "v"));
            let after = |ms, answer| Action::After(Duration::from_millis(ms), answer);
            match &*current.lock().unwrap() {
                Manner::After(ms) => after(*ms, answer),
                Manner::Sometimes(nth) => {
                    let is_slow = count.fetch_add(1, Ordering::Relaxed).is_multiple_of(*nth);
                    after(if is_slow { 300 } else { 1 }, answer)
                }
                Manner::Behind(latch) => Action::Behind(latch.clone(), answer),
            }
        })
        .await;
        Self { manner, fake }
    }

    fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }
}

/// Who leads the partitions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Leaders {
    /// Each server a third of them.
    All,
    /// The first server leads every partition.
    First,
}

struct Trio {
    replicas: [Replica; 3],
    meta: FakeMeta,
    table: Table,
    _client: Client,
}

/// What was seen in some seconds of reads.
#[derive(Debug, Default)]
struct Seen {
    reads: u64,
    failed: u64,
    /// Reads that took at most 100 ms, of those that were started when the first two seconds were over.
    fast: u64,
    slow: u64,
    stale: u64,
    requests: u64,
    /// Requests to each server that were not marked as those to a secondary.
    led: [u64; 3],
    queries: u64,
}

impl Seen {
    /// All were answered, nearly all of them fast, and the servers had no more to do than the budget allows.
    fn is_good(&self, max_share: f64) -> bool {
        let free = 10.0;
        self.failed == 0
            && self.fast as f64 >= 0.95 * (self.fast + self.slow) as f64
            && self.requests as f64 <= (1.0 + max_share) * self.reads as f64 + free
    }

    fn is_led_by_all_alike(&self) -> bool {
        self.led.iter().all(|requests| *requests * 4 >= self.reads)
    }
}

fn auto() -> BackupRequestOptions {
    BackupRequestOptions { delay: Some(BackupDelay::Auto), ..BackupRequestOptions::default() }
}

fn routes(leaders: Leaders, servers: &[SocketAddrV4; 3]) -> QueryCfgResponse {
    let leader = |index: usize| if leaders == Leaders::All { index % 3 } else { 0 };
    let mut routes = table((0..PARTITIONS).map(|index| servers[leader(index)]));
    for (index, partition) in routes.partitions.iter_mut().enumerate() {
        let others = [1, 2].map(|step| servers[(leader(index) + step) % 3]);
        partition.secondaries = others.map(RpcAddress::from).into();
    }
    routes
}

impl Trio {
    async fn open(leaders: Leaders, backup_request: BackupRequestOptions) -> Self {
        let replicas = [Replica::start().await, Replica::start().await, Replica::start().await];
        let servers = [0, 1, 2].map(|at| replicas[at].fake.address());
        let meta = FakeMeta::start([routes(leaders, &servers)]).await;
        let client = Client::connect(options([meta.fake()])).await.unwrap();
        let options = TableOptions { backup_request, ..TableOptions::default() };
        let table = client.open_table("temp", options).await.unwrap();
        Self { replicas, meta, table, _client: client }
    }

    /// Reads for so many seconds, each read on time whether others wait or not, and waits for all.
    async fn read_for(&self, seconds: u64) -> Seen {
        let requests_before = self.requests();
        let (led_before, queries_before) = (self.led(), self.meta.queries());
        let start = Instant::now();
        let mut reads = JoinSet::new();
        let mut seen = Seen::default();
        for nth in 0..seconds * READS_PER_SECOND {
            sleep_until(start + Duration::from_secs(nth) / READS_PER_SECOND as u32).await;
            let key = key_of(nth);
            let read = with_staleness(self.table.get(&key, b"s", CallOptions::default()));
            reads.spawn(async move {
                let started = Instant::now();
                let (answer, is_stale) = read.await;
                (nth, answer.is_ok(), is_stale, started.elapsed())
            });
        }
        while let Some(read) = reads.join_next().await {
            let (nth, is_ok, is_stale, took) = read.unwrap();
            seen.reads += 1;
            seen.failed += u64::from(!is_ok);
            seen.stale += u64::from(is_stale);
            if nth >= 2 * READS_PER_SECOND {
                let is_fast = is_ok && took <= Duration::from_millis(100);
                *if is_fast { &mut seen.fast } else { &mut seen.slow } += 1;
            }
        }
        seen.requests = self.requests() - requests_before;
        let led = self.led();
        seen.led = [0, 1, 2].map(|at| led[at] - led_before[at]);
        seen.queries = (self.meta.queries() - queries_before) as u64;
        seen
    }

    fn requests(&self) -> u64 {
        self.replicas.iter().map(|replica| replica.fake.requests().len() as u64).sum()
    }

    fn led(&self) -> [u64; 3] {
        [0, 1, 2].map(|at| {
            let requests = self.replicas[at].fake.requests();
            requests.iter().filter(|request| !request.header.is_backup).count() as u64
        })
    }
}

/// The keys go to all partitions.
fn key_of(nth: u64) -> [u8; 8] {
    nth.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
}

#[tokio::test(start_paused = true)]
async fn a_server_that_becomes_slow_is_asked_second_until_it_is_well() {
    for leaders in [Leaders::All, Leaders::First] {
        let trio = Trio::open(leaders, auto()).await;
        let before = trio.read_for(2).await;
        assert_eq!((before.failed, before.stale), (0, 0), "{before:?}");
        trio.replicas[0].becomes(Manner::After(300));
        let slow = trio.read_for(4).await;
        assert!(slow.is_good(0.1), "{leaders:?} {slow:?}");
        let probes = slow.led[0];
        assert!((15..60).contains(&probes), "{leaders:?} {slow:?}");
        trio.replicas[0].becomes(Manner::After(1));
        trio.read_for(1).await;
        let well = trio.read_for(1).await;
        assert_eq!((well.failed, well.stale, well.requests), (0, 0, well.reads), "{leaders:?} {well:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_never_quick_is_asked_second_too() {
    for leaders in [Leaders::All, Leaders::First] {
        let trio = Trio::open(leaders, auto()).await;
        trio.replicas[0].becomes(Manner::After(300));
        let slow = trio.read_for(4).await;
        assert!(slow.is_good(0.1), "{leaders:?} {slow:?}");
    }
}

/// It keeps its connections and answers nothing, as a process does that is stopped.
#[tokio::test(start_paused = true)]
async fn a_paused_server_fails_no_read_and_its_return_is_noticed() {
    for leaders in [Leaders::All, Leaders::First] {
        let trio = Trio::open(leaders, auto()).await;
        trio.read_for(2).await;
        let latch = Latch::new();
        trio.replicas[0].becomes(Manner::Behind(latch.clone()));
        let paused = trio.read_for(5).await;
        assert!(paused.is_good(0.1), "{leaders:?} {paused:?}");
        latch.open();
        trio.replicas[0].becomes(Manner::After(1));
        trio.read_for(1).await;
        let well = trio.read_for(1).await;
        assert_eq!((well.failed, well.stale, well.requests), (0, 0, well.reads), "{leaders:?} {well:?}");
    }
}

/// Reads that wait for the paused server have no token left; they ask a secondary at half of their time.
#[tokio::test(start_paused = true)]
async fn a_paused_server_fails_no_read_when_the_budget_is_empty() {
    let max_share = 0.001;
    let trio = Trio::open(Leaders::First, BackupRequestOptions { max_share, ..auto() }).await;
    trio.read_for(2).await;
    trio.replicas[0].becomes(Manner::Behind(Latch::new()));
    let paused = trio.read_for(5).await;
    let may_be_owed = 10;
    assert!(paused.requests <= paused.reads + 10 + may_be_owed + 2, "{paused:?}");
    assert_eq!((paused.failed, paused.slow), (0, 0), "{paused:?}");
}

#[tokio::test(start_paused = true)]
async fn slow_answers_of_a_server_that_is_quick_otherwise_are_hedged() {
    for leaders in [Leaders::All, Leaders::First] {
        let trio = Trio::open(leaders, auto()).await;
        trio.replicas[0].becomes(Manner::Sometimes(20));
        trio.read_for(2).await;
        let seen = trio.read_for(4).await;
        assert!(seen.is_good(0.1) && seen.slow == 0, "{leaders:?} {seen:?}");
        let led = if leaders == Leaders::All { seen.reads / 4 } else { seen.reads };
        assert!(seen.led[0] >= led, "it is asked first as ever: {seen:?}");
        assert!(seen.stale > 0 && seen.stale * 15 < seen.reads, "{leaders:?} {seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn when_all_become_slow_alike_none_is_hedged_or_asked_second() {
    let trio = Trio::open(Leaders::All, auto()).await;
    trio.read_for(2).await;
    for replica in &trio.replicas {
        replica.becomes(Manner::After(300));
    }
    let change = trio.read_for(3).await;
    assert!(change.is_led_by_all_alike(), "{change:?}");
    assert!(change.requests as f64 <= 1.1 * change.reads as f64, "{change:?}");
    let seen = trio.read_for(4).await;
    assert_eq!((seen.failed, seen.stale), (0, 0), "{seen:?}");
    assert!(seen.is_led_by_all_alike(), "{seen:?}");
    assert!(seen.requests * 100 <= seen.reads * 101, "{seen:?}");
}

/// More than a minority: the third server could not bear all reads.
#[tokio::test(start_paused = true)]
async fn two_slow_servers_of_three_are_still_asked_first() {
    let trio = Trio::open(Leaders::All, auto()).await;
    trio.read_for(2).await;
    trio.replicas[0].becomes(Manner::After(300));
    trio.replicas[1].becomes(Manner::After(300));
    trio.read_for(1).await;
    let seen = trio.read_for(3).await;
    assert!(seen.is_led_by_all_alike(), "{seen:?}");
    assert!(seen.requests as f64 <= 1.1 * seen.reads as f64 + 10.0, "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_is_given_finds_the_slow_server_too() {
    let delay = Some(BackupDelay::After(Duration::from_millis(20)));
    let trio = Trio::open(Leaders::All, BackupRequestOptions { delay, ..auto() }).await;
    trio.read_for(2).await;
    trio.replicas[0].becomes(Manner::After(300));
    let slow = trio.read_for(4).await;
    assert!(slow.is_good(0.1), "{slow:?}");
    assert!(slow.led[0] < 60, "{slow:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_share_no_secondary_is_asked_in_place_of_a_slow_server() {
    let trio = Trio::open(Leaders::All, BackupRequestOptions { max_share: 0.0, ..auto() }).await;
    trio.replicas[0].becomes(Manner::After(300));
    let seen = trio.read_for(2).await;
    assert_eq!((seen.failed, seen.stale, seen.requests), (0, 0, seen.reads), "{seen:?}");
}

/// Perhaps another server leads the partitions by now. A server that is only slow is no reason to ask for that.
#[tokio::test(start_paused = true)]
async fn routes_are_asked_for_while_a_server_is_silent() {
    let trio = Trio::open(Leaders::First, auto()).await;
    trio.read_for(2).await;
    trio.replicas[0].becomes(Manner::After(300));
    let slow = trio.read_for(3).await;
    assert_eq!((slow.failed, slow.queries), (0, 0), "{slow:?}");
    trio.replicas[0].becomes(Manner::Behind(Latch::new()));
    let silent = trio.read_for(3).await;
    assert!((1..60).contains(&silent.queries), "{silent:?}");
}
