//! A simple client that keeps working during a split.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::{ErrorCode, Gpid, RpcAddress};
use tokio::time::sleep;

use crate::support::{Peer, TABLE, encoded, header, locate, put_request, scan_of_all};

/// Waits until all partitions are ready.
pub(super) async fn ready(meta: &mut Peer, count: i32) -> QueryCfgResponse {
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

/// A simple client. Whenever it is refused, it asks for the placement of the table again.
pub(super) struct Client {
    pub(super) meta: Peer,
    peers: HashMap<RpcAddress, Peer>,
    pub(super) table: QueryCfgResponse,
    pub(super) refusals: usize,
}

impl Client {
    pub(super) async fn new(meta: std::net::SocketAddr) -> Self {
        let mut meta = Peer::connect(meta).await;
        let table = locate(&mut meta, TABLE).await;
        Self { meta, peers: HashMap::new(), table, refusals: 0 }
    }

    /// The server and the header for a hash. While a child is not ready, its parent serves its
    /// keys.
    pub(super) fn route(&self, hash: u64) -> (RpcAddress, RequestHeader) {
        let count = self.table.partition_count as u32;
        let mut index = key::partition_index(hash, count);
        if self.table.partitions[index as usize].ballot < 0 {
            index -= count / 2;
        }
        let gpid = Gpid { app_id: self.table.app_id, partition_index: index as i32 };
        let at = self.table.partitions[index as usize].primary;
        (at, RequestHeader { partition_hash: hash, ..header(gpid) })
    }

    pub(super) async fn call<R: Rpc>(&mut self, hash: u64, request: &R::Request) -> R::Response {
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

    pub(super) async fn put(&mut self, key: &Bytes, value: impl Into<Bytes>) {
        let put = put_request(key, value, 0);
        assert_eq!(self.call::<rpc::Put>(key::hash(key).unwrap(), &put).await.error, 0);
    }

    pub(super) async fn get(&mut self, key: &Bytes) -> Option<Bytes> {
        let found = self.call::<rpc::Get>(key::hash(key).unwrap(), key).await;
        (found.error == 0).then_some(found.value)
    }

    /// All rows, partition by partition. No row may appear twice.
    pub(super) async fn scan(&mut self) -> BTreeMap<Bytes, Bytes> {
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

pub(super) fn rows(count: usize) -> BTreeMap<Bytes, Bytes> {
    (0..count).map(|n| (encoded(&format!("hash key {n}"), "s"), n.to_string().into())).collect()
}
