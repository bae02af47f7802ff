//! Connecting asks for the leader's answer, and tells what is there in its place.

use std::time::Duration;

use bytes::BytesMut;
use pegasus_client::{Client, ClientOptions, Error, TableOptions};
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Action, Fake, FakeMeta, Request, UnusedPort, forward, no_table, options, refuse, reply, table, within,
};

/// Long enough for a few rounds of questions.
const LIMIT: Duration = Duration::from_millis(700);

/// Rounds that fit into `LIMIT`: three, and one more shortly before its end.
const MOST_ROUNDS: usize = 5;

async fn refusal<'a>(servers: impl IntoIterator<Item = &'a Fake>) -> Error {
    let options = ClientOptions { timeout: LIMIT, ..options(servers) };
    within(Client::connect(options)).await.err().expect("there is no cluster")
}

/// A server that reacts like this to whatever a client asks.
async fn reacting(answer: impl Fn(&Request) -> Action + Send + Sync + 'static) -> Fake {
    Fake::start_scripted(answer).await
}

fn bytes(text: &'static str) -> BytesMut {
    BytesMut::from(text.as_bytes())
}

#[tokio::test]
async fn one_question_finds_the_leader_and_its_connection_is_used_from_then_on() {
    let replica = Fake::silent().await;
    let found = table([replica.address()]);
    let leader = reacting(move |request| match request.looks_for_leader() {
        true => reply::<QueryCfg>(request, &no_table(ErrorCode::ObjectNotFound)),
        false => reply::<QueryCfg>(request, &found),
    })
    .await;
    let client = Client::connect(options([&leader])).await.unwrap();
    let requests = leader.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].looks_for_leader());
    assert_eq!(requests[0].header.gpid.app_id, 0, "a real meta server aborts on another one");
    client.open_table("temp", TableOptions::default()).await.unwrap();
    assert_eq!((leader.connections(), leader.requests().len()), (1, 2));
}

#[tokio::test]
async fn whatever_the_leader_refuses_it_is_there() {
    let codes = [
        ErrorCode::ObjectNotFound,
        ErrorCode::AclDeny,
        ErrorCode::AppNotExist,
        ErrorCode::Unlisted("ERR_ZOOKEEPER_OPERATION".into()),
    ];
    for code in codes {
        let (in_body, in_header) = (code.clone(), code.clone());
        let body = reacting(move |request| reply::<QueryCfg>(request, &no_table(in_body.clone()))).await;
        let header = reacting(move |request| refuse(request, &in_header)).await;
        for leader in [&body, &header] {
            within(Client::connect(options([leader]))).await.unwrap();
            assert_eq!(leader.requests().len(), 1, "{code}");
        }
    }
}

#[tokio::test]
async fn a_follower_alone_is_no_connection_and_the_leader_that_it_names_is_asked() {
    let leader = reacting(|request| reply::<QueryCfg>(request, &no_table(ErrorCode::ObjectNotFound))).await;
    let follower = FakeMeta::follower(Some(leader.address())).await;
    Client::connect(options([&follower])).await.unwrap();
    assert_eq!((follower.requests().len(), leader.requests().len()), (1, 1));
    let dead = UnusedPort::new();
    let follower = FakeMeta::follower(Some(dead.address())).await;
    let error = refusal([&follower]).await;
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE");
    for part in [
        format!("{} names {} as the leader", follower.address(), dead.address()),
        format!("cannot connect to {}", dead.address()),
    ] {
        assert!(error.message().contains(&part), "{error}");
    }
}

#[tokio::test]
async fn a_replica_server_is_told_from_a_meta_server() {
    let replica = reacting(|request| refuse(request, &ErrorCode::HandlerNotFound)).await;
    let error = refusal([&replica]).await;
    assert_eq!((&*error.code(), error.is_retryable()), ("ERR_NETWORK_FAILURE", true));
    let told =
        format!("{} seems to be a replica server: meta servers usually listen on 34601", replica.address());
    assert!(error.message().ends_with(&told), "{error}");
    assert_eq!(replica.connections(), 1);
    assert!((2..=MOST_ROUNDS).contains(&replica.requests().len()), "{}", replica.requests().len());
}

#[tokio::test]
async fn a_server_that_speaks_another_protocol_is_not_a_pegasus_server() {
    let pages = ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "220 mail.example ESMTP\r\n"];
    for page in pages {
        let server = reacting(move |_| Action::SendAndClose(bytes(page))).await;
        let error = refusal([&server]).await;
        assert_eq!((&*error.code(), error.is_retryable()), ("ERR_NETWORK_FAILURE", true));
        let told = format!("{} is not a Pegasus server: ", server.address());
        assert!(error.message().contains(&told), "{error}");
        assert!((2..=MOST_ROUNDS).contains(&server.connections()), "{} dials", server.connections());
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_may_be_no_pegasus_server() {
    let server = reacting(|_| Action::Close).await;
    let error = refusal([&server]).await;
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE");
    let told = format!("no answer from {}: ", server.address());
    assert!(error.message().contains(&told), "{error}");
    assert!(error.message().ends_with("(it stops, or is not a Pegasus server)"), "{error}");
    assert!((2..=MOST_ROUNDS).contains(&server.connections()), "{} dials", server.connections());
}

#[tokio::test]
async fn a_server_that_hangs_is_told_and_its_connection_is_not_kept() {
    let frozen = Fake::silent().await;
    let error = refusal([&frozen]).await;
    assert_eq!((&*error.code(), error.is_retryable()), ("ERR_TIMEOUT", true));
    let told = format!("{} accepts connections, but did not answer within ", frozen.address());
    assert!(error.message().contains(&told), "{error}");
    assert_eq!((frozen.connections(), frozen.requests().len()), (1, 1));
    frozen.wait_for_ends(1).await;
}

#[tokio::test]
async fn nobody_listens_and_nobody_has_that_name() {
    let dead = [UnusedPort::new(), UnusedPort::new()];
    // A label is at most 63 bytes long, so no resolver is asked.
    let nameless = format!("{}:34601", "x".repeat(64));
    let addresses: Vec<String> =
        dead.iter().map(|port| port.address().to_string()).chain([nameless.clone()]).collect();
    let options = ClientOptions { timeout: LIMIT, ..ClientOptions::new(addresses.clone()) };
    let error = within(Client::connect(options)).await.err().unwrap();
    assert_eq!((&*error.code(), error.is_retryable()), ("ERR_NETWORK_FAILURE", true));
    for address in addresses {
        assert!(error.message().contains(&format!("cannot connect to {address}: ")), "{error}");
    }
}

#[tokio::test]
async fn each_of_several_is_told_once_and_one_leader_among_them_is_enough() {
    let replica = reacting(|request| refuse(request, &ErrorCode::HandlerNotFound)).await;
    let page = reacting(|_| Action::SendAndClose(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"))).await;
    let starting = reacting(|request| refuse(request, &ErrorCode::ServiceNotActive)).await;
    let election = reacting(|request| reply::<QueryCfg>(request, &forward(None))).await;
    let others = [&replica, &page, &starting, &election];
    let error = refusal(others.into_iter().chain([&replica])).await;
    assert_eq!(error.code(), "ERR_SERVICE_NOT_ACTIVE");
    for server in others {
        let told = error.message().matches(&server.address().to_string()).count();
        assert_eq!(told, 1, "{}: {error}", server.address());
    }
    let leader = FakeMeta::start([no_table(ErrorCode::ObjectNotFound)]).await;
    Client::connect(options(others.into_iter().chain([leader.fake()]))).await.unwrap();
}

#[tokio::test]
async fn giving_up_leaves_no_connection() {
    let frozen = Fake::silent().await;
    let mut connecting = Box::pin(Client::connect(options([&frozen])));
    tokio::select! {
        biased;
        _ = &mut connecting => panic!("nobody answers"),
        _ = frozen.wait_for_requests(1) => {}
    }
    drop(connecting);
    frozen.wait_for_ends(1).await;
    assert_eq!(frozen.connections(), 1);
}

#[tokio::test]
async fn a_call_that_an_old_meta_server_lacks_is_refused_and_a_replica_server_is_passed_over() {
    let refusing = |request: &Request| refuse(request, &ErrorCode::HandlerNotFound);
    let old = Fake::start(refusing).await;
    let client = Client::connect(options([&old])).await.unwrap();
    let error = client.admin().cluster_info(None).await.unwrap_err();
    assert_eq!(error.code(), "ERR_HANDLER_NOT_FOUND");
    assert_eq!(old.requests().len(), 1);

    // The leader goes away, and the other address in the list is that of a replica server.
    let (replica, leader) = (reacting(refusing).await, Fake::start(refusing).await);
    let client = Client::connect(options([&leader, &replica])).await.unwrap();
    drop(leader);
    let error = client.admin().cluster_info(Some(LIMIT)).await.unwrap_err();
    assert!(error.message().contains("seems to be a replica server"), "{error}");
}
