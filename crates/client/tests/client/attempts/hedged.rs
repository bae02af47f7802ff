//! Hedged reads: a secondary replies because the primary is slow, or because it is gone.

use std::net::SocketAddrV4;
use std::time::Duration;

use bytes::Bytes;
use pegasus_client::{
    BackupDelay, BackupRequestOptions, CallOptions, Client, Error, IncrOptions, MultiGetLimits, ScanOptions,
    SortKeyRange, Table, TableOptions, TimeToLive, WriteOptions, with_staleness,
};
use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::types::ErrorCode;
use tokio::time::Instant;

use crate::calls::operations::Local;
use crate::support::{
    Action, CALL, Fake, FakeMeta, Latch, Request, UnusedPort, WRITE, options, refuse, table, value,
    with_ballot, with_secondaries, within,
};

const DELAY: Duration = Duration::from_millis(20);

fn hedging() -> BackupRequestOptions {
    BackupRequestOptions { delay: Some(BackupDelay::After(DELAY)), max_share: 1.0, on_unreachable: false }
}

fn on_unreachable() -> BackupRequestOptions {
    BackupRequestOptions { on_unreachable: true, ..BackupRequestOptions::default() }
}

/// A client of a scripted cluster, and a table with hedged reads.
struct HedgedScene {
    meta: FakeMeta,
    table: Table,
    _client: Client,
}

impl HedgedScene {
    async fn open(backup_request: BackupRequestOptions, answers: impl Into<Vec<QueryCfgResponse>>) -> Self {
        Self::open_with(backup_request, answers, Duration::from_secs(3)).await
    }

    async fn open_with(
        backup_request: BackupRequestOptions,
        answers: impl Into<Vec<QueryCfgResponse>>,
        session_reset: Duration,
    ) -> Self {
        let meta = FakeMeta::start(answers).await;
        let mut options = options([meta.fake()]);
        options.session_reset = session_reset;
        let client = Client::connect(options).await.unwrap();
        let options = TableOptions { backup_request, ..TableOptions::default() };
        let table = client.open_table("temp", options).await.unwrap();
        Self { meta, table, _client: client }
    }

    /// The value of the row `h`, `s`, and whether it may be stale.
    async fn get(&self) -> (String, bool) {
        let (value, maybe_stale) = within(self.get_within(None)).await;
        (value.unwrap(), maybe_stale)
    }

    async fn get_within(&self, timeout: Option<Duration>) -> (Result<String, Error>, bool) {
        let (read, maybe_stale) = with_staleness(self.table.get(b"h", b"s", CallOptions { timeout })).await;
        let text = |value: Option<Bytes>| String::from_utf8_lossy(&value.unwrap()).into_owned();
        (read.map(text), maybe_stale)
    }
}

/// A secondary: it replies to backup requests with an old value, and refuses other requests.
async fn secondary() -> Fake {
    Fake::start(|request| match request.header.is_backup {
        true => value(request, "old"),
        false => refuse(request, &ErrorCode::InvalidState),
    })
    .await
}

fn led_by(primary: Option<SocketAddrV4>, secondaries: &[&Fake]) -> QueryCfgResponse {
    let secondaries: Vec<_> = secondaries.iter().map(|fake| fake.address()).collect();
    with_secondaries(&secondaries, table([primary]))
}

fn old() -> (String, bool) {
    ("old".to_owned(), true)
}

fn new() -> (String, bool) {
    ("new".to_owned(), false)
}

#[tokio::test]
async fn a_primary_that_is_slow_is_backed_after_the_delay() {
    let (primary, secondary) = (Fake::silent().await, secondary().await);
    let scene = HedgedScene::open(hedging(), [led_by(Some(primary.address()), &[&secondary])]).await;
    let started = Instant::now();
    assert_eq!(scene.get().await, old());
    assert!(started.elapsed() >= DELAY);
    assert!(!primary.requests()[0].header.is_backup);
    let [asked] = &secondary.requests()[..] else { panic!("not asked once") };
    assert!(asked.header.is_backup && asked.header.timeout_ms > 0);
    assert_eq!(asked.header.gpid, primary.requests()[0].header.gpid);
    assert_eq!(asked.header.partition_hash, primary.requests()[0].header.partition_hash);
}

#[tokio::test]
async fn a_primary_that_answers_in_time_is_not_backed() {
    let primary = Fake::start(|request| value(request, "new")).await;
    let secondary = secondary().await;
    let delay = Some(BackupDelay::After(Duration::from_secs(3)));
    let patient = BackupRequestOptions { delay, on_unreachable: true, ..hedging() };
    let scene = HedgedScene::open(patient, [led_by(Some(primary.address()), &[&secondary])]).await;
    for _ in 0..20 {
        assert_eq!(scene.get().await, new());
    }
    assert_eq!((primary.requests().len(), secondary.connections()), (20, 0));
}

/// Whatever happens to the hedge, the primary may still reply.
#[tokio::test]
async fn what_goes_wrong_at_the_secondary_fails_nothing() {
    let unable: [fn(&Request) -> Action; 4] = [
        |request| refuse(request, &ErrorCode::Busy),
        |_| Action::Close,
        |_| Action::Send(b"nonsense, and long enough to be seen as such"[..].into()),
        |_| Action::Silence,
    ];
    for answer in unable {
        let latch = Latch::new();
        let closed = latch.clone();
        let primary = Fake::start(move |request| {
            let answer = Action::After(DELAY, Box::new(value(request, "new")));
            Action::Behind(closed.clone(), Box::new(answer))
        })
        .await;
        let secondary = Fake::start(move |request| {
            latch.open();
            answer(request)
        })
        .await;
        let scene = HedgedScene::open(hedging(), [led_by(Some(primary.address()), &[&secondary])]).await;
        assert_eq!(scene.get().await, new());
        assert_eq!((primary.requests().len(), secondary.requests().len()), (1, 1));
    }
    let slow = |request: &_| Action::After(DELAY * 5, Box::new(value(request, "new")));
    let (primary, dead) = (Fake::start(slow).await, UnusedPort::new());
    let routes = with_secondaries(&[dead.address()], table([primary.address()]));
    let scene = HedgedScene::open(hedging(), [routes]).await;
    assert_eq!(scene.get().await, new());
}

#[tokio::test]
async fn the_secondary_may_still_answer_when_the_primary_fails() {
    let latch = Latch::new();
    let closed = latch.clone();
    let primary = Fake::start(move |_| Action::Behind(closed.clone(), Box::new(Action::Close))).await;
    let answer = move |request: &_| {
        latch.open();
        Action::After(DELAY, Box::new(value(request, "old")))
    };
    let secondary = Fake::start(answer).await;
    let scene = HedgedScene::open(hedging(), [led_by(Some(primary.address()), &[&secondary])]).await;
    assert_eq!(scene.get().await, old());
    assert_eq!(primary.requests().len(), 1);
}

/// The primary answers after 8 ms, and reads are hedged after 1 ms.
async fn impatient(max_share: f64, secondary: &Fake) -> (HedgedScene, Fake) {
    let slow = |request: &_| Action::After(Duration::from_millis(8), Box::new(value(request, "new")));
    let primary = Fake::start(slow).await;
    let delay = Some(BackupDelay::After(Duration::from_millis(1)));
    let backup = BackupRequestOptions { delay, max_share, on_unreachable: false };
    let scene = HedgedScene::open(backup, [led_by(Some(primary.address()), &[secondary])]).await;
    (scene, primary)
}

#[tokio::test(start_paused = true)]
async fn only_a_share_of_the_reads_is_sent_twice() {
    for (max_share, expected) in [(0.0, 0..=0), (0.1, 15..=20)] {
        let slower = |request: &_| Action::After(Duration::from_millis(25), Box::new(value(request, "old")));
        let secondary = Fake::start(slower).await;
        let (scene, _primary) = impatient(max_share, &secondary).await;
        for _ in 0..100 {
            assert_eq!(scene.get().await, new());
        }
        // This request is the last one on the connection, so all earlier ones have arrived.
        let sent = secondary.requests().len();
        assert!(expected.contains(&sent), "{max_share}: {sent}");
    }
}

/// A server that throttles hedged reads may leave them unanswered.
#[tokio::test(start_paused = true)]
async fn a_secondary_that_answers_nothing_is_soon_left_alone() {
    let secondary = Fake::silent().await;
    let (scene, _primary) = impatient(1.0, &secondary).await;
    for _ in 0..100 {
        assert_eq!(scene.get().await, new());
    }
    let sent = secondary.requests().len();
    assert!((8..50).contains(&sent), "{sent}");
}

#[tokio::test]
async fn a_delay_that_the_client_chooses_asks_a_secondary_too() {
    let latch = Latch::new();
    let closed = latch.clone();
    let primary = Fake::start(move |request| match request.nth {
        0..300 => value(request, "new"),
        _ => Action::Behind(closed.clone(), Box::new(value(request, "new"))),
    })
    .await;
    let secondary = secondary().await;
    let auto = BackupRequestOptions { delay: Some(BackupDelay::Auto), ..hedging() };
    let scene = HedgedScene::open(auto, [led_by(Some(primary.address()), &[&secondary])]).await;
    for _ in 0..300 {
        scene.get().await;
    }
    let asked = secondary.requests().len();
    assert_eq!(scene.get().await, old());
    // On a busy machine an earlier hedged request may arrive only now.
    assert!(secondary.requests().len() > asked);
    latch.open();
}

#[tokio::test]
async fn a_read_goes_on_at_a_secondary_when_the_primary_is_gone() {
    let dead = UnusedPort::new();
    let closing = Fake::start(|_| Action::Close).await;
    let deposed = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let gone = [None, Some(dead.address()), Some(closing.address()), Some(deposed.address())];
    for primary in gone {
        let (first, second) = (secondary().await, secondary().await);
        let scene = HedgedScene::open(on_unreachable(), [led_by(primary, &[&first, &second])]).await;
        for _ in 0..10 {
            assert_eq!(scene.get().await, old(), "{primary:?}");
        }
        let asked = first.requests().len() + second.requests().len();
        assert_eq!(asked, 10, "{primary:?}");
        // Refreshed although no operation failed: a new primary must be found as soon as there is one.
        scene.meta.fake().wait_for_requests(2).await;
    }
}

#[tokio::test]
async fn a_secondary_that_is_gone_too_leaves_the_next() {
    let dead = UnusedPort::new();
    let hung = Fake::silent().await;
    let alive = secondary().await;
    let secondaries = [dead.address(), hung.address(), alive.address()];
    let routes = with_secondaries(&secondaries, table([None]));
    let scene = HedgedScene::open(on_unreachable(), [routes]).await;
    for _ in 0..6 {
        let (read, maybe_stale) = scene.get_within(Some(Duration::from_millis(400))).await;
        assert_eq!((read.unwrap(), maybe_stale), old());
    }
}

#[tokio::test]
async fn the_new_primary_is_used_as_soon_as_there_is_one() {
    let (dead, secondary) = (UnusedPort::new(), secondary().await);
    let alive = Fake::start(|request| value(request, "new")).await;
    let before = led_by(Some(dead.address()), &[&secondary]);
    let headless = with_ballot(2, led_by(None, &[&secondary]));
    let after = with_ballot(3, led_by(Some(alive.address()), &[&secondary]));
    let scene = HedgedScene::open(on_unreachable(), [before, headless, after]).await;
    let mut stale = 0;
    while within(scene.get()).await != new() {
        stale += 1;
    }
    assert!(stale >= 1);
    assert_eq!(scene.meta.queries(), 3);
}

#[tokio::test]
async fn replicas_that_the_cluster_names_no_more_are_asked_as_the_last_known() {
    let closing = Fake::start(|_| Action::Close).await;
    let secondary = secondary().await;
    let before = led_by(Some(closing.address()), &[&secondary]);
    let lost = with_ballot(2, table([None::<SocketAddrV4>]));
    let scene = HedgedScene::open(on_unreachable(), [before, lost]).await;
    assert_eq!(scene.get().await, old());
    scene.meta.fake().wait_for_requests(2).await;
    for _ in 0..5 {
        assert_eq!(scene.get().await, old());
    }
}

/// It accepts connections and sends nothing, so no error shows that it is gone.
#[tokio::test]
async fn a_primary_that_hangs_is_asked_together_with_a_secondary_until_it_is_back() {
    let latch = Latch::new();
    let closed = latch.clone();
    let primary =
        Fake::start(move |request| Action::Behind(closed.clone(), Box::new(value(request, "new")))).await;
    let secondary = secondary().await;
    let routes = [led_by(Some(primary.address()), &[&secondary])];
    let scene = HedgedScene::open_with(on_unreachable(), routes, Duration::from_millis(100)).await;
    let mut failed = 0;
    while scene.get_within(Some(Duration::from_millis(50))).await.0.is_err() {
        failed += 1;
        assert!(failed < 20, "the silent connection is still believed");
    }
    for _ in 0..20 {
        let started = Instant::now();
        assert_eq!(scene.get().await, old());
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
    latch.open();
    within(async { while scene.get().await == old() {} }).await;
    // Hedges of the last reads may still be on their way to the secondary.
    let mut asked = 0;
    while std::mem::replace(&mut asked, secondary.requests().len()) != asked {
        assert_eq!(scene.get().await, new());
    }
}

/// Secondaries answer every read, so no read times out; the silence has to be noticed all the same.
#[tokio::test]
async fn a_silent_connection_is_replaced_though_secondaries_answer_every_read() {
    let primary = Fake::start(|request| match request.connection {
        0 => Action::Silence,
        _ => value(request, "new"),
    })
    .await;
    let secondary = secondary().await;
    let routes = [led_by(Some(primary.address()), &[&secondary])];
    let scene = HedgedScene::open_with(hedging(), routes, Duration::from_millis(100)).await;
    assert_eq!(scene.get().await, old());
    within(async { while scene.get().await == old() {} }).await;
    assert_eq!(primary.connections(), 2);
}

#[tokio::test]
async fn a_refusal_of_a_primary_that_is_there_is_the_outcome() {
    let primary = Fake::start(|request| refuse(request, &ErrorCode::Busy)).await;
    let secondary = secondary().await;
    for options in [on_unreachable(), BackupRequestOptions { on_unreachable: true, ..hedging() }] {
        let routes = [led_by(Some(primary.address()), &[&secondary])];
        let (read, maybe_stale) = HedgedScene::open(options, routes).await.get_within(None).await;
        assert_eq!((&*read.unwrap_err().code(), maybe_stale), ("ERR_BUSY", false));
    }
    assert_eq!(secondary.connections(), 0);
}

#[tokio::test]
async fn without_the_option_no_secondary_is_ever_asked() {
    let (dead, secondary) = (UnusedPort::new(), secondary().await);
    let routes = [led_by(Some(dead.address()), &[&secondary])];
    let scene = HedgedScene::open(BackupRequestOptions::default(), routes).await;
    let (read, maybe_stale) = scene.get_within(Some(Duration::from_millis(200))).await;
    assert_eq!(read.unwrap_err().code(), "ERR_TIMEOUT");
    assert!(!maybe_stale);
    assert_eq!(secondary.connections(), 0);
}

#[tokio::test]
async fn options_that_cannot_be_used() {
    let primary = Fake::silent().await;
    let scene = HedgedScene::open(on_unreachable(), [table([primary.address()])]).await;
    let refusal = async |backup_request| {
        let options = TableOptions { backup_request, ..TableOptions::default() };
        let error = scene._client.open_table("temp", options).await.err().unwrap();
        assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
        error.to_string()
    };
    let zero = Some(BackupDelay::After(Duration::ZERO));
    assert!(refusal(BackupRequestOptions { delay: zero, ..hedging() }).await.contains("delay"));
    for max_share in [-0.1, 1.1, f64::NAN] {
        let share = BackupRequestOptions { max_share, ..hedging() };
        assert!(refusal(share).await.contains("max_share"));
    }
}

/// Against the local server, with a primary that hangs and is never replaced.
#[tokio::test]
async fn every_single_read_is_backed_and_nothing_else() {
    let options = ClusterOptions { tables: vec![("temp".to_owned(), 1)], ..ClusterOptions::default() };
    let local = Local::start_with(options).await;
    let backup_request = BackupRequestOptions { on_unreachable: true, ..hedging() };
    let options = TableOptions { backup_request, ..TableOptions::default() };
    let table = local.client.open_table("temp", options).await.unwrap();
    table.set(b"h", b"s", b"v", WRITE).await.unwrap();
    let primary = local.cluster.primary("temp", 0).unwrap().unwrap();
    local.cluster.freeze_server(primary, None).await.unwrap();

    let (got, stale) = with_staleness(table.get(b"h", b"s", CALL)).await;
    assert_eq!((got.unwrap().unwrap(), stale), ("v".into(), true));
    let (exists, stale) = with_staleness(table.exist(b"h", b"s", CALL)).await;
    assert_eq!((exists.unwrap(), stale), (true, true));
    let (ttl, stale) = with_staleness(table.ttl(b"h", b"s", CALL)).await;
    assert_eq!((ttl.unwrap(), stale), (Some(TimeToLive::Forever), true));
    let limits = MultiGetLimits::default();
    let (rows, stale) = with_staleness(table.multi_get(b"h", ["s".into()], &limits, CALL)).await;
    assert_eq!((rows.unwrap().entries.len(), stale), (1, true));
    let range = table.multi_get_range(b"h", SortKeyRange::default(), &limits, CALL);
    let (rows, stale) = with_staleness(range).await;
    assert_eq!((rows.unwrap().entries.len(), stale), (1, true));
    let keys = vec![("h".into(), "s".into()), ("h".into(), "none".into())];
    let (values, stale) = with_staleness(table.batch_get(keys, CALL)).await;
    assert_eq!((values.unwrap(), stale), (vec![Some("v".into()), None], true));

    let timeout = Some(DELAY * 5);
    let (call, write) = (CallOptions { timeout }, WriteOptions { timeout, ..WRITE });
    let code = |error: Error| error.code().into_owned();
    assert_eq!(table.set(b"h", b"s", b"w", write).await.map_err(code), Err("ERR_TIMEOUT".into()));
    assert_eq!(table.sort_key_count(b"h", call).await.map_err(code), Err("ERR_TIMEOUT".into()));
    let by_one = IncrOptions { timeout, ..IncrOptions::default() };
    assert_eq!(table.incr(b"h", b"i", 1, by_one).await.map_err(code), Err("ERR_TIMEOUT".into()));
    let scan = ScanOptions { timeout: DELAY * 5, ..ScanOptions::default() };
    let mut scanner = table.scanner(b"h", b"", b"", scan).unwrap();
    assert_eq!(scanner.next_page().await.map_err(code).err(), Some("ERR_TIMEOUT".into()));
}

#[tokio::test]
async fn a_lower_ballot_counts_also_for_reads_that_secondaries_of_the_old_cluster_answer() {
    let refusing = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let nobody = UnusedPort::new();
    for kept in [refusing.address(), nobody.address()] {
        let (secondary, rebuilt) = (secondary().await, Fake::start(|request| value(request, "new")).await);
        let before = with_ballot(9, led_by(Some(kept), &[&secondary]));
        let scene =
            HedgedScene::open(on_unreachable(), [before.clone(), before, table([rebuilt.address()])]).await;
        assert_eq!(scene.get().await, old());
        within(async { while scene.get().await == old() {} }).await;
        assert_eq!(scene.get().await, new());
    }
}
