//! The requests of a burst: copied when they cross, read where they are started.

use napi::{Error, Result, Status};

use super::open_tables::OpenTables;
use super::request::Request;
use crate::bridge::operation_set::OperationSet;
use crate::failure::Failure;

/// A burst is small up to this number of requests. Two threads had better share the work of a larger one.
const FEW: u32 = 16;

/// And up to this number of bytes, since starting copies the values and gives them to a socket.
const FEW_BYTES: usize = 8 * 1024;

/// Requests whose records have been checked to be whole.
pub(crate) struct Requests {
    records: Vec<u8>,
    /// The number of requests.
    pub(crate) count: u32,
}

impl Requests {
    /// Copies records. A record that cannot be read is a defect of `lib/`; then no record is taken.
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

    /// Whether starting them takes less time than waking the thread that would start them.
    pub(crate) fn are_few(&self) -> bool {
        self.count <= FEW && self.records.len() <= FEW_BYTES
    }

    /// Starts the operations, each under its token.
    pub(crate) fn start(&self, tables: &OpenTables, operations: &mut OperationSet) {
        let tables = tables.lock();
        let mut rest = &self.records[..];
        while let Some((request, after)) = Request::read(rest) {
            match tables.get(request.table) {
                Some(open) => request.start(open, operations),
                None => operations.start(request.token, async { no_table().into() }),
            }
            rest = after;
        }
    }
}

fn no_table() -> Failure {
    Failure::internal("the request names a table that is not open")
}
