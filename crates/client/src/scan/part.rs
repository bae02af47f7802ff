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

use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::ops::{Batch, GetScanner, Scan};
use crate::routing::Target;
use crate::table::TableCore;

/// A partition being scanned. Dropping it, at any point, leaves nothing at the server.
pub(crate) struct PartScan {
    place: Place,
    /// What the server knows the scan by, between two batches.
    context: Option<i64>,
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
        Self { place: Place { table, target, timeout }, context: None }
    }

    /// The next batch; where the server has no context, the first one of what `open` asks for.
    pub(crate) async fn next_batch(
        &mut self,
        open: impl FnOnce() -> GetScannerRequest,
        deadline: Deadline,
    ) -> Result<Batch, Error> {
        let Place { table, target, .. } = self.place.clone();
        let answer = match self.context {
            Some(context_id) => {
                let operation = Scan { target, request: ScanRequest { context_id } };
                async move { execute(&table, &operation, deadline).await }.boxed()
            }
            None => {
                let operation = GetScanner { target, request: open() };
                async move { execute(&table, &operation, deadline).await }.boxed()
            }
        };
        let place = self.place.clone();
        let batch = Asked { answer: Some(answer), place, runtime: Handle::current() }.await?;
        // Each batch has a context of its own; what it was asked by is used up.
        self.context = context_of(&batch);
        Ok(batch)
    }
}

impl Drop for PartScan {
    fn drop(&mut self) {
        if let Some(context_id) = self.context {
            self.place.free(context_id);
        }
    }
}

impl Place {
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
        self.runtime.spawn(async move {
            if let Some(context_id) = answer.await.ok().as_ref().and_then(context_of) {
                place.free(context_id);
            }
        });
    }
}
