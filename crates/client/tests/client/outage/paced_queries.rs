//! An outage lasts: how often a client asks the meta servers for routes that do not change.

use std::time::Duration;

use futures_util::future::join_all;
use pegasus_client::{CallOptions, Client, TableOptions};
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Action, CALL, Fake, FakeMeta, Request, Scene, no_table, options, refuse, reply, table, value,
    with_ballot, within,
};

const OUTAGE: CallOptions = CallOptions { timeout: Some(Duration::from_millis(2200)) };

#[tokio::test]
async fn tables_of_one_name_share_five_queries_in_the_first_second_and_then_less_than_two() {
    let replica = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let scene = Scene::open([table([replica.address()])]).await;
    let name = || scene.client.open_table("temp", TableOptions::default());
    let opened = join_all((0..100).map(|_| name())).await;
    let before = scene.meta.queries();
    let calls = opened.iter().map(|table| table.as_ref().unwrap().get(b"h", b"s", OUTAGE));
    for outcome in join_all(calls).await {
        assert_eq!(outcome.unwrap_err().code(), "ERR_TIMEOUT");
    }
    let asked = scene.meta.queries() - before;
    assert!((5..=7).contains(&asked), "{asked} queries in 2.2 s");
}

/// Reads for 2.2 s from servers that refuse, while the meta server answers like this after the opening. Returns
/// how many queries that cost, and how many requests.
async fn outage(later: impl Fn(&Request) -> Action + Send + Sync + 'static) -> (usize, usize) {
    let replica = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let address = replica.address();
    let meta = Fake::start(move |request| match request.nth {
        0 => reply::<QueryCfg>(request, &table([address])),
        _ => later(request),
    })
    .await;
    let client = Client::connect(options([&meta])).await.unwrap();
    let table = client.open_table("temp", TableOptions::default()).await.unwrap();
    let outcomes = join_all((0..8).map(|_| table.get(b"h", b"s", OUTAGE))).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.is_err()));
    (meta.requests().len() - 1, replica.requests().len())
}

#[tokio::test]
async fn a_configuration_that_changes_with_each_answer_is_not_asked_for_more_often() {
    let one = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let other = Fake::start(|request| refuse(request, &ErrorCode::InvalidState)).await;
    let addresses = [one.address(), other.address()];
    let (asked, _) = outage(move |request| {
        let nth = request.nth;
        reply::<QueryCfg>(request, &with_ballot(nth as i64 + 1, table([addresses[nth % 2]])))
    })
    .await;
    assert!((5..=8).contains(&asked), "{asked} queries in 2.2 s");
}

#[tokio::test]
async fn meta_servers_that_hang_up_are_asked_no_more_often() {
    let (asked, sent) = outage(|_| Action::Close).await;
    assert!((2..=7).contains(&asked), "{asked} queries in 2.2 s");
    assert!(sent <= 8 * 40, "{sent} requests of 8 calls in 2.2 s");
}

#[tokio::test]
async fn tables_that_are_opened_together_share_one_query() {
    let replica = Fake::start(|request| value(request, "v")).await;
    let meta = FakeMeta::start([table([replica.address()])]).await;
    let client = Client::connect(options([meta.fake()])).await.unwrap();
    let before = meta.queries();
    let open = || client.open_table("temp", TableOptions::default());
    let opened = join_all((0..1000).map(|_| open())).await;
    assert!(opened.iter().all(Result::is_ok));
    assert_eq!(meta.queries() - before, 1);
}

#[tokio::test]
async fn a_table_that_is_opened_again_is_asked_for_again() {
    let replica = Fake::start(|request| value(request, "v")).await;
    let scene = Scene::open([table([replica.address()]), no_table(ErrorCode::ObjectNotFound)]).await;
    let again = scene.client.open_table("temp", TableOptions::default()).await;
    assert_eq!(again.err().unwrap().code(), "ERR_OBJECT_NOT_FOUND");
    // The table that was opened before goes on until a server refuses.
    assert_eq!(scene.get().await.unwrap(), "v");
}

#[tokio::test]
async fn one_caller_that_gives_up_early_does_not_fail_the_others() {
    let replica = Fake::start(|request| value(request, "v")).await;
    let configuration = table([replica.address()]);
    let meta = Fake::start(move |request| {
        let answer = reply::<QueryCfg>(request, &configuration);
        Action::After(Duration::from_millis(300), Box::new(answer))
    })
    .await;
    let client = Client::connect(options([&meta])).await.unwrap();
    let open = |timeout: u64| {
        let timeout = Some(Duration::from_millis(timeout));
        let client = client.clone();
        async move { client.open_table("temp", TableOptions { timeout, ..TableOptions::default() }).await }
    };
    let (hasty, patient) = within(async { tokio::join!(open(50), open(5000)) }).await;
    assert_eq!(hasty.err().unwrap().code(), "ERR_TIMEOUT");
    assert_eq!(patient.unwrap().get(b"h", b"s", CALL).await.unwrap().unwrap(), "v");
}
