//! Meta servers: finding the leader, and what it replies.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_client::{Client, ClientOptions, Error, ErrorKind, Table, TableOptions};
use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::ErrorCode;
use tokio::time::Instant;

use crate::support::{
    Action, Fake, FakeMeta, Scene, UnusedPort, forward, no_table, options, refuse, reply, table, value,
    with_ballot, within,
};

/// Connects and opens the table.
async fn open(options: ClientOptions) -> Result<Table, Error> {
    let client = Client::connect(options).await?;
    client.open_table("temp", TableOptions::default()).await
}

async fn replica() -> Fake {
    Fake::start(|request| value(request, "v")).await
}

#[tokio::test]
async fn a_dead_meta_server_is_passed_over() {
    let (dead, replica) = (UnusedPort::new(), replica().await);
    let alive = FakeMeta::start([table([replica.address()])]).await;
    let mut options = options([alive.fake()]);
    options.meta_servers.insert(0, dead.address().to_string());
    open(options).await.unwrap();
    assert_eq!(alive.queries(), 1);
}

#[tokio::test]
async fn a_silent_meta_server_is_not_waited_for() {
    let (silent, replica) = (Fake::silent().await, replica().await);
    let alive = FakeMeta::start([table([replica.address()])]).await;
    let started = Instant::now();
    open(options([&silent, alive.fake()])).await.unwrap();
    // With the timeout of one attempt it would take 2 s.
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(silent.requests().len(), 1);
}

#[tokio::test]
async fn the_server_that_answered_is_asked_first_the_next_time() {
    let (silent, replica) = (Fake::silent().await, replica().await);
    let alive = FakeMeta::start([table([replica.address()])]).await;
    let client = Client::connect(options([&silent, alive.fake()])).await.unwrap();
    for _ in 0..3 {
        client.open_table("temp", TableOptions::default()).await.unwrap();
    }
    assert_eq!((silent.requests().len(), alive.queries()), (1, 3));
}

#[tokio::test]
async fn a_follower_leads_to_a_leader_that_is_listed() {
    let replica = replica().await;
    let leader = FakeMeta::start([table([replica.address()])]).await;
    let other = Fake::silent().await;
    let follower = FakeMeta::start([forward(Some(leader.fake().address()))]).await;
    open(options([follower.fake(), &other, leader.fake()])).await.unwrap();
    assert_eq!((follower.queries(), other.requests().len(), leader.queries()), (1, 0, 1));
    // The leader is listed, and the follower names it too: it is one server with one connection.
    assert_eq!(leader.fake().connections(), 1);
}

#[tokio::test]
async fn a_follower_leads_to_a_leader_that_is_not_listed() {
    let replica = replica().await;
    let leader = FakeMeta::start([table([replica.address()])]).await;
    let follower = FakeMeta::start([forward(Some(leader.fake().address()))]).await;
    let client = Client::connect(options([follower.fake()])).await.unwrap();
    client.open_table("temp", TableOptions::default()).await.unwrap();
    client.open_table("other", TableOptions::default()).await.unwrap();
    assert_eq!((follower.queries(), leader.queries()), (1, 2));
}

#[tokio::test]
async fn followers_that_name_each_other_are_asked_again_until_one_leads() {
    // Each server learns the other's address once both are bound.
    let (to_second, second_address) = std::sync::mpsc::channel();
    let second_address = std::sync::Mutex::new(second_address);
    let first = Fake::start(move |request| {
        let leader = second_address.lock().unwrap().recv().unwrap();
        reply::<QueryCfg>(request, &forward(Some(leader)))
    })
    .await;
    let (first_address, replica) = (first.address(), replica().await);
    let found = table([replica.address()]);
    let second = Fake::start(move |request| match request.nth {
        0 => reply::<QueryCfg>(request, &forward(Some(first_address))),
        _ => reply::<QueryCfg>(request, &found),
    })
    .await;
    for _ in 0..10 {
        to_second.send(second.address()).unwrap();
    }
    open(options([&first])).await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_follower_that_knows_no_leader_leaves_the_others() {
    let replica = replica().await;
    let follower = FakeMeta::start([forward(None)]).await;
    let leader = FakeMeta::start([table([replica.address()])]).await;
    let started = Instant::now();
    open(options([follower.fake(), leader.fake()])).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_leader_that_is_not_ready_is_asked_again() {
    let replica = replica().await;
    let found = table([replica.address()]);
    let meta = Fake::start(move |request| match request.nth {
        0 => refuse(request, &ErrorCode::ServiceNotActive),
        1 => reply::<QueryCfg>(request, &no_table(ErrorCode::ServiceNotActive)),
        2 => reply::<QueryCfg>(request, &no_table(ErrorCode::BusyCreating)),
        _ => reply::<QueryCfg>(request, &found),
    })
    .await;
    open(options([&meta])).await.unwrap();
    assert_eq!(meta.requests().len(), 4);
}

#[tokio::test]
async fn a_cluster_that_does_not_get_ready_in_time() {
    let meta = FakeMeta::start([no_table(ErrorCode::ServiceNotActive)]).await;
    let client = Client::connect(options([meta.fake()])).await.unwrap();
    let short = TableOptions { timeout: Some(Duration::from_millis(300)), ..Default::default() };
    let error = client.open_table("temp", short).await.err().unwrap();
    assert_eq!(error.kind(), &ErrorKind::Server(ErrorCode::ServiceNotActive));
    assert!(error.is_retryable());
    assert!(meta.queries() <= 10, "{} queries", meta.queries());
}

#[tokio::test]
async fn a_table_that_is_not_there() {
    let meta = FakeMeta::start([no_table(ErrorCode::ObjectNotFound)]).await;
    let error = open(options([meta.fake()])).await.err().unwrap();
    assert_eq!(error.code(), "ERR_OBJECT_NOT_FOUND");
    assert!(error.message().contains("temp") && !error.is_retryable(), "{error}");
    assert_eq!(meta.queries(), 1);
}

#[tokio::test]
async fn a_refusal_for_good_ends_it_with_the_servers_own_name() {
    for code in [ErrorCode::AclDeny, ErrorCode::InvalidParameters, ErrorCode::Unlisted("ERR_NEW".into())] {
        let meta = {
            let code = code.clone();
            Fake::start(move |request| refuse(request, &code)).await
        };
        let error = open(options([&meta])).await.err().unwrap();
        assert_eq!(error.code(), code.name());
        assert_eq!(meta.requests().len(), 1);
    }
}

#[tokio::test]
async fn nobody_is_there_any_more() {
    let meta = FakeMeta::start([table([None])]).await;
    let client = Client::connect(options([meta.fake()])).await.unwrap();
    drop(meta);
    let short = TableOptions { timeout: Some(Duration::from_millis(300)), ..Default::default() };
    let error = client.open_table("temp", short).await.err().unwrap();
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE");
}

#[tokio::test]
async fn nobody_says_anything() {
    // It leads when the client connects, and is silent from then on.
    let (silent, dead) = (Fake::start(|_| Action::Silence).await, UnusedPort::new());
    let started = Instant::now();
    for with_dead in [false, true] {
        let mut options = options([&silent]);
        if with_dead {
            options.meta_servers.insert(0, dead.address().to_string());
        }
        let client = Client::connect(options).await.unwrap();
        let short = TableOptions { timeout: Some(Duration::from_millis(400)), ..Default::default() };
        let error = client.open_table("temp", short).await.err().unwrap();
        assert_eq!(error.code(), "ERR_TIMEOUT", "with a dead one: {with_dead}: {error}");
    }
    assert!(started.elapsed() >= Duration::from_millis(800), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_meta_server_that_talks_garbage_is_passed_over() {
    let replica = replica().await;
    let garbage =
        Fake::start(|_| Action::Send(BytesMut::from(&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..]))).await;
    let closing = Fake::start(|_| Action::Close).await;
    let alive = FakeMeta::start([table([replica.address()])]).await;
    open(options([&garbage, &closing, alive.fake()])).await.unwrap();
}

/// Impossible configurations, made from a good one.
fn nonsense(good: &QueryCfgResponse) -> Vec<QueryCfgResponse> {
    let changed = |change: fn(&mut QueryCfgResponse)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    vec![
        changed(|bad| {
            bad.partition_count = 0;
            bad.partitions.clear();
        }),
        changed(|bad| bad.partition_count = -1),
        changed(|bad| bad.partition_count = i32::MAX),
        changed(|bad| bad.partition_count += 1),
        changed(|bad| bad.partitions.truncate(1)),
        changed(|bad| bad.partitions[1].pid.partition_index = 0),
        changed(|bad| bad.partitions[1].pid.partition_index = 2),
        changed(|bad| bad.partitions[1].pid.partition_index = -1),
        changed(|bad| bad.app_id = 0),
    ]
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_does_not_open_a_table() {
    let replica = replica().await;
    for bad in nonsense(&table([replica.address(), replica.address()])) {
        let meta = FakeMeta::start([bad.clone()]).await;
        let error = open(options([meta.fake()])).await.err().unwrap();
        assert_eq!(error.code(), "ERR_INVALID_DATA", "{bad:?}");
    }
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_leaves_the_known_routes() {
    // Nothing listens where the bad configurations point to.
    let dead = UnusedPort::new();
    for bad in nonsense(&table([dead.address(); 2])) {
        let replica = Fake::start(|request| match request.nth {
            0 => refuse(request, &ErrorCode::InvalidState),
            _ => value(request, "v"),
        })
        .await;
        let good = table([replica.address(), replica.address()]);
        let scene = Scene::open([good, with_ballot(9, bad)]).await;
        assert_eq!(within(scene.get()).await.unwrap(), "v");
        assert_eq!((scene.table.partition_count(), scene.meta.queries()), (2, 2));
    }
}

#[tokio::test]
async fn an_older_configuration_leaves_the_known_routes() {
    let old = Fake::start(|request| value(request, "old")).await;
    let new = Fake::start(|request| match request.nth {
        0 => Action::Close,
        _ => value(request, "new"),
    })
    .await;
    let scene = Scene::open([with_ballot(5, table([new.address()])), table([old.address()])]).await;
    assert_eq!(scene.get().await.unwrap(), "new");
    assert_eq!(old.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_opened_in_time_says_what_is_at_the_meta_servers() {
    let meta = Fake::start(|_| Action::Silence).await;
    let address = meta.address().to_string();
    let client = Client::connect(options([&meta])).await.unwrap();
    for millis in 250..290 {
        let timeout = Some(Duration::from_millis(millis));
        let opened = client.open_table("temp", TableOptions { timeout, ..TableOptions::default() }).await;
        let error = opened.err().unwrap();
        assert!(error.message().contains(&address), "after {millis} ms: {error}");
    }
}
