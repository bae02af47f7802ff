//! Followers that name each other, or themselves, as the leader: asked in turn, seldom, and told.

use std::net::SocketAddrV4;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pegasus_client::{Client, ClientOptions, Error, TableOptions};
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Fake, FakeMeta, forward, no_table, options, reply, within};

const LIMIT: Duration = Duration::from_millis(700);

/// Rounds that fit into `LIMIT`: three, and one more shortly before its end.
const MOST_ROUNDS: usize = 5;

/// Meta servers of which each names the next one as the leader, and the last one the first.
async fn ring(count: usize) -> Vec<Fake> {
    let addresses: Arc<OnceLock<Vec<SocketAddrV4>>> = Arc::default();
    let mut servers = Vec::new();
    for position in 0..count {
        let known = Arc::clone(&addresses);
        let follower = Fake::start_scripted(move |request| {
            let leader = known.get().unwrap()[(position + 1) % count];
            reply::<QueryCfg>(request, &forward(Some(leader)))
        });
        servers.push(follower.await);
    }
    addresses.set(servers.iter().map(Fake::address).collect()).unwrap();
    servers
}

/// The error of a client that knows these servers.
async fn refusal<'a>(servers: impl IntoIterator<Item = &'a Fake>) -> Error {
    let options = ClientOptions { timeout: LIMIT, ..options(servers) };
    within(Client::connect(options)).await.err().expect("nobody leads")
}

fn assert_told(error: &Error, told: &str) {
    assert_eq!((&*error.code(), error.is_retryable()), ("ERR_NETWORK_FAILURE", true));
    assert_eq!(error.message(), format!("no meta server had a useful answer: {told}"));
}

/// Every server of a ring is asked once a round, over one connection.
fn assert_asked_seldom(servers: &[Fake]) {
    for server in servers {
        let queries = server.requests().len();
        assert!((2..=MOST_ROUNDS).contains(&queries), "{queries} queries");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn two_that_name_each_other() {
    let servers = ring(2).await;
    let [a, b] = [servers[0].address(), servers[1].address()];
    let told = format!("meta server {a} names {b} as the leader, and {b} names {a}");
    assert_told(&refusal(&servers).await, &told);
    assert_asked_seldom(&servers);
    // The second one is found through the first one alone; its connection lasts from round to round.
    assert_told(&refusal(&servers[..1]).await, &told);
    assert_eq!(servers[1].connections(), 2);
}

#[tokio::test]
async fn one_that_names_itself() {
    let servers = ring(1).await;
    let told = format!("meta server {} names itself as the leader, but does not lead", servers[0].address());
    assert_told(&refusal(&servers).await, &told);
    assert_asked_seldom(&servers);
}

#[tokio::test]
async fn three_in_a_ring() {
    let servers = ring(3).await;
    let [a, b, c] = [servers[0].address(), servers[1].address(), servers[2].address()];
    let told = format!("meta server {a} names {b} as the leader, {b} names {c}, and {c} names {a}");
    assert_told(&refusal(&servers).await, &told);
    assert_asked_seldom(&servers);
}

#[tokio::test]
async fn one_that_knows_no_leader() {
    let follower = FakeMeta::follower(None).await;
    let told = format!("{} knows no leader (an election may be in progress)", follower.address());
    assert_told(&refusal([&follower]).await, &told);
}

#[tokio::test]
async fn a_table_and_an_administrative_call_are_told_the_same() {
    // It leads when the client connects, and names itself from then on.
    let itself: Arc<OnceLock<SocketAddrV4>> = Arc::default();
    let known = Arc::clone(&itself);
    let server = Fake::start_scripted(move |request| {
        let answer = match request.nth {
            0 => no_table(ErrorCode::ObjectNotFound),
            _ => forward(known.get().copied()),
        };
        reply::<QueryCfg>(request, &answer)
    })
    .await;
    itself.set(server.address()).unwrap();
    let client = Client::connect(options([&server])).await.unwrap();
    let told = format!("meta server {} names itself as the leader, but does not lead", server.address());
    let short = TableOptions { timeout: Some(LIMIT), ..TableOptions::default() };
    assert_told(&client.open_table("temp", short).await.err().unwrap(), &told);
    let dropped = client.admin().drop_table("temp", None, true, Some(LIMIT)).await;
    let error = dropped.unwrap_err();
    assert_told(&error, &told);
    assert!(!error.is_maybe_applied(), "nobody was asked to change anything");
}
