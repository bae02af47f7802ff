//! Random operations on a table and on a sorted map. The two must agree after each operation.
//!
//! In the data directory, buckets begin at keys of five bytes, so most keys here are in buckets.

use std::cell::Cell;
use std::collections::BTreeMap;

use pegasus_protocol::idl::*;
use pegasus_protocol::status::Status;
use proptest::collection::vec;
use proptest::test_runner::TestRunner;

use super::super::ops::ScanEnd;
use super::steps::{Key, Step, pack, step};
use super::*;

const PARTITIONS: u16 = 2;
const START: u32 = 1000;

type Rows = BTreeMap<Vec<u8>, (u32, Vec<u8>)>;

/// One partition, its model, and the time.
struct Pair<'t> {
    real: PartitionRows<'t>,
    model: Rows,
    now: u32,
    later: Vec<(Box<ScanContext>, Rows)>,
}

impl Pair<'_> {
    fn live(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        live(&self.model, self.now)
    }

    fn expire_ts(&self, ttl: u8) -> u32 {
        if ttl == 0 { 0 } else { self.now + u32::from(ttl) }
    }

    fn live_value(&self, key: &[u8]) -> Option<(u32, Vec<u8>)> {
        self.model.get(key).filter(|(expire_ts, _)| *expire_ts == 0 || *expire_ts > self.now).cloned()
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Put { key, value, ttl } => self.put(key, value, ttl),
            Step::Remove { key } => {
                let key = pack(&key);
                ops::remove(self.real, &key).unwrap();
                self.model.remove(key.as_ref());
            }
            Step::MultiPut { hash_key, rows, ttl } => self.multi_put(hash_key, rows, ttl),
            Step::MultiRemove { hash_key, sort_keys } => {
                for sort_key in &sort_keys {
                    self.model.remove(encoded(hash_key.as_bytes(), sort_key.as_bytes()).as_ref());
                }
                let sort_keys = sort_keys.into_iter().map(Bytes::from).collect();
                let request = MultiRemoveRequest { hash_key: hash_key.into(), sort_keys, max_count: 0 };
                ops::multi_remove(self.real, &request).unwrap();
            }
            Step::Mutate { hash_key, steps } => self.mutate(hash_key, steps),
            Step::Incr { key, increment, ttl } => self.incr(key, increment, ttl),
            Step::Wait { seconds } => self.now += u32::from(seconds),
            Step::Get { key } => {
                let key = pack(&key);
                let found = ops::get(self.real, &key, self.now).unwrap();
                assert_eq!(found.map(|row| (row.expire_ts, row.value.to_vec())), self.live_value(&key));
            }
            Step::MultiGet { hash_key, start, stop, inclusive, reverse } => {
                self.multi_get(hash_key, start, stop, inclusive, reverse);
            }
            Step::Count { hash_key } => {
                let prefix = encoded(hash_key.as_bytes(), b"");
                let expected = self.live().iter().filter(|(key, _)| key.starts_with(&prefix)).count();
                let counted = ops::sortkey_count(self.real, hash_key.as_bytes(), self.now).unwrap();
                assert_eq!(counted, expected as i64);
            }
            Step::Scan { batch_size } => {
                let scan = start_scan(self.real, &full_scan(batch_size.into()));
                assert_eq!(drain(scan, self.now), self.live());
            }
            Step::ScanLater => self.later.push((start_scan(self.real, &full_scan(2)), self.model.clone())),
        }
    }

    fn put(&mut self, key: Key, value: String, ttl: u8) {
        let (key, expire_ts) = (pack(&key), self.expire_ts(ttl));
        self.model.insert(key.to_vec(), (expire_ts, value.clone().into_bytes()));
        let request = UpdateRequest { key, value: value.into(), expire_ts_seconds: expire_ts as i32 };
        ops::put(self.real, &request, self.now).unwrap();
    }

    fn multi_put(&mut self, hash_key: String, rows: Vec<(String, String)>, ttl: u8) {
        let expire_ts = self.expire_ts(ttl);
        for (sort_key, value) in &rows {
            let key = encoded(hash_key.as_bytes(), sort_key.as_bytes());
            self.model.insert(key.to_vec(), (expire_ts, value.clone().into_bytes()));
        }
        let kv = |(key, value): (String, String)| KeyValue {
            key: key.into(),
            value: value.into(),
            expire_ts_seconds: None,
        };
        let kvs = rows.into_iter().map(kv).collect();
        let request = MultiPutRequest { hash_key: hash_key.into(), kvs, expire_ts_seconds: expire_ts as i32 };
        ops::multi_put(self.real, &request, self.now).unwrap();
    }

    fn mutate(&mut self, hash_key: String, steps: Vec<(String, Option<String>)>) {
        let mut mutate_list = Vec::new();
        for (sort_key, value) in steps {
            let key = encoded(hash_key.as_bytes(), sort_key.as_bytes()).to_vec();
            match &value {
                Some(value) => drop(self.model.insert(key, (0, value.clone().into_bytes()))),
                None => drop(self.model.remove(&key)),
            }
            let operation = if value.is_some() { MutateOperation::Put } else { MutateOperation::Delete };
            mutate_list.push(Mutate {
                operation: operation.into(),
                sort_key: sort_key.into(),
                value: value.unwrap_or_default().into(),
                set_expire_ts_seconds: 0,
            });
        }
        let request = CheckAndMutateRequest {
            hash_key: hash_key.into(),
            mutate_list,
            ..CheckAndMutateRequest::default()
        };
        let checked = ops::check_and_mutate(self.real, &request, self.now).unwrap();
        assert_eq!(checked.written.status, Status::Ok);
    }

    fn incr(&mut self, key: Key, increment: i8, ttl: i8) {
        let key = pack(&key);
        let asked = if ttl <= 0 { i32::from(ttl) } else { self.expire_ts(ttl as u8) as i32 };
        let request = IncrRequest { key: key.clone(), increment: increment.into(), expire_ts_seconds: asked };
        let done = ops::incr(self.real, &request, self.now).unwrap();
        let (old_expire_ts, old) = self.live_value(&key).unwrap_or_default();
        let old = String::from_utf8(old).unwrap();
        let base = if old.is_empty() { Some(0) } else { old.parse::<i64>().ok() };
        match base {
            Some(base) => {
                let sum = base + i64::from(increment);
                let expire_ts = if asked == 0 { old_expire_ts } else { asked.max(0) as u32 };
                assert_eq!((done.written.status, done.new_value), (Status::Ok, sum));
                self.model.insert(key.to_vec(), (expire_ts, sum.to_string().into_bytes()));
            }
            None => assert_eq!(done.written.status, Status::InvalidArgument),
        }
    }

    fn multi_get(
        &self,
        hash_key: String,
        start: String,
        stop: String,
        inclusive: (bool, bool),
        reverse: bool,
    ) {
        let request = MultiGetRequest {
            hash_key: hash_key.clone().into(),
            start_sortkey: start.clone().into(),
            stop_sortkey: stop.clone().into(),
            start_inclusive: inclusive.0,
            stop_inclusive: inclusive.1,
            reverse,
            ..MultiGetRequest::default()
        };
        let (status, kvs) = ops::multi_get(self.real, &request, self.now).unwrap();
        let prefix = encoded(hash_key.as_bytes(), b"");
        let (start, stop) = (start.into_bytes(), stop.into_bytes());
        let mut expected = self.live();
        expected.retain(|(key, _)| key.starts_with(&prefix));
        expected.iter_mut().for_each(|(key, _)| *key = key.split_off(prefix.len()));
        expected.retain(|(key, _)| *key > start || (*key == start && inclusive.0));
        expected.retain(|(key, _)| stop.is_empty() || *key < stop || (*key == stop && inclusive.1));
        let found: Vec<_> = kvs.iter().map(|kv| (kv.key.to_vec(), kv.value.to_vec())).collect();
        assert_eq!((status, found), (Status::Ok, expected));
    }
}

fn live(rows: &Rows, now: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
    let live = rows.iter().filter(|(_, (expire_ts, _))| *expire_ts == 0 || *expire_ts > now);
    live.map(|(key, (_, value))| (key.clone(), value.clone())).collect()
}

/// All rows of a scan, batch by batch.
fn drain(mut scan: Box<ScanContext>, now: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    let mut batch = scan.first_batch(now).unwrap();
    loop {
        rows.extend(batch.kvs.iter().map(|kv| (kv.key.to_vec(), kv.value.to_vec())));
        if batch.end == ScanEnd::Complete {
            return rows;
        }
        batch = scan.next_batch(now).unwrap();
    }
}

#[test]
fn a_table_in_memory_is_a_sorted_map() {
    check_store(&Store::open(None).unwrap(), |_| {});
}

#[test]
fn a_table_in_a_data_directory_is_a_sorted_map() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(Some(directory.path())).unwrap();
    check_store(&store, |table| engine(table).with_longest_row_key(5));
}

/// One store serves all cases, each with a table of its own: opening stores would take most of the
/// time.
fn check_store(store: &Store, prepare: impl Fn(&mut TableRows)) {
    let app_id = Cell::new(0);
    let case = |steps| {
        app_id.set(app_id.get() + 1);
        let mut table = store.table_rows(app_id.get(), PARTITIONS).unwrap();
        prepare(&mut table);
        check(&table, steps);
        Ok(())
    };
    TestRunner::default().run(&vec((0..PARTITIONS, step()), 1..60), case).unwrap();
}

fn check(table: &TableRows, steps: Vec<(u16, Step)>) {
    let pair = |index: u16| Pair {
        real: table.partition(index.into()).unwrap(),
        model: Rows::new(),
        now: START,
        later: Vec::new(),
    };
    let mut pairs: Vec<_> = (0..PARTITIONS).map(pair).collect();
    for (index, step) in steps {
        pairs[usize::from(index)].take(step);
    }
    for pair in pairs {
        assert_eq!(drain(start_scan(pair.real, &full_scan(1000)), pair.now), pair.live());
        for (scan, rows) in pair.later {
            assert_eq!(drain(scan, pair.now), live(&rows, pair.now));
        }
    }
}
