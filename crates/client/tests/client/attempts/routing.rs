//! Where operations go, and what makes the client refresh its routes.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use pegasus_client::{Client, IncrExpiry, IncrOptions, TableOptions};
use pegasus_protocol::idl::{IncrResponse, QueryCfgResponse};
use pegasus_protocol::key;
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    APP_ID, Action, CALL, Fake, Scene, UnusedPort, WRITE, no_table, refuse, reply, table, value, with_ballot,
    within, written,
};

const INCR: IncrOptions = IncrOptions { expiry: IncrExpiry::Keep, timeout: None };

/// A server that refuses every request with this code.
async fn refusing(code: ErrorCode) -> Fake {
    Fake::start(move |request| refuse(request, &code)).await
}

/// A server on which every row has the value `v`.
async fn serving() -> Fake {
    Fake::start(|request| match request.code() {
        rpc::RpcCode::Put => written(request),
        _ => value(request, "v"),
    })
    .await
}

fn moved_to(server: &Fake) -> QueryCfgResponse {
    with_ballot(2, table([server.address()]))
}

/// A hash key of this partition, in a table with `count` partitions.
fn hash_key_in(index: u32, count: u32) -> Vec<u8> {
    let keys = (0..).map(|i| format!("user_{i}").into_bytes());
    keys.into_iter().find(|key| key::partition_index(key::crc64(key), count) == index).unwrap()
}

#[tokio::test]
async fn a_refusal_that_tells_of_stale_routes_leads_to_the_new_primary() {
    use ErrorCode as E;
    for code in [
        E::ObjectNotFound,
        E::InvalidState,
        E::InactiveState,
        E::ParentPartitionMisused,
        E::Splitting,
        E::Timeout,
    ] {
        let (old, new) = (refusing(code.clone()).await, serving().await);
        let scene = Scene::open([table([old.address()]), moved_to(&new)]).await;
        assert_eq!(scene.get().await.unwrap(), "v", "{code}");
        let counts = (old.requests().len(), new.requests().len(), scene.meta.queries());
        assert_eq!(counts, (1, 1, 2), "{code}");
        // The new route is used from now on; a write goes there too.
        scene.table.set(b"h", b"s", b"v", WRITE).await.unwrap();
        assert_eq!((old.requests().len(), scene.meta.queries()), (1, 2));
    }
}

#[tokio::test]
async fn the_target_is_looked_up_anew_on_each_attempt() {
    let first = refusing(ErrorCode::InvalidState).await;
    let second = refusing(ErrorCode::ObjectNotFound).await;
    let third = serving().await;
    let ways = [&first, &second, &third].map(|server| table([server.address()]));
    let scene =
        Scene::open([ways[0].clone(), with_ballot(2, ways[1].clone()), with_ballot(3, ways[2].clone())])
            .await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!((first.requests().len(), second.requests().len(), third.requests().len()), (1, 1, 1));
}

#[tokio::test]
async fn a_primary_that_cannot_be_reached_is_replaced() {
    let (dead, alive) = (UnusedPort::new(), serving().await);
    let scene = Scene::open([table([dead.address()]), moved_to(&alive)]).await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(scene.meta.queries(), 2);
}

/// The server accepts connections and requests, so only the deadline shows that it hangs.
#[tokio::test]
async fn after_an_operation_without_an_answer_the_next_one_goes_to_the_new_primary() {
    let (hung, alive) = (Fake::silent().await, serving().await);
    let scene = Scene::open([table([hung.address()]), moved_to(&alive)]).await;
    let error = scene.get_within(Some(Duration::from_millis(50))).await.unwrap_err();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    // The refresh runs although no further operation starts.
    scene.meta.fake().wait_for_requests(2).await;
    let next = async { while scene.get_within(Some(Duration::from_millis(200))).await.is_err() {} };
    within(next).await;
    assert_eq!(scene.meta.queries(), 2);
    assert!(hung.requests().len() <= 2);
}

/// The write is not sent again, and the next operation must not fail on the same connection.
#[tokio::test]
async fn an_atomic_write_whose_outcome_is_unknown_leads_to_the_new_primary_too() {
    let dying = Fake::start(|_| Action::Close).await;
    let alive = Fake::start(|request| {
        reply::<rpc::Incr>(request, &IncrResponse { new_value: 7, ..IncrResponse::default() })
    })
    .await;
    let scene = Scene::open([table([dying.address()]), moved_to(&alive)]).await;
    let incr = async || scene.table.incr(b"h", b"s", 1, INCR).await;
    assert_eq!(incr().await.unwrap_err().code(), "ERR_SESSION_RESET");
    scene.meta.fake().wait_for_requests(2).await;
    let sum = within(async {
        loop {
            if let Ok(sum) = incr().await {
                return sum;
            }
        }
    });
    assert_eq!(sum.await, 7);
}

#[tokio::test]
async fn a_connection_that_ends_while_a_get_waits_leads_to_the_new_primary() {
    let (dying, alive) = (Fake::start(|_| Action::Close).await, serving().await);
    let scene = Scene::open([table([dying.address()]), moved_to(&alive)]).await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!((dying.requests().len(), scene.meta.queries()), (1, 2));
}

#[tokio::test]
async fn a_server_that_restarts_is_dialled_again() {
    let server =
        Fake::start(|request| if request.nth == 1 { Action::Close } else { value(request, "v") }).await;
    let scene = Scene::open([table([server.address()])]).await;
    for _ in 0..3 {
        assert_eq!(scene.get().await.unwrap(), "v");
    }
    assert_eq!((server.connections(), server.requests().len()), (2, 4));
}

#[tokio::test]
async fn a_partition_without_a_primary_is_waited_for() {
    let server = serving().await;
    let none = table([None]);
    let scene = Scene::open([none.clone(), none, moved_to(&server)]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(scene.meta.queries(), 3);
}

#[tokio::test]
async fn a_table_that_is_dropped_meanwhile_is_not_waited_for() {
    let server = refusing(ErrorCode::ObjectNotFound).await;
    let scene = Scene::open([table([server.address()]), no_table(ErrorCode::ObjectNotFound)]).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), "ERR_OBJECT_NOT_FOUND");
    assert_eq!(error.location().table.as_deref(), Some("temp"));
    assert_eq!((server.requests().len(), scene.meta.queries()), (1, 2));
}

#[tokio::test]
async fn a_table_that_is_created_anew_is_found_under_its_new_number() {
    let server = Fake::start(|request| match request.header.gpid.app_id {
        APP_ID => refuse(request, &ErrorCode::ObjectNotFound),
        _ => value(request, "v"),
    })
    .await;
    let old = with_ballot(7, table([server.address()]));
    let mut new = table([server.address()]);
    new.app_id = APP_ID + 1;
    new.partitions[0].pid.app_id = APP_ID + 1;
    let scene = Scene::open([old, new]).await;
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(scene.table.app_id(), APP_ID + 1);
}

#[tokio::test]
async fn operations_go_to_the_partition_of_their_hash() {
    let servers = [serving().await, serving().await, serving().await];
    let scene = Scene::open([table(servers.each_ref().map(Fake::address))]).await;
    for i in 0..30 {
        let hash_key = format!("user_{i}").into_bytes();
        scene.table.get(&hash_key, b"s", CALL).await.unwrap();
        let hash = key::crc64(&hash_key);
        let index = key::partition_index(hash, 3);
        let header = servers[index as usize].requests().last().unwrap().header;
        assert_eq!((header.gpid.app_id, header.gpid.partition_index), (APP_ID, index as i32));
        assert_eq!((header.partition_hash, header.is_backup), (hash, false));
    }
    let requests: usize = servers.iter().map(|server| server.requests().len()).sum();
    assert_eq!(requests, 30);
}

#[tokio::test]
async fn a_child_that_is_not_ready_is_served_by_its_parent() {
    let (parent, other) = (serving().await, serving().await);
    let mut splitting = table([Some(other.address()), Some(parent.address()), None, None]);
    for child in &mut splitting.partitions[2..] {
        child.ballot = -1;
    }
    let scene = Scene::open([splitting]).await;
    let hash_key = hash_key_in(3, 4);
    scene.table.get(&hash_key, b"s", CALL).await.unwrap();
    let header = parent.requests()[0].header;
    assert_eq!(header.gpid.partition_index, 1);
    assert_eq!(header.partition_hash, key::crc64(&hash_key));
}

#[tokio::test]
async fn a_split_that_happens_meanwhile_moves_the_operation_to_the_child() {
    let parent = refusing(ErrorCode::ParentPartitionMisused).await;
    let child = serving().await;
    let before = table([parent.address(), parent.address()]);
    let after = table([parent.address(), parent.address(), child.address(), child.address()]);
    let scene = Scene::open([before, with_ballot(2, after)]).await;
    let hash_key = hash_key_in(3, 4);
    scene.table.get(&hash_key, b"s", CALL).await.unwrap();
    assert_eq!(parent.requests()[0].header.gpid.partition_index, 1);
    let header = child.requests()[0].header;
    assert_eq!((header.gpid.partition_index, header.partition_hash), (3, key::crc64(&hash_key)));
    assert_eq!(scene.table.partition_count(), 4);
}

#[tokio::test]
async fn the_list_of_partitions_may_be_in_any_order() {
    let (first, second) = (serving().await, serving().await);
    let mut backwards = table([first.address(), second.address()]);
    backwards.partitions.reverse();
    let scene = Scene::open([backwards]).await;
    scene.table.get(&hash_key_in(0, 2), b"s", CALL).await.unwrap();
    scene.table.get(&hash_key_in(1, 2), b"s", CALL).await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[tokio::test]
async fn operations_that_meet_a_stale_route_together_ask_once() {
    let (old, new) = (refusing(ErrorCode::InvalidState).await, serving().await);
    let scene = Scene::open([table([old.address()]), moved_to(&new)]).await;
    let results = join_all((0..100).map(|_| scene.get())).await;
    assert!(results.into_iter().all(|result| result.unwrap() == "v"));
    assert_eq!((old.requests().len(), new.requests().len()), (100, 100));
    assert_eq!(scene.meta.queries(), 2);
}

#[tokio::test]
async fn one_connection_serves_all_partitions_tables_and_clones() {
    let server = serving().await;
    let scene = Scene::open([table([server.address(); 4])]).await;
    let other: Client = scene.client.clone();
    let other = other.open_table("other", TableOptions::default()).await.unwrap();
    let clone = scene.table.clone();
    let keys: Vec<Bytes> = (0..20).map(|i| Bytes::from(format!("user_{i}"))).collect();
    let gets = keys.iter().flat_map(|key| [clone.get(key, b"s", CALL), other.get(key, b"s", CALL)]);
    assert!(join_all(gets).await.into_iter().all(|result| result.is_ok()));
    assert_eq!((server.connections(), server.requests().len()), (1, 40));
}

#[tokio::test]
async fn a_meta_server_that_is_gone_leaves_the_known_routes() {
    let server = Fake::start(|request| match request.nth {
        0 => refuse(request, &ErrorCode::InvalidState),
        _ => value(request, "v"),
    })
    .await;
    let Scene { meta, client: _client, table } = Scene::open_with([table([server.address()])], |options| {
        options.meta_timeout = std::time::Duration::from_millis(100);
    })
    .await;
    drop(meta);
    assert_eq!(within(table.get(b"h", b"s", CALL)).await.unwrap().unwrap(), "v");
}
