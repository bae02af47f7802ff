//! The operations that a request can ask for.

use napi_derive::napi;
use pegasus_client::{Error, IncrExpiry, IncrOptions};
use tracing::instrument::WithSubscriber;

use super::open_tables::OpenTable;
use super::request::Request;
use crate::arguments::options::{call, timeout, write};
use crate::bridge::completion::Completion;
use crate::bridge::operation_set::OperationSet;
use crate::failure::Failure;
use crate::results::completions::{completion, done, maybe_bytes, maybe_stale, time_to_live};

/// Operations on one row. They cross as requests.
#[napi(object_from_js = false, object_to_js = false)]
#[derive(Clone, Copy)]
pub enum RowOperation {
    /// Answer: Absent or Bytes (Extra for large values).
    Get = 0,
    /// Answer: Done.
    Set = 1,
    /// Answer: Done.
    Remove = 2,
    /// Answer: Boolean.
    Exist = 3,
    /// Answer: Number (-1: the row never expires) or Absent.
    Ttl = 4,
    /// The value is a little-endian i64. `ttl_seconds` 0 keeps the row's expiry, -1 removes it. Answer: BigInt.
    Incr = 5,
}

impl RowOperation {
    const ALL: [Self; 6] = [Self::Get, Self::Set, Self::Remove, Self::Exist, Self::Ttl, Self::Incr];

    fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| *operation as u32 == number)
    }
}

impl Request<'_> {
    /// Starts the operation on the table.
    pub(super) fn start(&self, open: &OpenTable, operations: &mut OperationSet) {
        let (table, hash_key, sort_key) = (&open.table, self.hash_key, self.sort_key);
        let options = call(self.timeout_ms);
        let mut starting = Starting { token: self.token, open, operations };
        match RowOperation::of(self.operation) {
            Some(RowOperation::Get) => starting.read(table.get(hash_key, sort_key, options), maybe_bytes),
            Some(RowOperation::Set) => {
                let options = write(self.ttl_seconds, self.timeout_ms);
                starting.run(table.set(hash_key, sort_key, self.value, options), done);
            }
            Some(RowOperation::Remove) => starting.run(table.remove(hash_key, sort_key, options), done),
            Some(RowOperation::Exist) => {
                starting.read(table.exist(hash_key, sort_key, options), Completion::Boolean);
            }
            Some(RowOperation::Ttl) => starting.read(table.ttl(hash_key, sort_key, options), time_to_live),
            Some(RowOperation::Incr) => {
                let incr = table.incr(hash_key, sort_key, self.increment(), self.incr_options());
                starting.run(incr, Completion::BigInt);
            }
            None => {
                let failure = Failure::internal(format!("there is no operation {}", self.operation));
                operations.start(self.token, async { failure.into() });
            }
        }
    }

    fn increment(&self) -> i64 {
        self.value.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes))
    }

    fn incr_options(&self) -> IncrOptions {
        let expiry = match self.ttl_seconds as i32 {
            0 => IncrExpiry::Keep,
            seconds => u32::try_from(seconds).map_or(IncrExpiry::Clear, IncrExpiry::Seconds),
        };
        IncrOptions { expiry, timeout: timeout(self.timeout_ms) }
    }
}

/// An operation that is about to start.
struct Starting<'a> {
    token: u32,
    open: &'a OpenTable,
    operations: &'a mut OperationSet,
}

impl Starting<'_> {
    /// As [`run`](Self::run), for a read, which a secondary may answer where the table's options say so.
    fn read<T, F>(&mut self, operation: F, lay_out: fn(T) -> Completion)
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        if !self.open.may_be_stale {
            return self.run(operation, lay_out);
        }
        self.start(maybe_stale(operation, lay_out));
    }

    fn run<T, F>(&mut self, operation: F, lay_out: fn(T) -> Completion)
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.start(async move { completion(operation.await, lay_out) });
    }

    fn start<F>(&mut self, operation: F)
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        match &self.open.log {
            None => self.operations.start(self.token, operation),
            Some(log) => self.operations.start(self.token, operation.with_subscriber(log.clone())),
        }
    }
}
