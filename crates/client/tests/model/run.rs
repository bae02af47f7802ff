//! One run: a cluster, a client, the model, and steps until they differ or all steps are done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::{Debug, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use pegasus_client::{
    CallOptions, Check, CheckType, CheckedSet, Client, ClientOptions, CountProgress, DelRangeOptions, Error,
    IncrExpiry, IncrOptions, Mutation, ScanOptions, ScanRow, Scanner, SortKeyRange, Table, TableOptions,
    TimeToLive, WriteOptions,
};
use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::expiry;

use crate::reference::{Expiry, Key, Lifetime, Model, Outcome, Row, Scan, no_empty};
use crate::steps::{Change, Generator, Life, ROUND, Space, Step};

const CALL: CallOptions = CallOptions { timeout: None };

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most scans that are open at once.
const OPEN_SCANS: usize = 4;

/// The number of steps that a report shows.
const SHOWN: usize = 10;

/// The length to which a report cuts a step, in bytes.
const SHOWN_LENGTH: usize = 2000;

/// The difference in words.
type Verdict = Result<(), String>;

/// Runs this many steps, or as many as the environment says. Panics where client and model differ.
pub(crate) async fn run(test: &str, partition_count: u32, space: Space, steps: u64) {
    let seed = from_environment("PEGASUS_MODEL_SEED").unwrap_or_else(|| fastrand::u64(..1 << 32));
    let steps = from_environment("PEGASUS_MODEL_STEPS").unwrap_or(steps);
    // Printed first, so it is there even when the client panics.
    println!("seed {seed}, {steps} steps");
    let started = Instant::now();
    let mut pair = Pair::start(partition_count).await;
    let mut generator = Generator::new(seed, space);
    let mut last = VecDeque::new();
    for number in 0..steps {
        // The last step compares everything.
        let step = if number + 1 == steps { Step::everything() } else { generator.step() };
        last.push_back(step.clone());
        if last.len() > SHOWN {
            last.pop_front();
        }
        let verdict = match tokio::time::timeout(PATIENCE, pair.take(step)).await {
            Ok(verdict) => verdict,
            Err(_) => Err("it hangs".to_owned()),
        };
        if let Err(difference) = verdict {
            panic!(
                "client and model differ at step {number} with seed {seed}: {difference}\n\
                 the last steps:\n{}\nthe same again: PEGASUS_MODEL_SEED={seed} PEGASUS_MODEL_STEPS={steps} \
                 cargo test -p pegasus-client --test model -- {test}\n",
                shown(number, &last)
            );
        }
    }
    let speed = steps as f64 / started.elapsed().as_secs_f64();
    println!("{test}: {steps} steps with seed {seed}, {speed:.0} a second");
}

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}: a number is needed")))
}

fn shown(number: u64, last: &VecDeque<Step>) -> String {
    let first = number + 1 - last.len() as u64;
    let mut text = String::new();
    for (number, step) in (first..).zip(last) {
        let step = format!("{step:?}");
        writeln!(text, "  {number}: {}", step.get(..SHOWN_LENGTH).unwrap_or(&step)).unwrap();
    }
    text
}

impl Step {
    fn everything() -> Self {
        Self::ScanTable {
            split: 1,
            options: ScanOptions { return_expire_ts: true, ..ScanOptions::default() },
        }
    }
}

/// The seconds in which the client may have read its clock during a call.
#[derive(Clone, Copy)]
struct Moment {
    before: u32,
    after: u32,
}

struct Pair {
    table: Table,
    model: Model,
    clock: Arc<ManualClock>,
    /// The rounds of the server's clock so far.
    round: i32,
    scans: Vec<(Scanner, Scan, ScanOptions)>,
    _client: Client,
    _cluster: Cluster,
}

impl Pair {
    async fn start(partition_count: u32) -> Self {
        let tables = vec![("temp".to_owned(), partition_count)];
        let now = expiry::now() - ROUND / 2;
        let clock = Arc::new(ManualClock::new(now));
        let options = ClusterOptions { tables, ..ClusterOptions::default() };
        let cluster = Cluster::start_with_clock(options, clock.clone()).await.unwrap();
        let meta_servers = cluster.meta_servers().into_iter().map(|address| address.to_string());
        let options = ClientOptions { timeout: PATIENCE / 2, ..ClientOptions::new(meta_servers) };
        let client = Client::connect(options).await.unwrap();
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        let model = Model::new(now);
        Self { table, model, clock, round: 0, scans: Vec::new(), _client: client, _cluster: cluster }
    }

    async fn take(&mut self, step: Step) -> Verdict {
        let table = self.table.clone();
        let before = expiry::now();
        let moment = || Moment { before, after: expiry::now() };
        match step {
            Step::Wait { rounds } => {
                self.clock.advance(rounds * ROUND);
                self.model.now += rounds * ROUND;
                self.round += rounds as i32;
                Ok(())
            }
            Step::Get { key } => {
                let found = table.get(&key.0, &key.1, CALL).await;
                same(code(found), Ok(self.model.get(&key).map(|row| row.value.clone())))
            }
            Step::Exist { key } => {
                let found = table.exist(&key.0, &key.1, CALL).await;
                same(code(found), Ok(self.model.get(&key).is_some()))
            }
            Step::Ttl { key } => {
                let found = code(table.ttl(&key.0, &key.1, CALL).await)?;
                let expires = found.map(|left| match left {
                    TimeToLive::Forever => None,
                    TimeToLive::Seconds(left) => Some(self.model.now + left),
                });
                match (expires, self.model.get(&key)) {
                    (None, None) => Ok(()),
                    (Some(expires), Some(row)) => lives_until(expires, row.lifetime),
                    (_, row) => Err(format!("found {found:?}, expected {row:?}")),
                }
            }
            Step::Set { key, value, life } => {
                let done = table.set(&key.0, &key.1, &value, self.write(life)).await;
                let lifetime = self.lifetime(life, moment());
                self.model.set(key, Row { value, lifetime });
                same(code(done), Ok(()))
            }
            Step::Remove { key } => {
                let done = table.remove(&key.0, &key.1, CALL).await;
                self.model.remove(&key);
                same(code(done), Ok(()))
            }
            Step::MultiSet { hash_key, entries, life } => {
                let done = code(table.multi_set(&hash_key, entries.clone(), self.write(life)).await);
                let lifetime = self.lifetime(life, moment());
                let expected = no_empty(&hash_key).and(needs_some(&entries));
                if expected.is_ok() {
                    for (sort_key, value) in entries {
                        self.model.set((hash_key.clone(), sort_key), Row { value, lifetime });
                    }
                }
                same(done, expected)
            }
            Step::MultiGet { hash_key, sort_keys, limits } => {
                let found = table.multi_get(&hash_key, sort_keys.clone(), &limits, CALL).await;
                let expected = needs_some(&sort_keys);
                same(
                    code(found),
                    expected.and_then(|()| self.model.multi_get(&hash_key, &sort_keys, &limits)),
                )
            }
            Step::MultiGetRange { hash_key, range, limits } => {
                let found = table.multi_get_range(&hash_key, range.clone(), &limits, CALL).await;
                same(code(found), self.model.multi_get_range(&hash_key, &range, &limits))
            }
            Step::MultiRemove { hash_key, sort_keys } => {
                let done = table.multi_remove(&hash_key, sort_keys.clone(), CALL).await;
                let expected = no_empty(&hash_key).and(needs_some(&sort_keys));
                if expected.is_ok() {
                    for sort_key in &sort_keys {
                        self.model.remove(&(hash_key.clone(), sort_key.clone()));
                    }
                }
                same(code(done), expected.map(|()| sort_keys.len() as u64))
            }
            Step::SortKeyCount { hash_key } => {
                let count = table.sort_key_count(&hash_key, CALL).await;
                same(code(count), self.model.sort_key_count(&hash_key))
            }
            Step::Incr { key, by, expiry, life } => {
                let expiry = match life {
                    Some(_) => IncrExpiry::Seconds(self.ttl_seconds(life)),
                    None => expiry,
                };
                let options = IncrOptions { expiry, timeout: None };
                let sum = table.incr(&key.0, &key.1, by, options).await;
                let lifetime = self.lifetime(life, moment());
                same(code(sum), self.model.incr(&key, by, expiry, lifetime))
            }
            Step::CheckAndSet { hash_key, check, sort_key, value, life } => {
                let ttl_seconds = self.ttl_seconds(life);
                let set = CheckedSet { sort_key: sort_key.clone(), value: value.clone(), ttl_seconds };
                let done = table.check_and_set(&hash_key, check.clone(), set, CALL).await;
                let row = Row { value, lifetime: self.lifetime(life, moment()) };
                let changes = vec![(sort_key.unwrap_or_else(|| check.sort_key.clone()), Some(row))];
                same(code(done), self.model.checked(&hash_key, &check, changes))
            }
            Step::CheckAndMutate { hash_key, check, changes } => {
                let mutations = changes.iter().map(|change| self.mutation(change)).collect();
                let done = table.check_and_mutate(&hash_key, check.clone(), mutations, CALL).await;
                let moment = moment();
                let row = |(value, life)| Row { value, lifetime: self.lifetime(life, moment) };
                let changes = changes.into_iter().map(|(sort_key, set)| (sort_key, set.map(row))).collect();
                same(code(done), self.model.checked(&hash_key, &check, changes))
            }
            Step::CompareExchange { key, expected, value, life } => {
                self.compare_exchange(key, expected, value, life).await
            }
            Step::BatchGet { keys } => {
                let found = table.batch_get(keys.clone(), CALL).await;
                let values = keys.iter().map(|key| self.model.get(key).map(|row| row.value.clone()));
                same(code(found), Ok(values.collect()))
            }
            Step::BatchSet { rows, life } => {
                let sent = rows.iter().cloned().map(|((hash, sort), value)| (hash, sort, value)).collect();
                let outcomes = table.batch_set(sent, self.write(life)).await;
                let lifetime = self.lifetime(life, moment());
                let expected = rows.iter().map(|_| Ok(())).collect();
                for (key, value) in rows {
                    self.model.set(key, Row { value, lifetime });
                }
                same(outcomes.into_iter().map(code).collect::<Vec<Outcome<()>>>(), expected)
            }
            Step::BatchRemove { keys } => {
                let outcomes = table.batch_remove(keys.clone(), CALL).await;
                keys.iter().for_each(|key| self.model.remove(key));
                let expected = keys.iter().map(|_| Ok(())).collect();
                same(outcomes.into_iter().map(code).collect::<Vec<Outcome<()>>>(), expected)
            }
            Step::DelRange { hash_key, range } => {
                let SortKeyRange { start, stop, start_inclusive, stop_inclusive, filter, .. } = range.clone();
                let options = DelRangeOptions { start_inclusive, stop_inclusive, filter, timeout: None };
                let deleted = table.del_range(&hash_key, &start, &stop, options).await;
                same(code(deleted.map_err(|failed| failed.error)), self.model.del_range(&hash_key, &range))
            }
            Step::Count { options } => self.count(options).await,
            Step::Scan { hash_key, start, stop, options } => {
                if self.open_scan(&hash_key, &start, &stop, options)? {
                    let last = self.scans.len() - 1;
                    while self.go_on(last).await? {}
                }
                Ok(())
            }
            Step::ScanLater { hash_key, start, stop, options } => {
                if self.scans.len() == OPEN_SCANS {
                    // Dropped wherever it is.
                    self.scans.remove(0);
                }
                if self.open_scan(&hash_key, &start, &stop, options)? {
                    // Fetches the first page, so the server holds a context.
                    self.go_on(self.scans.len() - 1).await?;
                }
                Ok(())
            }
            Step::GoOn { which } => match self.scans.len() {
                0 => Ok(()),
                open => self.go_on(which % open).await.map(drop),
            },
            Step::ScanTable { split, options } => self.scan_table(split, options).await,
        }
    }

    /// The seconds to the end of the life's round, by the client's clock at the start.
    fn ttl_seconds(&self, life: Life) -> u32 {
        life.map_or(0, |rounds| (self.round + rounds).max(1) as u32 * ROUND)
    }

    fn write(&self, life: Life) -> WriteOptions {
        WriteOptions { ttl_seconds: self.ttl_seconds(life), timeout: None }
    }

    fn lifetime(&self, life: Life, moment: Moment) -> Lifetime {
        let ttl = self.ttl_seconds(life);
        life.map(|_| Expiry { earliest: moment.before + ttl, latest: moment.after + ttl })
    }

    fn mutation(&self, (sort_key, row): &Change) -> Mutation {
        let sort_key = sort_key.clone();
        match row.clone() {
            Some((value, life)) => Mutation::Set { sort_key, value, ttl_seconds: self.ttl_seconds(life) },
            None => Mutation::Delete { sort_key },
        }
    }

    async fn compare_exchange(
        &mut self,
        (hash_key, sort_key): Key,
        expected: Option<Bytes>,
        value: Bytes,
        life: Life,
    ) -> Verdict {
        let before = expiry::now();
        let options = self.write(life);
        let done =
            self.table.compare_exchange(&hash_key, &sort_key, expected.as_deref(), &value, options).await;
        let lifetime = self.lifetime(life, Moment { before, after: expiry::now() });
        let check_type = match expected {
            Some(_) => CheckType::ValueBytesEqual,
            None => CheckType::ValueNotExist,
        };
        let operand = expected.unwrap_or_default();
        let check = Check { sort_key: sort_key.clone(), check_type, operand, return_value: true };
        let changes = vec![(sort_key, Some(Row { value, lifetime }))];
        same(code(done), self.model.checked(&hash_key, &check, changes))
    }

    async fn count(&self, options: ScanOptions) -> Verdict {
        let expected = self.model.scanned(&options).count() as u64;
        let mut last = None;
        let counted = self.table.count(options, |progress| last = Some(progress)).await;
        same(code(counted), Ok(expected))?;
        let partitions = self.table.partition_count();
        same(last, Some(CountProgress { rows: expected, partitions_done: partitions, partitions }))
    }

    /// Whether the scan was opened; the model must agree.
    fn open_scan(
        &mut self,
        hash_key: &Bytes,
        start: &Bytes,
        stop: &Bytes,
        options: ScanOptions,
    ) -> Result<bool, String> {
        let scanner = code(self.table.scanner(hash_key, start, stop, options.clone()));
        match (scanner, Scan::new(hash_key, start, stop, &options)) {
            (Ok(scanner), Ok(scan)) => {
                self.scans.push((scanner, scan, options));
                Ok(true)
            }
            (scanner, scan) => same(scanner.map(drop), scan.map(drop)).map(|()| false),
        }
    }

    /// Fetches a page. `false`: the scan has ended and is dropped.
    async fn go_on(&mut self, which: usize) -> Result<bool, String> {
        let (scanner, scan, options) = &mut self.scans[which];
        let page = code(scanner.next_page().await)?;
        match (page, scan.next_page(&self.model)) {
            (None, None) => {
                self.scans.remove(which);
                Ok(false)
            }
            (Some(page), Some(expected)) => {
                let found: Vec<_> = page.iter().map(|row| &row.sort_key).collect();
                same(found, expected.iter().map(|(sort_key, _)| sort_key).collect())?;
                for (found, (_, expected)) in page.iter().zip(&expected) {
                    same_row(found, expected, options)?;
                }
                Ok(true)
            }
            (page, expected) => Err(format!("found {page:?}, expected {expected:?}")),
        }
    }

    async fn scan_table(&self, split: u32, options: ScanOptions) -> Verdict {
        let scanners = code(self.table.unordered_scanners(split, &options))?;
        same(scanners.len() as u32, split.min(self.table.partition_count()))?;
        let mut found: BTreeMap<Key, ScanRow> = BTreeMap::new();
        let mut done: BTreeSet<Bytes> = BTreeSet::new();
        for mut scanner in scanners {
            let mut last: Option<Key> = None;
            while let Some(page) = code(scanner.next_page().await)? {
                if page.is_empty() || page.len() > options.batch_size as usize {
                    return Err(format!("a page of {} rows", page.len()));
                }
                for row in page {
                    let key = (row.hash_key.clone(), row.sort_key.clone());
                    // Rows of a hash key come together and in order. Rows without one may come anywhere.
                    let begins = last.as_ref().is_none_or(|(hash_key, _)| *hash_key != key.0);
                    let is_misplaced = if begins {
                        !key.0.is_empty() && !done.insert(key.0.clone())
                    } else {
                        !key.0.is_empty() && last.as_ref() >= Some(&key)
                    };
                    last = Some(key.clone());
                    if is_misplaced || found.insert(key, row.clone()).is_some() {
                        return Err(format!("the row comes twice or out of order: {row:?}"));
                    }
                }
            }
        }
        same(found.keys().collect::<Vec<_>>(), self.model.scanned(&options).map(|(key, _)| key).collect())?;
        let rows = found.values().zip(self.model.scanned(&options));
        rows.into_iter().try_for_each(|(found, (_, expected))| same_row(found, expected, &options))
    }
}

fn same<T: PartialEq + Debug>(found: T, expected: T) -> Verdict {
    if found == expected {
        return Ok(());
    }
    Err(format!("\n  found    {found:?}\n  expected {expected:?}"))
}

fn same_row(found: &ScanRow, expected: &Row, options: &ScanOptions) -> Verdict {
    let value = if options.no_value { Bytes::new() } else { expected.value.clone() };
    same(&found.value, &value)?;
    match found.expires_at {
        Some(at) if options.return_expire_ts => {
            lives_until((at - expiry::EPOCH_UNIX_SECONDS) as u32, expected.lifetime)
        }
        None if !options.return_expire_ts || expected.lifetime.is_none() => Ok(()),
        _ => Err(format!("found {found:?}, expected {expected:?}")),
    }
}

/// Whether this expiry belongs to this lifetime.
fn lives_until(expires: impl Into<Option<u32>>, lifetime: Lifetime) -> Verdict {
    match (expires.into(), lifetime) {
        (None, None) => Ok(()),
        (Some(expires), Some(Expiry { earliest, latest })) if (earliest..=latest).contains(&expires) => {
            Ok(())
        }
        (expires, lifetime) => Err(format!("expires at {expires:?}, expected {lifetime:?}")),
    }
}

/// The error code for the model. No refusal here leaves the outcome of a write unknown.
fn code<T>(result: Result<T, Error>) -> Outcome<T> {
    result.map_err(|error| match error.is_maybe_applied() {
        true => format!("{error}"),
        false => error.code().into_owned(),
    })
}

fn needs_some<T>(list: &[T]) -> Outcome<()> {
    if list.is_empty() { Err("ERR_INVALID_ARGUMENT".to_owned()) } else { Ok(()) }
}
