//! A client that connects before its cluster serves.

use pegasus_client::{Client, ClientOptions, TableOptions};
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Action, Fake, UnusedPort, forward, no_table, options, refuse, reply, table, within};

#[tokio::test]
async fn a_meta_server_that_starts_after_connect_was_called() {
    let (port, replica) = (UnusedPort::new(), Fake::silent().await);
    // It is asked after the address where nothing listens, so it shows that a round has begun.
    let witness = Fake::start_scripted(|_| Action::Close).await;
    let mut options = options([&witness]);
    options.meta_servers.insert(0, port.address().to_string());
    let connecting = tokio::spawn(Client::connect(options));
    witness.wait_for_requests(1).await;
    assert!(!connecting.is_finished());
    let found = table([replica.address()]);
    let meta = port.start(move |request| reply::<QueryCfg>(request, &found));
    let client = within(connecting).await.unwrap().unwrap();
    client.open_table("temp", TableOptions::default()).await.unwrap();
    assert_eq!((meta.connections(), meta.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_cluster_that_is_starting_up() {
    let meta = Fake::start_scripted(|request| match request.nth {
        0 => Action::Close,
        1 => refuse(request, &ErrorCode::ServiceNotActive),
        2 => reply::<QueryCfg>(request, &no_table(ErrorCode::UnderRecovery)),
        3 => reply::<QueryCfg>(request, &forward(None)),
        _ => reply::<QueryCfg>(request, &no_table(ErrorCode::ObjectNotFound)),
    })
    .await;
    within(Client::connect(options([&meta]))).await.unwrap();
    assert_eq!((meta.connections(), meta.requests().len()), (2, 5));
}

#[tokio::test]
async fn a_cluster_that_does_not_get_ready_in_time() {
    let meta = Fake::start_scripted(|request| refuse(request, &ErrorCode::ServiceNotActive)).await;
    let timeout = std::time::Duration::from_millis(1500);
    let options = ClientOptions { timeout, ..options([&meta]) };
    let error = within(Client::connect(options)).await.err().unwrap();
    assert_eq!((&*error.code(), error.is_retryable()), ("ERR_SERVICE_NOT_ACTIVE", true));
    // Pauses of at least 75, 150, 300 and 600 ms, and one shorter one before the end.
    let queries = meta.requests().len();
    assert!((2..=6).contains(&queries), "{queries} queries");
    assert_eq!(meta.connections(), 1);
    meta.wait_for_ends(1).await;
}

#[tokio::test]
async fn what_is_wrong_in_the_options_is_told_at_once() {
    for listed in [vec![], vec!["127.0.0.1"], vec!["127.0.0.1:34601", "meta:0"]] {
        let never =
            ClientOptions { timeout: std::time::Duration::from_secs(3600), ..ClientOptions::new(listed) };
        let error = within(Client::connect(never)).await.err().unwrap();
        assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
    }
}
