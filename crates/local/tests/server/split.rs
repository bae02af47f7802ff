//! Partition split: what clients see of it, and that nothing gets lost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::{ErrorCode, Gpid, RpcAddress};
use tokio::time::sleep;

use crate::support::{
    Peer, START, TABLE, TestCluster, encoded, header, locate, options, put_request, scan_of_all,
};

/// Waits until all partitions are ready.
async fn ready(meta: &mut Peer, count: i32) -> QueryCfgResponse {
    for _ in 0..2000 {
        let table = locate(meta, TABLE).await;
        assert_eq!(table.partition_count, count);
        if table.partitions.iter().all(|partition| partition.ballot > 0) {
            return table;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("the split does not come to its end");
}

/// A client as simple as can be: asks again where the table is whenever it is refused.
struct Client {
    meta: Peer,
    peers: HashMap<RpcAddress, Peer>,
    table: QueryCfgResponse,
    refusals: usize,
}

impl Client {
    async fn new(meta: std::net::SocketAddr) -> Self {
        let mut meta = Peer::connect(meta).await;
        let table = locate(&mut meta, TABLE).await;
        Self { meta, peers: HashMap::new(), table, refusals: 0 }
    }

    /// Where a hash is: at the parent, as long as the child is not ready.
    fn route(&self, hash: u64) -> (RpcAddress, RequestHeader) {
        let count = self.table.partition_count as u32;
        let mut index = key::partition_index(hash, count);
        if self.table.partitions[index as usize].ballot < 0 {
            index -= count / 2;
        }
        let gpid = Gpid { app_id: self.table.app_id, partition_index: index as i32 };
        let at = self.table.partitions[index as usize].primary;
        (at, RequestHeader { partition_hash: hash, ..header(gpid) })
    }

    async fn call<R: Rpc>(&mut self, hash: u64, request: &R::Request) -> R::Response {
        loop {
            let (at, header) = self.route(hash);
            if let std::collections::hash_map::Entry::Vacant(place) = self.peers.entry(at) {
                place.insert(Peer::connect(at.socket_addr().unwrap().into()).await);
            }
            let reply = self.peers.get_mut(&at).unwrap().call::<R>(&header, request).await;
            match reply.error {
                ErrorCode::Ok => return reply.body::<R>().unwrap().unwrap(),
                ErrorCode::Splitting | ErrorCode::ParentPartitionMisused => {
                    self.refusals += 1;
                    self.table = locate(&mut self.meta, TABLE).await;
                }
                other => panic!("{other}"),
            }
        }
    }

    async fn put(&mut self, key: &Bytes, value: impl Into<Bytes>) {
        let put = put_request(key, value, 0);
        assert_eq!(self.call::<rpc::Put>(key::hash(key).unwrap(), &put).await.error, 0);
    }

    async fn get(&mut self, key: &Bytes) -> Option<Bytes> {
        let found = self.call::<rpc::Get>(key::hash(key).unwrap(), key).await;
        (found.error == 0).then_some(found.value)
    }

    /// All rows, partition by partition; none may be there twice.
    async fn scan(&mut self) -> BTreeMap<Bytes, Bytes> {
        self.table = locate(&mut self.meta, TABLE).await;
        let mut rows = BTreeMap::new();
        for index in 0..self.table.partition_count as u64 {
            let mut batch = self.call::<rpc::GetScanner>(index, &scan_of_all(100)).await;
            loop {
                assert_eq!(batch.error, 0);
                for row in batch.kvs {
                    let twice = rows.insert(row.key.clone(), row.value);
                    assert_eq!(twice, None, "{:?} is there twice", row.key);
                }
                if batch.context_id == -1 {
                    break;
                }
                let next = ScanRequest { context_id: batch.context_id };
                batch = self.call::<rpc::Scan>(index, &next).await;
            }
        }
        rows
    }
}

fn rows(count: usize) -> BTreeMap<Bytes, Bytes> {
    (0..count).map(|n| (encoded(&format!("hash key {n}"), "s"), n.to_string().into())).collect()
}

#[tokio::test]
async fn a_split_as_clients_see_it() {
    let cluster = TestCluster::start(4).await;
    let mut client = Client::new(cluster.cluster.meta_servers()[0]).await;
    let all = rows(200);
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    let mut meta = cluster.meta().await;
    assert_eq!(
        meta.split(TABLE, 8).await,
        StartPartitionSplitResponse { err: ErrorCode::Ok, ..Default::default() }
    );

    // At once: twice the count, children that are nowhere, parents that do as before.
    let split = locate(&mut meta, TABLE).await;
    assert_eq!((split.partition_count, split.partitions.len()), (8, 8));
    assert_eq!(split.partitions[..4], cluster.table.partitions[..]);
    let nowhere =
        |index| PartitionConfiguration { pid: cluster.gpid(index), ballot: -1, ..Default::default() };
    assert_eq!(split.partitions[4..], [4, 5, 6, 7].map(nowhere));
    let info = meta.list(AppStatus::Available).await.remove(0);
    assert_eq!((info.partition_count, info.init_partition_count), (8, 4));
    assert_eq!(info.envs, [("replica.split.validate_partition_hash".into(), "true".into())].into());
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Splitting);
    let busy = meta.split(TABLE, 16).await;
    assert_eq!(busy.err, ErrorCode::Busy);
    assert_eq!(busy.hint_msg, "app(temp) is already executing partition split");

    // Then: children where their parents are, and every row where it belongs.
    let table = ready(&mut meta, 8).await;
    for (parent, child) in table.partitions[..4].iter().zip(&table.partitions[4..]) {
        assert_eq!((child.primary, &child.secondaries), (parent.primary, &parent.secondaries));
        assert_eq!(child.ballot, parent.ballot + 1);
    }
    for (key, value) in &all {
        assert_eq!(client.get(key).await.as_ref(), Some(value));
    }
    assert_eq!(client.scan().await, all);
    assert!(client.refusals > 0, "the client was told to look again");

    // `a` was in partition 0 of 4, and is in 4 of 8.
    let key = encoded("a", "s");
    let hash = key::hash(&key).unwrap();
    let astray = RequestHeader { partition_hash: hash, ..cluster.header(0) };
    let mut peer = cluster.peer(0).await;
    assert_eq!(peer.refusal::<rpc::Get>(&astray, &key).await, ErrorCode::ParentPartitionMisused);
    let put = put_request(&key, "v", 0);
    assert_eq!(peer.refusal::<rpc::Put>(&astray, &put).await, ErrorCode::ParentPartitionMisused);
    assert_eq!(meta.drop_table(TABLE, None).await, ErrorCode::Ok);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn splits_that_are_refused() {
    let cluster = TestCluster::start(4).await;
    let mut meta = cluster.meta().await;
    for count in [0, -8, 4, 6, 16] {
        let answer = meta.split(TABLE, count).await;
        assert_eq!(answer.err, ErrorCode::InvalidParameters);
        assert_eq!(answer.hint_msg, "wrong partition_count, should be 8");
    }
    let answer = meta.split("nope", 8).await;
    assert_eq!((answer.err, answer.hint_msg), (ErrorCode::AppNotExist, "app not existed".into()));
    assert_eq!(meta.create("large", options(1024)).await.err, ErrorCode::Ok);
    assert_eq!(meta.split("large", 2048).await.err, ErrorCode::InvalidParameters);
    assert_eq!(cluster.cluster.split_table("nope").await.unwrap_err().code(), "ERR_APP_NOT_EXIST");
    assert_eq!(cluster.cluster.split_table("large").await.unwrap_err().code(), "ERR_INVALID_ARGUMENT");
    assert_eq!(cluster.cluster.split_table(TABLE).await.unwrap(), 8);
    assert_eq!(cluster.cluster.split_table(TABLE).await.unwrap_err().code(), "ERR_BUSY");
    ready(&mut meta, 8).await;
    cluster.cluster.stop().await.unwrap();
}

/// Writers go on while the table is split twice. Every write that was acknowledged is there
/// afterwards, once, and every increment was counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_under_load() {
    let cluster = TestCluster::start(3).await; // and no power of two
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

/// A scan of a parent goes on over what was there when it began, without what is the child's now.
#[tokio::test]
async fn an_open_scan_passes_over_what_is_the_childs() {
    let cluster = TestCluster::start(1).await;
    let mut client = Client::new(cluster.cluster.meta_servers()[0]).await;
    let all = rows(100);
    for (key, value) in &all {
        client.put(key, value.clone()).await;
    }
    let (mut peer, mut meta, header) = (cluster.peer(0).await, cluster.meta().await, cluster.header(0));
    let first = peer.ask::<rpc::GetScanner>(&header, &scan_of_all(10)).await;
    let everything = GetScannerRequest { validate_partition_hash: Some(false), ..scan_of_all(10) };
    let mut unchecked = peer.ask::<rpc::GetScanner>(&header, &everything).await;
    assert_eq!((first.kvs.len(), unchecked.kvs.len()), (10, 10));
    assert_eq!(meta.split(TABLE, 2).await.err, ErrorCode::Ok);
    ready(&mut meta, 2).await;
    let mut rest = Vec::new();
    let mut context_id = first.context_id;
    while context_id != -1 {
        let batch = peer.ask::<rpc::Scan>(&header, &ScanRequest { context_id }).await;
        assert_eq!(batch.error, 0);
        rest.extend(batch.kvs.into_iter().map(|row| row.key));
        context_id = batch.context_id;
    }
    let expected: Vec<_> =
        all.keys().skip(10).filter(|key| key::hash(key).unwrap().is_multiple_of(2)).cloned().collect();
    assert_eq!(rest, expected);
    // Who does not want that check gets all that was there.
    let mut count = 10;
    while unchecked.context_id != -1 {
        let request = ScanRequest { context_id: unchecked.context_id };
        unchecked = peer.ask::<rpc::Scan>(&header, &request).await;
        count += unchecked.kvs.len();
    }
    assert_eq!(count, 100);
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
    // Stopped at once, then after each further moment: some children are ready, some are not.
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
