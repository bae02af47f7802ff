//! A table of many partitions, with a server of its own for each partition.

use std::net::SocketAddrV4;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pegasus_client::{Client, ClientOptions, TableOptions};

use crate::support::{FakeMeta, PATIENCE, options, table, within};

fn server(index: u32) -> SocketAddrV4 {
    let [_, a, b, c] = index.to_be_bytes();
    SocketAddrV4::new([10, a, b, c].into(), 34801)
}

/// Reading the configuration gives others 15 turns, taking it over 31; the arrival of its bytes gives some more.
#[tokio::test]
async fn while_it_is_opened_other_tasks_have_their_turns() {
    let meta = FakeMeta::start([table((0..16_384).map(server))]).await;
    let options = ClientOptions { meta_timeout: PATIENCE, ..options([meta.fake()]) };
    let client = Client::connect(options).await.unwrap();
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    let others = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let options = TableOptions { timeout: Some(PATIENCE), ..TableOptions::default() };
    let opened = within(client.open_table("temp", options)).await.unwrap();
    others.abort();
    assert_eq!((opened.partition_count(), meta.queries()), (16_384, 1));
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns >= 15 + 31, "{turns} turns");
}
