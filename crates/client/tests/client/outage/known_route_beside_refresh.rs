//! A connection is cut while no meta server answers: the primary is up, and the call must reach it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pegasus_client::{Client, Table, TableOptions};
use pegasus_protocol::rpc::{QueryCfg, RpcCode};

use crate::support::{Action, CALL, Fake, WRITE, options, reply, table, value, within, written};

/// A meta server that answers the questions of the opening, and then acts like this.
async fn meta_then(replica: &Fake, later: fn() -> Action) -> (Fake, Client, Table) {
    let configuration = table([replica.address()]);
    let opened = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&opened);
    let meta = Fake::start(move |request| {
        if is_open.load(Ordering::SeqCst) {
            return later();
        }
        reply::<QueryCfg>(request, &configuration)
    })
    .await;
    let client = Client::connect(options([&meta])).await.unwrap();
    let table = client.open_table("temp", TableOptions::default()).await.unwrap();
    opened.store(true, Ordering::SeqCst);
    (meta, client, table)
}

/// A replica server that cuts the first connection when a request comes.
async fn cut_once() -> Fake {
    Fake::start(|request| match (request.nth, request.code()) {
        (0, _) => Action::Close,
        (_, RpcCode::Put) => written(request),
        _ => value(request, "v"),
    })
    .await
}

#[tokio::test]
async fn a_read_reaches_its_primary_while_the_meta_server_hangs_or_hangs_up() {
    for later in [|| Action::Silence, || Action::Close] {
        let replica = cut_once().await;
        let (_meta, _client, table) = meta_then(&replica, later).await;
        assert_eq!(within(table.get(b"h", b"s", CALL)).await.unwrap().unwrap(), "v");
        assert_eq!(replica.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_write_that_may_be_repeated_does_too() {
    let replica = cut_once().await;
    let (_meta, _client, table) = meta_then(&replica, || Action::Silence).await;
    within(table.set(b"h", b"s", b"v", WRITE)).await.unwrap();
    assert_eq!(replica.requests().len(), 2);
}
