//! Nothing is lost in a split, whatever happens meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self};
use tokio::time::sleep;

use super::client::{Client, ready, rows};
use crate::support::{Peer, START, TABLE, TestCluster, encoded};

/// The table is split twice while writers go on. Afterwards every acknowledged write is there once,
/// and every increment was counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_under_load() {
    let cluster = TestCluster::start(3).await; // not a power of two
    let meta = cluster.cluster.meta_servers()[0];
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let done = done.clone();
        writers.spawn(async move {
            let mut client = Client::new(meta).await;
            let (mut written, mut increments) = (BTreeMap::new(), 0);
            let counter = encoded(&format!("counter {writer}"), "n");
            while !done.load(Ordering::Relaxed) {
                let n = written.len();
                let key = encoded(&format!("writer {writer} row {n}"), &"s".repeat(n % 50));
                client.put(&key, n.to_string()).await;
                assert_eq!(client.get(&key).await.unwrap(), n.to_string());
                written.insert(key, Bytes::from(n.to_string()));
                let incr = IncrRequest { key: counter.clone(), increment: 1, expire_ts_seconds: 0 };
                let counted = client.call::<rpc::Incr>(key::hash(&counter).unwrap(), &incr).await;
                increments += 1;
                assert_eq!(counted.new_value, increments);
            }
            written.insert(counter, increments.to_string().into());
            (written, client.refusals)
        });
    }
    let mut peer = Peer::connect(meta).await;
    for count in [6, 12] {
        sleep(Duration::from_millis(100)).await;
        assert_eq!(cluster.cluster.split_table(TABLE).await.unwrap(), count);
        ready(&mut peer, count as i32).await;
    }
    sleep(Duration::from_millis(100)).await;
    done.store(true, Ordering::Relaxed);
    let (mut all, mut refusals) = (BTreeMap::new(), 0);
    while let Some(writer) = writers.join_next().await {
        let (written, refused) = writer.unwrap();
        all.extend(written);
        refusals += refused;
    }
    assert!(all.len() > 100 && refusals > 0, "{} rows, {refusals} refusals", all.len());
    let mut client = Client::new(meta).await;
    assert_eq!(client.scan().await, all);
    for (key, value) in &all {
        assert_eq!(client.get(key).await.as_ref(), Some(value));
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_split_is_finished_by_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let all = rows(300);
    let start = async |tables: &[(&str, u32)]| {
        let options = ClusterOptions {
            tables: tables.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            data_dir: Some(directory.path().join("data")),
            ..ClusterOptions::default()
        };
        Cluster::start_with_clock(options, Arc::new(ManualClock::new(START))).await.unwrap()
    };
    let cluster = start(&[(TABLE, 8)]).await;
    let mut client = Client::new(cluster.meta_servers()[0]).await;
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    cluster.split_table(TABLE).await.unwrap();
    // Stop at once, then after longer and longer times: some children are ready, some are not.
    cluster.stop().await.unwrap();
    for pause in [0, 100, 115] {
        let cluster = start(&[]).await;
        let mut client = Client::new(cluster.meta_servers()[0]).await;
        assert_eq!(client.table.partition_count, 16);
        let (key, value) = all.first_key_value().unwrap();
        assert_eq!(client.get(key).await.as_ref(), Some(value));
        sleep(Duration::from_millis(pause)).await;
        cluster.stop().await.unwrap();
    }
    let cluster = start(&[]).await;
    ready(&mut Peer::connect(cluster.meta_servers()[0]).await, 16).await;
    let mut client = Client::new(cluster.meta_servers()[0]).await;
    assert_eq!(client.scan().await, all);
    for (key, value) in &all {
        assert_eq!(client.get(key).await.as_ref(), Some(value));
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_split_table_comes_back_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let options = |count| ClusterOptions {
        tables: vec![(TABLE.to_owned(), count)],
        data_dir: Some(directory.path().join("data")),
        ..ClusterOptions::default()
    };
    let cluster = Cluster::start(options(2)).await.unwrap();
    let mut client = Client::new(cluster.meta_servers()[0]).await;
    let all = rows(50);
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    cluster.split_table(TABLE).await.unwrap();
    ready(&mut client.meta, 4).await;
    cluster.stop().await.unwrap();
    assert_eq!(Cluster::start(options(2)).await.unwrap_err().code(), "ERR_INVALID_ARGUMENT");
    let cluster = Cluster::start(options(4)).await.unwrap();
    let mut client = Client::new(cluster.meta_servers()[0]).await;
    assert_eq!(client.scan().await, all);
    cluster.stop().await.unwrap();
}
