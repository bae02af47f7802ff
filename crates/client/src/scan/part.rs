//! The scan of one partition: its batches, and what its server keeps between them.

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

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::execute::execute;
use crate::ops::{Batch, GetScanner, Scan};
use crate::routing::Target;
use crate::table::TableCore;

/// A partition being scanned. Dropping it, at any point, leaves nothing at the server.
pub(crate) struct PartScan {
    place: Place,
    /// What the server knows the scan by, between two batches.
    context: Option<i64>,
    /// The next batch, where it was asked for already.
    ahead: Option<Asked>,
}

/// Where a scan goes on.
#[derive(Clone)]
struct Place {
    table: Arc<TableCore>,
    target: Target,
    /// How long the server may keep a request waiting.
    timeout: Duration,
}

impl PartScan {
    pub(crate) fn new(table: Arc<TableCore>, target: Target, timeout: Duration) -> Self {
        Self { place: Place { table, target, timeout }, context: None, ahead: None }
    }

    /// The next batch; where the server has no context, the first one of what `open` asks for.
    pub(crate) async fn next_batch(
        &mut self,
        open: impl FnOnce() -> GetScannerRequest,
        deadline: Deadline,
    ) -> Result<Batch, Error> {
        // What failed ahead of its time is asked for again, with the time that there is now.
        let batch = match self.ahead.take() {
            Some(ahead) => ahead.await.ok(),
            None => None,
        };
        let batch = match (batch, self.context) {
            (Some(batch), _) => batch,
            (None, Some(context_id)) => self.place.next(context_id, deadline).await?,
            (None, None) => self.place.open(open(), deadline).await?,
        };
        // Each batch has a context of its own; what it was asked by is used up.
        self.context = context_of(&batch);
        Ok(batch)
    }

    /// Asks for the batch after the one that has just come, if there is one.
    ///
    /// In a task of its own: it counts among the operations in flight, and must not wait for whoever
    /// waits for others of them.
    pub(crate) fn ask_ahead(&mut self) {
        let Some(context_id) = self.context else { return };
        let asked = self.place.next(context_id, Deadline::after(self.place.timeout));
        let task = asked.runtime.clone().spawn(asked.with_current_subscriber());
        let answer = task.map(|ended| ended.unwrap_or_else(|error| Err(unfinished(&error))));
        self.ahead = Some(self.place.asked(answer));
    }
}

/// Why a batch that was asked for ahead has not come: its task panicked, or its runtime ended.
fn unfinished(error: &JoinError) -> Error {
    Error::new(ErrorKind::Closed, format!("the batch asked for ahead: {error}"))
}

impl Drop for PartScan {
    fn drop(&mut self) {
        // What was asked for ahead has used the context up.
        if let (Some(context_id), None) = (self.context, &self.ahead) {
            self.place.free(context_id);
        }
    }
}

impl Place {
    fn open(&self, request: GetScannerRequest, deadline: Deadline) -> Asked {
        let Self { table, target, .. } = self.clone();
        let operation = GetScanner { target, request };
        self.asked(async move { execute(&table, &operation, deadline).await })
    }

    fn next(&self, context_id: i64, deadline: Deadline) -> Asked {
        let Self { table, target, .. } = self.clone();
        let operation = Scan { target, request: ScanRequest { context_id } };
        self.asked(async move { execute(&table, &operation, deadline).await })
    }

    fn asked(&self, answer: impl Future<Output = Result<Batch, Error>> + Send + 'static) -> Asked {
        Asked { answer: Some(answer.boxed()), place: self.clone(), runtime: Handle::current() }
    }

    /// Tells the server to free the context. Nothing waits for an answer, which never comes.
    fn free(&self, context_id: i64) {
        let snapshot = self.table.router().snapshot();
        let Some(route) = snapshot.route(self.target) else { return };
        // Without a live connection there is nobody to tell: the server forgets it after five minutes.
        let Some(connection) = route.primary.and_then(|node| node.live()) else { return };
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

/// A batch on its way. Only the answer tells its context, so when nobody waits for it any more it is
/// awaited all the same, to free that.
struct Asked {
    /// `None` once it has come.
    answer: Option<BoxFuture<'static, Result<Batch, Error>>>,
    place: Place,
    runtime: Handle,
}

impl Future for Asked {
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

impl Drop for Asked {
    fn drop(&mut self) {
        let Some(answer) = self.answer.take() else { return };
        let place = self.place.clone();
        // It ends by its deadline; an error leaves nothing to free.
        let freeing = async move {
            if let Some(context_id) = answer.await.ok().as_ref().and_then(context_of) {
                place.free(context_id);
            }
        };
        self.runtime.spawn(freeing.with_current_subscriber());
    }
}
