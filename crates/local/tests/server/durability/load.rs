//! Writes with known acknowledgements, and the data that may exist after the death of the server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::{ReplyFrame, RequestHeader, encode_request};
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::ErrorCode;

use crate::support::{Peer, encoded, header, put_request};

/// How many requests are in flight at once.
const IN_FLIGHT: u64 = 64;

/// How many hash keys are overwritten repeatedly, and how many rows each has.
const SETS: u64 = 16;
const SET_ROWS: usize = 8;

/// The placement of the table, for finding the partition of a row.
pub(super) struct TableRoute(pub(super) QueryCfgResponse);

impl TableRoute {
    fn header(&self, hash: u64) -> RequestHeader {
        let index = key::partition_index(hash, self.0.partition_count as u32);
        // A child that is not ready has no placement: its parent serves its keys.
        let ready = self.0.partitions.get(index as usize).is_some_and(|partition| partition.ballot > 0);
        let index = if ready { index } else { index - self.0.partition_count as u32 / 2 };
        RequestHeader { partition_hash: hash, ..header(self.0.partitions[index as usize].pid) }
    }

    fn header_of(&self, key: &[u8]) -> RequestHeader {
        self.header(key::hash(key).unwrap())
    }
}

/// One writer: the steps that it has sent, and which of them were acknowledged. Steps are numbered
/// from 1, over all rounds.
#[derive(Clone)]
pub(super) struct Writer {
    name: String,
    /// The last step that was sent.
    sent: u64,
    acknowledged: Vec<u64>,
}

/// What a step does. Its number `n` counts only the steps of its kind.
enum Step {
    Put(u64),
    /// Writes this version to all rows of a hash key.
    Set(u64),
    Count,
    Row(u64),
    Remove(u64),
}

fn step(step: u64) -> Step {
    let n = step / 5;
    match step % 5 {
        0 => Step::Put(n),
        1 => Step::Set(n),
        2 => Step::Count,
        3 => Step::Row(n),
        _ => Step::Remove(n),
    }
}

impl Writer {
    pub(super) fn new(name: usize) -> Self {
        Self { name: format!("writer {name}"), sent: 0, acknowledged: Vec::new() }
    }

    /// How many writes were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// Writes until the connection ends. `acknowledged` counts the acknowledged writes of all
    /// writers.
    pub(super) async fn write(&mut self, mut peer: Peer, route: &TableRoute, acknowledged: &Arc<AtomicU64>) {
        let mut under_way = 0;
        loop {
            let mut out = BytesMut::new();
            while under_way < IN_FLIGHT {
                self.sent += 1;
                self.encode(self.sent, route, &mut out);
                under_way += 1;
            }
            peer.send_or_end(&out).await;
            let Some(answer) = peer.answer_or_end().await else {
                return;
            };
            under_way -= 1;
            if is_done(&answer) {
                self.acknowledged.push(answer.head.sequence_id as u64);
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn encode(&self, number: u64, route: &TableRoute, out: &mut BytesMut) {
        let id = number as i32;
        match step(number) {
            Step::Put(n) => put(route, id, &self.put_key(n), &value(n), out),
            Step::Row(n) => put(route, id, &self.row_key(n), &value(n), out),
            Step::Remove(n) => {
                let key = self.row_key(n);
                encode_request::<rpc::Remove>(&route.header_of(&key), id, &key, out);
            }
            Step::Count => {
                let key = self.count_key();
                let request = IncrRequest { key: key.clone(), increment: 1, ..IncrRequest::default() };
                encode_request::<rpc::Incr>(&route.header_of(&key), id, &request, out);
            }
            Step::Set(n) => {
                let hash_key = self.set_key(n);
                let row = |row: usize| KeyValue {
                    key: row.to_string().into(),
                    value: value(n),
                    ..KeyValue::default()
                };
                let kvs = (0..SET_ROWS).map(row).collect();
                let request =
                    MultiPutRequest { hash_key: hash_key.clone(), kvs, ..MultiPutRequest::default() };
                encode_request::<rpc::MultiPut>(&route.header(key::crc64(&hash_key)), id, &request, out);
            }
        }
    }

    /// Asserts that all acknowledged writes are there, and no writes that were not sent.
    pub(super) async fn check(&self, peer: &mut Peer, route: &TableRoute, context: &str) {
        let acknowledged: std::collections::HashSet<_> = self.acknowledged.iter().copied().collect();
        let is_acknowledged = |number: u64| acknowledged.contains(&number);
        let rows: Vec<_> = (1..=self.sent).filter_map(|number| Some((number, self.row(number)?))).collect();
        let found = get_all(peer, route, rows.iter().map(|(_, key)| key.clone()).collect()).await;
        for ((number, _), found) in rows.into_iter().zip(found) {
            let context = format!("{context}, {}, step {number}", self.name);
            match step(number) {
                Step::Put(n) => match found {
                    Some(found) => assert_eq!(found, value(n), "{context}"),
                    None => assert!(!is_acknowledged(number), "{context}: lost"),
                },
                Step::Row(n) => {
                    let removal = number + 1;
                    if is_acknowledged(removal) {
                        assert_eq!(found, None, "{context}: back after its removal");
                    } else if is_acknowledged(number) && removal > self.sent {
                        assert_eq!(found, Some(value(n)), "{context}: lost");
                    }
                }
                Step::Set(_) | Step::Count | Step::Remove(_) => {} // checked below, for all steps together
            }
        }
        self.check_sets(peer, route, context).await;
        let steps = |steps: &mut dyn Iterator<Item = u64>| {
            steps.filter(|number| matches!(step(*number), Step::Count)).count() as u64
        };
        let (at_least, at_most) =
            (steps(&mut self.acknowledged.iter().copied()), steps(&mut (1..=self.sent)));
        let count = get_all(peer, route, vec![self.count_key()]).await.remove(0);
        let count = count.map_or(0, |text| std::str::from_utf8(&text).unwrap().parse().unwrap());
        assert!((at_least..=at_most).contains(&count), "{context}: {count} of {at_least} to {at_most}");
    }

    /// Each set of rows must be complete: all rows have the same version, which is the last
    /// acknowledged one or a later one.
    async fn check_sets(&self, peer: &mut Peer, route: &TableRoute, context: &str) {
        let mut last: HashMap<Bytes, u64> = HashMap::new();
        for number in &self.acknowledged {
            if let Step::Set(n) = step(*number) {
                let version = last.entry(self.set_key(n)).or_default();
                *version = n.max(*version);
            }
        }
        for set in 0..SETS.min(self.sent / 5 + 1) {
            let hash_key = self.set_key(set);
            let request = MultiGetRequest { hash_key: hash_key.clone(), ..MultiGetRequest::default() };
            let found = peer.ask::<rpc::MultiGet>(&route.header(key::crc64(&hash_key)), &request).await;
            assert_eq!(found.error, 0, "{context}");
            let mut versions: Vec<_> = found.kvs.iter().map(|row| number_in(&row.value)).collect();
            let rows = versions.len();
            assert!(rows == 0 || rows == SET_ROWS, "{context}: {rows} rows of {hash_key:?}");
            versions.dedup();
            assert!(versions.len() <= 1, "{context}: {hash_key:?} is torn: {versions:?}");
            match (versions.first(), last.get(&hash_key)) {
                (None, Some(acknowledged)) => panic!("{context}: {hash_key:?} lost version {acknowledged}"),
                (Some(found), Some(acknowledged)) => {
                    assert!(found >= acknowledged, "{context}: {hash_key:?} is back at {found}");
                }
                (_, None) => {}
            }
        }
    }

    /// The row that only this step writes.
    fn row(&self, number: u64) -> Option<Bytes> {
        match step(number) {
            Step::Put(n) => Some(self.put_key(n)),
            Step::Row(n) => Some(self.row_key(n)),
            Step::Set(_) | Step::Count | Step::Remove(_) => None,
        }
    }

    fn put_key(&self, n: u64) -> Bytes {
        encoded(&format!("{} put {n}", self.name), "s")
    }

    fn row_key(&self, n: u64) -> Bytes {
        encoded(&format!("{} row {n}", self.name), "s")
    }

    fn count_key(&self) -> Bytes {
        encoded(&format!("{} count", self.name), "s")
    }

    fn set_key(&self, n: u64) -> Bytes {
        format!("{} set {}", self.name, n % SETS).into()
    }
}

fn put(route: &TableRoute, id: i32, key: &Bytes, value: &Bytes, out: &mut BytesMut) {
    encode_request::<rpc::Put>(&route.header_of(key), id, &put_request(key, value.clone(), 0), out);
}

/// Reads rows, with many requests in flight.
async fn get_all(peer: &mut Peer, route: &TableRoute, keys: Vec<Bytes>) -> Vec<Option<Bytes>> {
    let mut found = Vec::new();
    for keys in keys.chunks(500) {
        let mut out = BytesMut::new();
        for key in keys {
            encode_request::<rpc::Get>(&route.header_of(key), 0, key, &mut out);
        }
        peer.send(&out).await;
        for _ in keys {
            let row = peer.answer().await.body::<rpc::Get>().unwrap().expect("a body");
            assert!(row.error == 0 || row.error == 1, "{row:?}");
            found.push((row.error == 0).then_some(row.value));
        }
    }
    found
}

/// Whether a write was acknowledged. The error is the first field of every answer to a write.
fn is_done(answer: &ReplyFrame) -> bool {
    fn error<R: Rpc>(answer: &ReplyFrame, error: impl Fn(&R::Response) -> i32) -> Option<i32> {
        answer.body::<R>().ok()?.as_ref().map(error)
    }
    let answers = [
        error::<rpc::Put>(answer, |response| response.error),
        error::<rpc::Remove>(answer, |response| response.error),
        error::<rpc::MultiPut>(answer, |response| response.error),
        error::<rpc::Incr>(answer, |response| response.error),
    ];
    answer.error == ErrorCode::Ok && answers.contains(&Some(0))
}

fn value(n: u64) -> Bytes {
    format!("{n:0>100}").into()
}

fn number_in(value: &[u8]) -> u64 {
    std::str::from_utf8(value).unwrap().parse().unwrap()
}
