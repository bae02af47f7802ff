//! One recorded conversation with a cluster: steps and answers, both as JSON.
//!
//! Bytes are strings in which each character U+0000..U+00FF is one byte.

mod json;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use pegasus_local::Clock;
use pegasus_protocol::frame::{RequestHeader, encode_request};
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;
use serde_json::{Value, json};

use self::json::{Args, Shown, bytes};
use crate::support::{Peer, TestCluster};

pub(crate) struct Conversation {
    cluster: TestCluster,
    peers: HashMap<SocketAddr, Peer>,
    /// The context id in the last answer of a scan.
    context: i64,
    /// The start key of the last get_scanner.
    scan_start: Bytes,
    /// The time that was slept, in seconds, below one second.
    slept: f64,
}

impl Conversation {
    pub(crate) async fn start(partitions: u32) -> Self {
        let cluster = TestCluster::start(partitions).await;
        Self { cluster, peers: HashMap::new(), context: -2, scan_start: Bytes::new(), slept: 0.0 }
    }

    pub(crate) async fn stop(self) {
        self.cluster.cluster.stop().await.unwrap();
    }

    /// Takes one step. Returns the answer, if the request has one.
    pub(crate) async fn step(&mut self, step: &Value) -> Option<Value> {
        let args = Args { value: &step["args"], now: self.cluster.clock.now() };
        let pidx = step["pidx"].as_i64();
        Some(match step["do"].as_str().unwrap() {
            "sleep" => {
                self.sleep(step["args"].as_f64().unwrap());
                return None;
            }
            "get" => self.ask_key::<rpc::Get>(pidx, &args).await,
            "ttl" => self.ask_key::<rpc::Ttl>(pidx, &args).await,
            "remove" => self.ask_key::<rpc::Remove>(pidx, &args).await,
            "put" => {
                let request = args.put();
                self.ask::<rpc::Put>(pidx, key::hash(&request.key).unwrap(), &request).await
            }
            "incr" => {
                let request = args.incr();
                self.ask::<rpc::Incr>(pidx, key::hash(&request.key).unwrap(), &request).await
            }
            "sortkey_count" => {
                let hash_key = bytes(args.value);
                self.ask::<rpc::SortkeyCount>(pidx, key::crc64(&hash_key), &hash_key).await
            }
            "multi_put" => self.ask::<rpc::MultiPut>(pidx, args.hash(), &args.multi_put()).await,
            "multi_remove" => self.ask::<rpc::MultiRemove>(pidx, args.hash(), &args.multi_remove()).await,
            "multi_get" => self.ask::<rpc::MultiGet>(pidx, args.hash(), &args.multi_get()).await,
            "check_and_set" => self.ask::<rpc::CheckAndSet>(pidx, args.hash(), &args.check_and_set()).await,
            "check_and_mutate" => {
                self.ask::<rpc::CheckAndMutate>(pidx, args.hash(), &args.check_and_mutate()).await
            }
            "batch_get" => {
                let request = args.batch_get();
                let hash = request.keys.first().map_or(0, |key| key::crc64(&key.hash_key));
                self.ask::<rpc::BatchGet>(pidx, hash, &request).await
            }
            "get_scanner" => {
                let request = args.get_scanner();
                self.scan_start = request.start_key.clone();
                let answer = self.ask::<rpc::GetScanner>(pidx, 0, &request).await;
                self.remember_context(answer)
            }
            "scan" => {
                let request = ScanRequest { context_id: self.context_of(&args.value["context_id"]) };
                let answer = self.ask::<rpc::Scan>(pidx, 0, &request).await;
                self.remember_context(answer)
            }
            "clear_scanner" => {
                let context = self.context_of(args.value);
                self.send_clear_scanner(pidx, context).await;
                json!({})
            }
            other => panic!("{other} is not known"),
        })
    }

    fn sleep(&mut self, seconds: f64) {
        self.slept += seconds;
        self.cluster.clock.advance(self.slept as u32);
        self.slept = self.slept.fract();
    }

    async fn ask_key<R: Rpc<Request = Bytes>>(&mut self, pidx: Option<i64>, args: &Args<'_>) -> Value
    where
        R::Response: Shown,
    {
        let key = bytes(args.value);
        self.ask::<R>(pidx, key::hash(&key).unwrap(), &key).await
    }

    async fn ask<R: Rpc>(&mut self, pidx: Option<i64>, hash: u64, request: &R::Request) -> Value
    where
        R::Response: Shown,
    {
        let header = self.header(pidx, hash);
        let reply = self.peer(&header).await.call::<R>(&header, request).await;
        match (&reply.error, reply.body::<R>().unwrap()) {
            (ErrorCode::Ok, Some(response)) => response.shown(),
            (ErrorCode::Ok, None) => json!({"rpc_error": "ERR_OK without a body"}),
            (error, _) => json!({"rpc_error": error.name()}),
        }
    }

    async fn send_clear_scanner(&mut self, pidx: Option<i64>, context: i64) {
        let header = self.header(pidx, 0);
        let mut out = BytesMut::new();
        encode_request::<rpc::ClearScanner>(&header, 0, &context, &mut out);
        self.peer(&header).await.send(&out).await;
    }

    /// The header for the partition that a step names; -1 stands for the partition of the scanned
    /// hash key.
    fn header(&self, pidx: Option<i64>, hash: u64) -> RequestHeader {
        let count = self.cluster.table.partition_count as u32;
        let (index, partition_hash) = match pidx {
            None => (key::partition_index(hash, count), hash),
            Some(-1) => {
                let index = key::partition_index(key::hash(&self.scan_start).unwrap(), count);
                (index, u64::from(index))
            }
            Some(index) => (index as u32, index as u64),
        };
        RequestHeader { partition_hash, ..self.cluster.header(index as i32) }
    }

    async fn peer(&mut self, header: &RequestHeader) -> &mut Peer {
        let address = self.cluster.primary(header.gpid.partition_index);
        match self.peers.entry(address) {
            Entry::Occupied(peer) => peer.into_mut(),
            Entry::Vacant(place) => place.insert(Peer::connect(address).await),
        }
    }

    fn context_of(&self, value: &Value) -> i64 {
        if value == "$ctx" { self.context } else { value.as_i64().unwrap() }
    }

    fn remember_context(&mut self, answer: Value) -> Value {
        if let Some(context) = answer["context_id"].as_i64() {
            self.context = context;
        }
        answer
    }
}

/// Whether an answer equals the recorded one. Values that depend on the time may differ: a few
/// seconds of a TTL, a timestamp, a context id.
pub(crate) fn agree(recorded: &Value, answered: &Value) -> bool {
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            recorded.len() == answered.len()
                && recorded.iter().all(|(name, value)| match (name.as_str(), answered.get(name)) {
                    (_, None) => false,
                    ("ttl_seconds", Some(other)) => {
                        value.as_i64().unwrap().abs_diff(other.as_i64().unwrap()) <= 5
                    }
                    ("expire_ts_seconds", Some(other)) => (value == 0) == (other == 0),
                    ("context_id", Some(other)) if value == "open" => other != 0 && other != -1,
                    (_, Some(other)) => agree(value, other),
                })
        }
        (Value::Array(recorded), Value::Array(answered)) => {
            recorded.len() == answered.len() && recorded.iter().zip(answered).all(|(a, b)| agree(a, b))
        }
        (recorded, answered) => recorded == answered,
    }
}

/// The timestamp for a recorded TTL.
fn expire_ts(ttl: i64, now: u32) -> i32 {
    if ttl == 0 { 0 } else { (i64::from(now) + ttl) as i32 }
}
