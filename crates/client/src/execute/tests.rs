//! Operations that are dropped after any number of polls leave nothing behind: no waiter, no permit.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use pegasus_local::{Cluster, ClusterOptions};
use tokio::time::timeout;

use crate::options::{BackupDelay, BackupRequestOptions, TableOptions};
use crate::routing::Target;
use crate::scan::ScanOptions;
use crate::{CallOptions, Client, ClientOptions, MultiGetLimits, SortKeyRange, Table, WriteOptions};

/// More polls than any operation here needs.
const POLLS: usize = 14;

/// Polls the future at most this often, then drops it.
async fn poll_times<F: Future>(times: usize, future: F) {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == times {
            return Poll::Ready(());
        }
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Pending if polled < times => Poll::Pending,
            Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
        }
    })
    .await;
}

/// Drops each operation after this many polls, while others run and the limiter is full.
async fn give_up_each(table: &Table, polls: usize) {
    let (call, write, limits) = (CallOptions::default(), WriteOptions::default(), MultiGetLimits::default());
    tokio::join!(
        poll_times(polls, table.get(b"h", b"s", call)),
        poll_times(polls, table.set(b"h", b"s", b"v", write)),
        poll_times(polls, table.multi_get_range(b"h", SortKeyRange::default(), &limits, call)),
        poll_times(polls, table.batch_get(vec![("a".into(), "b".into()), ("c".into(), "d".into())], call)),
        poll_times(polls, table.remove(b"h", b"t", write_as_call(write))),
    );
}

/// Drops scans after this many polls, in their first and in their second batch, and a count.
async fn give_up_scans(table: &Table, polls: usize) {
    let options = ScanOptions { batch_size: 1, ..ScanOptions::default() };
    let mut first = table.scanner(b"many", b"", b"", options.clone()).unwrap();
    let mut second = table.scanner(b"many", b"", b"", options.clone()).unwrap();
    second.next_page().await.unwrap();
    tokio::join!(
        poll_times(polls, first.next_page()),
        poll_times(polls, second.next_page()),
        poll_times(polls, table.count(options, |_| {})),
    );
}

/// Waits until the condition holds.
async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), waiting).await.unwrap();
}

fn write_as_call(write: WriteOptions) -> CallOptions {
    CallOptions { timeout: write.timeout }
}

/// Whether no call waits on the connections to any replica server.
fn has_no_waiters(table: &Table) -> bool {
    let snapshot = table.context().router().snapshot();
    (0..snapshot.partition_count()).all(|index| {
        let route = snapshot.route(Target::Slice { index, modulus: snapshot.partition_count() }).unwrap();
        let nodes = route.primary.into_iter().chain(route.secondaries);
        nodes.filter_map(|node| node.connection()).all(|connection| connection.waiters() == 0)
    })
}

async fn cluster() -> Arc<Cluster> {
    let options = ClusterOptions { tables: vec![("temp".to_owned(), 4)], ..ClusterOptions::default() };
    let cluster = Cluster::start(options).await.unwrap();
    Arc::new(cluster)
}

async fn connect(cluster: &Cluster) -> Client {
    let meta_servers = cluster.meta_servers().into_iter().map(|address| address.to_string());
    // So few that most operations queue first.
    let options = ClientOptions { max_in_flight: 2, ..ClientOptions::new(meta_servers) };
    Client::connect(options).await.unwrap()
}

async fn leaves_nothing_behind(backup_request: BackupRequestOptions, connects_first: bool) {
    let cluster = cluster().await;
    for polls in 0..POLLS {
        let client = connect(&cluster).await;
        let options = TableOptions { backup_request: backup_request.clone(), ..TableOptions::default() };
        let table = client.open_table("temp", options).await.unwrap();
        if connects_first {
            table.set(b"h", b"s", b"v", WriteOptions::default()).await.unwrap();
        }
        give_up_each(&table, polls).await;
        assert!(table.context().limiter().is_empty(), "after {polls} polls");
        // The primary's call of a read that a secondary answered is watched until its own answer comes.
        let is_hedged = backup_request.delay.is_some();
        assert!(is_hedged || has_no_waiters(&table), "after {polls} polls");
        until(|| has_no_waiters(&table)).await;
        // Late replies are dropped, and the client still works.
        table.get(b"h", b"s", CallOptions::default()).await.unwrap();
        timeout(Duration::from_secs(10), client.close()).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_given_up_after_any_number_of_polls_leaves_nothing_behind() {
    leaves_nothing_behind(BackupRequestOptions::default(), true).await;
}

#[tokio::test]
async fn what_is_given_up_while_it_connects_leaves_nothing_behind() {
    leaves_nothing_behind(BackupRequestOptions::default(), false).await;
}

/// No reply comes within the delay, so a secondary is asked too.
#[tokio::test]
async fn a_backed_read_that_is_given_up_leaves_nothing_behind() {
    let delay = Some(BackupDelay::After(Duration::from_nanos(1)));
    let backup_request = BackupRequestOptions { delay, max_share: 1.0, on_unreachable: true };
    leaves_nothing_behind(backup_request, true).await;
}

/// Only the reply tells a scan's context. It is awaited in the background, and then the context is freed.
#[tokio::test]
async fn scans_that_are_given_up_leave_nothing_at_their_servers() {
    let cluster = cluster().await;
    let client = connect(&cluster).await;
    let table = client.open_table("temp", TableOptions::default()).await.unwrap();
    for row in 0..50u32 {
        table.set(b"many", &row.to_be_bytes(), b"v", WriteOptions::default()).await.unwrap();
    }
    for polls in 0..POLLS {
        give_up_scans(&table, polls).await;
        until(|| cluster.open_scans() == 0 && table.context().limiter().is_empty() && has_no_waiters(&table))
            .await;
    }
}
