//! The context of one operation: what all its attempts share, and its permit to be in flight.

use tokio::time::{Instant, timeout_at};

use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Location};
use crate::operation::Operation;

/// The context of one operation, the same for every attempt.
pub(super) struct OperationContext<'a, O: Operation> {
    pub(super) table: &'a TableContext,
    pub(super) operation: &'a O,
    pub(super) deadline: Deadline,
    holds_permit: bool,
}

impl<O: Operation> Drop for OperationContext<'_, O> {
    fn drop(&mut self) {
        if self.holds_permit {
            self.table.limiter().release(self.operation.payload());
        }
    }
}

impl<'a, O: Operation> OperationContext<'a, O> {
    pub(super) fn new(table: &'a TableContext, operation: &'a O, deadline: Deadline) -> Self {
        Self { table, operation, deadline, holds_permit: false }
    }

    /// Acquires the permit if the limit allows it at once; says whether it did.
    pub(super) fn try_acquire_permit(&mut self) -> Result<bool, Error> {
        self.holds_permit = self.table.limiter().try_acquire(self.operation.payload())?;
        Ok(self.holds_permit)
    }

    /// Waits for the permit until the deadline.
    pub(super) async fn acquire_permit(&mut self) -> Result<(), Error> {
        let limiter = self.table.limiter();
        let acquired = limiter.acquire(self.operation.payload());
        self.holds_permit = timeout_at(self.deadline.instant(), acquired).await.is_ok();
        // Many operations may end together. One whose turn comes with its deadline is not sent: nobody waits for it.
        if self.holds_permit && Instant::now() < self.deadline.instant() {
            return Ok(());
        }
        let message = format!("nothing was sent within {:?}: {}", self.deadline.timeout(), limiter.full());
        let location = Location { table: Some(self.table.name().to_owned()), ..Location::default() };
        Err(Error::new(ErrorKind::Timeout, message).at(location))
    }
}
