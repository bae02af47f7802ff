//! Operations on single rows: many cross in one call, as records of `lib/requests.ts`, and are read where they
//! are started.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::{Error, Result, Status};
use pegasus_client::{IncrExpiry, IncrOptions, Table};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::bridge::{Completion, Running};
use crate::convert::{call, completion, maybe_bytes, maybe_stale, time_to_live, timeout, write};
use crate::error::Failure;

/// Numbers in front of a record's bytes.
const HEADER_NUMBERS: usize = 9;
const HEADER_LENGTH: usize = HEADER_NUMBERS * 4;

/// Up to so many are few. Of more, two threads had better share the work.
const FEW: u32 = 16;

/// And no more bytes: values are copied and given to a socket.
const FEW_BYTES: usize = 8 * 1024;

/// A table that requests can name.
#[derive(Clone)]
pub(crate) struct OpenTable {
    pub(crate) table: Table,
    pub(crate) log: Option<Dispatch>,
    /// Whether secondaries may answer its reads.
    pub(crate) may_be_stale: bool,
}

/// The open tables of an environment, by the number that requests name them by.
#[derive(Default)]
pub(crate) struct Tables {
    by_handle: Mutex<(u32, HashMap<u32, OpenTable>)>,
}

impl Tables {
    /// Gives a table a number that no other one had.
    pub(crate) fn add(&self, table: OpenTable) -> u32 {
        let (last, tables) = &mut *self.lock();
        *last += 1;
        tables.insert(*last, table);
        *last
    }

    /// Lets a table go.
    pub(crate) fn remove(&self, handle: u32) {
        drop(self.lock().1.remove(&handle));
    }

    fn lock(&self) -> MutexGuard<'_, (u32, HashMap<u32, OpenTable>)> {
        self.by_handle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records that have been checked to be whole.
pub(crate) struct Requests {
    records: Vec<u8>,
    /// How many they are.
    pub(crate) count: u32,
}

impl Requests {
    /// Copies records. Only a defect of `lib/` makes some that cannot be read; then none is taken.
    pub(crate) fn copy(records: &[u8]) -> Result<Self> {
        let (mut rest, mut count) = (records, 0);
        while !rest.is_empty() {
            let Some((_, after)) = Request::read(rest) else {
                return Err(Error::new(Status::InvalidArg, "a record of requests is cut short"));
            };
            rest = after;
            count += 1;
        }
        Ok(Self { records: records.to_vec(), count })
    }

    /// Whether starting them takes less than waking a thread that does it.
    pub(crate) fn are_few(&self) -> bool {
        self.count <= FEW && self.records.len() <= FEW_BYTES
    }

    /// Starts what they ask for, each under its token.
    pub(crate) fn start(&self, tables: &Tables, running: &mut Running) {
        let tables = tables.lock();
        let mut rest = &self.records[..];
        while let Some((request, after)) = Request::read(rest) {
            match tables.1.get(&request.table) {
                Some(open) => request.start(open, running),
                None => running.start(request.token, async { no_table() }),
            }
            rest = after;
        }
    }
}

fn no_table() -> Completion {
    Completion::Failure(Box::new(Failure::new("ERR_INTERNAL", "the request names a table that is not open")))
}

/// One record.
struct Request<'a> {
    operation: u32,
    token: u32,
    table: u32,
    timeout_ms: i32,
    ttl_seconds: u32,
    hash_key: &'a [u8],
    sort_key: &'a [u8],
    value: &'a [u8],
}

impl<'a> Request<'a> {
    /// The record in front, and what follows it.
    fn read(records: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (header, _) = records.split_first_chunk::<HEADER_LENGTH>()?;
        let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[at * 4 + byte]));
        let (record, after) = records.split_at_checked(number(0) as usize)?;
        let bytes = record.get(HEADER_LENGTH..)?;
        let (hash_key, bytes) = bytes.split_at_checked(number(6) as usize)?;
        let (sort_key, bytes) = bytes.split_at_checked(number(7) as usize)?;
        let value = bytes.get(..number(8) as usize)?;
        let request = Self {
            operation: number(1),
            token: number(2),
            table: number(3),
            timeout_ms: number(4) as i32,
            ttl_seconds: number(5),
            hash_key,
            sort_key,
            value,
        };
        Some((request, after))
    }

    /// The numbers of `RowOperation` in `lib/native.ts`.
    fn start(&self, open: &OpenTable, running: &mut Running) {
        let (table, hash_key, sort_key) = (&open.table, self.hash_key, self.sort_key);
        let options = call(self.timeout_ms);
        match self.operation {
            0 => self.run_read(open, running, table.get(hash_key, sort_key, options), maybe_bytes),
            1 => {
                let options = write(self.ttl_seconds, self.timeout_ms);
                self.run(open, running, table.set(hash_key, sort_key, self.value, options), done)
            }
            2 => self.run(open, running, table.remove(hash_key, sort_key, options), done),
            3 => self.run_read(open, running, table.exist(hash_key, sort_key, options), Completion::Boolean),
            4 => self.run_read(open, running, table.ttl(hash_key, sort_key, options), time_to_live),
            5 => self.incr(open, running),
            other => {
                let failure = Failure::new("ERR_INTERNAL", format!("there is no operation {other}"));
                running.start(self.token, async { Completion::Failure(Box::new(failure)) });
            }
        }
    }

    fn incr(&self, open: &OpenTable, running: &mut Running) {
        let expiry = match self.ttl_seconds as i32 {
            0 => IncrExpiry::Keep,
            seconds => u32::try_from(seconds).map_or(IncrExpiry::Clear, IncrExpiry::Seconds),
        };
        let options = IncrOptions { expiry, timeout: timeout(self.timeout_ms) };
        let by = self.value.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
        let incr = open.table.incr(self.hash_key, self.sort_key, by, options);
        self.run(open, running, incr, Completion::BigInt);
    }

    /// As [`run`](Self::run), for what secondaries may answer.
    fn run_read<T, F>(
        &self,
        open: &OpenTable,
        running: &mut Running,
        operation: F,
        lay_out: fn(T) -> Completion,
    ) where
        F: Future<Output = std::result::Result<T, pegasus_client::Error>> + Send + 'static,
        T: Send + 'static,
    {
        if !open.may_be_stale {
            return self.run(open, running, operation, lay_out);
        }
        self.start_logged(open, running, maybe_stale(operation, lay_out));
    }

    fn run<T, F>(&self, open: &OpenTable, running: &mut Running, operation: F, lay_out: fn(T) -> Completion)
    where
        F: Future<Output = std::result::Result<T, pegasus_client::Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.start_logged(open, running, async move { completion(operation.await, lay_out) });
    }

    fn start_logged<F>(&self, open: &OpenTable, running: &mut Running, operation: F)
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        match &open.log {
            None => running.start(self.token, operation),
            Some(log) => running.start(self.token, operation.with_subscriber(log.clone())),
        }
    }
}

fn done((): ()) -> Completion {
    Completion::Done
}
