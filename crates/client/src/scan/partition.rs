//! The scan of one partition: its batches, and the server's context between them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::{GetScannerRequest, ScanRequest};
use pegasus_protocol::rpc;
use tokio::runtime::Handle;
use tokio::task::JoinError;
use tracing::instrument::WithSubscriber;

use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::execute::execute;
use crate::ops::{Batch, GetScanner, Scan};
use crate::routing::Target;

/// The scan of one partition. Dropping it at any point frees the server's context.
pub(crate) struct PartitionScan {
    position: ScanPosition,
    /// The id of the server's context, between two batches.
    context: Option<i64>,
    /// The next batch, if it was requested ahead.
    ahead: Option<PendingBatch>,
}

/// The partition and table that a scan reads.
#[derive(Clone)]
struct ScanPosition {
    table: Arc<TableContext>,
    target: Target,
    /// The deadline of each request.
    timeout: Duration,
}

impl PartitionScan {
    pub(crate) fn new(table: Arc<TableContext>, target: Target, timeout: Duration) -> Self {
        Self { position: ScanPosition { table, target, timeout }, context: None, ahead: None }
    }

    /// The next batch. Without a context it opens one with the request that `open` makes.
    pub(crate) async fn next_batch(
        &mut self,
        open: impl FnOnce() -> GetScannerRequest,
        deadline: Deadline,
    ) -> Result<Batch, Error> {
        // A batch that failed ahead of time is requested again with the deadline of this call.
        let batch = match self.ahead.take() {
            Some(ahead) => ahead.await.ok(),
            None => None,
        };
        let batch = match (batch, self.context) {
            (Some(batch), _) => batch,
            (None, Some(context_id)) => self.position.next(context_id, deadline).await?,
            (None, None) => self.position.open(open(), deadline).await?,
        };
        // Each batch comes with a new context id; the old one is used up.
        self.context = context_of(&batch);
        Ok(batch)
    }

    /// Requests the batch after the one that has just arrived, if there is one.
    ///
    /// The request runs in a task of its own. It holds a permit of the limiter, so it must not depend on a
    /// caller that may itself wait for a permit.
    pub(crate) fn ask_ahead(&mut self) {
        let Some(context_id) = self.context else { return };
        let pending = self.position.next(context_id, Deadline::after(self.position.timeout));
        let task = pending.runtime.clone().spawn(pending.with_current_subscriber());
        let answer = task.map(|ended| ended.unwrap_or_else(|error| Err(unfinished(&error))));
        self.ahead = Some(self.position.pending(answer));
    }
}

/// The error for a batch requested ahead whose task panicked or whose runtime ended.
fn unfinished(error: &JoinError) -> Error {
    Error::new(ErrorKind::Closed, format!("the batch asked for ahead: {error}"))
}

impl Drop for PartitionScan {
    fn drop(&mut self) {
        // A request ahead has used the context up.
        if let (Some(context_id), None) = (self.context, &self.ahead) {
            self.position.free(context_id);
        }
    }
}

impl ScanPosition {
    fn open(&self, request: GetScannerRequest, deadline: Deadline) -> PendingBatch {
        let Self { table, target, .. } = self.clone();
        let operation = GetScanner { target, request };
        self.pending(async move { execute(&table, &operation, deadline).await })
    }

    fn next(&self, context_id: i64, deadline: Deadline) -> PendingBatch {
        let Self { table, target, .. } = self.clone();
        let operation = Scan { target, request: ScanRequest { context_id } };
        self.pending(async move { execute(&table, &operation, deadline).await })
    }

    fn pending(&self, answer: impl Future<Output = Result<Batch, Error>> + Send + 'static) -> PendingBatch {
        PendingBatch { answer: Some(answer.boxed()), position: self.clone(), runtime: Handle::current() }
    }

    /// Tells the server to free the context. The server sends no reply.
    fn free(&self, context_id: i64) {
        let snapshot = self.table.router().snapshot();
        let Some(route) = snapshot.route(self.target) else { return };
        // Without a live connection the context stays until the server drops it after five idle minutes.
        let Some(connection) = route.primary.and_then(|server| server.live()) else { return };
        let header = RequestHeader {
            gpid: route.gpid,
            timeout_ms: Deadline::after(self.timeout).remaining_ms(),
            partition_hash: route.partition_hash,
            is_backup: false,
        };
        if let Err(error) = connection.cast::<rpc::ClearScanner>(&header, &context_id) {
            tracing::debug!(table = self.table.name(), %error, "scan context left to expire");
        }
    }
}

fn context_of(batch: &Batch) -> Option<i64> {
    match batch {
        Batch::Rows { context, .. } => *context,
        Batch::Cut { .. } | Batch::Lost => None,
    }
}

/// A batch on its way. Only the reply tells the new context id. So an abandoned batch is awaited in the
/// background, and its context is freed then.
struct PendingBatch {
    /// `None` once it has arrived.
    answer: Option<BoxFuture<'static, Result<Batch, Error>>>,
    position: ScanPosition,
    runtime: Handle,
}

impl Future for PendingBatch {
    type Output = Result<Batch, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.answer else { return Poll::Pending };
        let polled = answer.poll_unpin(context);
        if polled.is_ready() {
            self.answer = None;
        }
        polled
    }
}

impl Drop for PendingBatch {
    fn drop(&mut self) {
        let Some(answer) = self.answer.take() else { return };
        let position = self.position.clone();
        // The task ends by the deadline of the request; after an error there is nothing to free.
        let freeing = async move {
            if let Some(context_id) = answer.await.ok().as_ref().and_then(context_of) {
                position.free(context_id);
            }
        };
        self.runtime.spawn(freeing.with_current_subscriber());
    }
}
