//! One attempt at the primary: route, connection, request, reply.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;
use tokio::time::{timeout, timeout_at};

use super::context::OperationContext;
use super::missed::Missed;
use crate::deadline::Deadline;
use crate::net::error::Sent;
use crate::net::{Call, Class, Server};
use crate::operation::Operation;
use crate::routing::{Route, Snapshot};

/// An attempt that has no connection for this long looks whether another server leads the partition.
const DIAL_PATIENCE: Duration = Duration::from_millis(250);

/// One attempt at the primary.
pub(super) async fn attempt_at_primary<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
) -> Result<O::Output, Missed> {
    let sent = poll_fn(|task| Poll::Ready(send(context, snapshot, task.waker())));
    let mut call = match sent.await {
        Some(call) => call,
        None => Box::pin(connect_and_send(context, snapshot)).await?,
    };
    let deadline = context.deadline.instant();
    let patience = call.connection().health().patience(Class::of(O::Rpc::CODE));
    let mut until = context.deadline.earlier(patience);
    loop {
        match timeout_at(until, &mut call).await {
            Ok(Ok(reply)) => return read_answer(context.operation, &reply),
            Ok(Err(error)) => return Err(Missed::Net(error)),
            Err(_) if until < deadline => {
                // Perhaps another server leads the partition by now. A deposed primary drops calls silently, so the
                // client has to ask; the router then gives this call up.
                context.table.router().refresh_soon(snapshot);
                until = context.deadline.earlier(patience);
            }
            Err(_) => {
                call.connection().note_timeout();
                return Err(Missed::Elapsed(Sent::Maybe));
            }
        }
    }
}

/// Sends the request over an existing connection. This is the common case, and it never waits.
fn send<O: Operation>(context: &OperationContext<'_, O>, snapshot: &Snapshot, waker: &Waker) -> Option<Call> {
    let route = snapshot.route(context.operation.target())?;
    let connection = route.primary?.connection()?;
    let header = header(&route, context.deadline);
    connection.call_waking::<O::Rpc>(&header, context.operation.request(), waker).ok()
}

/// Makes a connection and sends the request.
async fn connect_and_send<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
) -> Result<Call, Missed> {
    let route = snapshot.route(context.operation.target()).ok_or(Missed::Resized)?;
    let server = route.primary.ok_or(Missed::NoPrimary)?;
    let connection = tokio::select! {
        connected = timeout_at(context.deadline.instant(), server.connect()) => match connected {
            Ok(connected) => connected.map_err(Missed::Net)?,
            Err(_) => return Err(Missed::Elapsed(Sent::No)),
        },
        () = led_elsewhere(context, snapshot, server) => return Err(Missed::Moved),
    };
    let header = header(&route, context.deadline);
    connection.call::<O::Rpc>(&header, context.operation.request()).map_err(Missed::Net)
}

/// Returns when the server does not lead the operation's partition any more. After a moment it keeps asking.
async fn led_elsewhere<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
    server: &Arc<Server>,
) {
    let router = context.table.router();
    let leads = |snapshot: &Snapshot| {
        let route = snapshot.route(context.operation.target());
        route.and_then(|route| route.primary).is_some_and(|primary| Arc::ptr_eq(primary, server))
    };
    let _ = timeout(DIAL_PATIENCE, router.replaced(snapshot)).await;
    let mut known = router.snapshot();
    while leads(&known) {
        router.refute(&known, context.operation.target());
        // An error is no reason to stop waiting: the server may be reached after all. The router paces the queries.
        if let Err(error) = router.refresh(&known).await {
            tracing::debug!(table = context.table.name(), %error, "the routes could not be refreshed");
            if !error.is_retryable() {
                return;
            }
        }
        known = router.snapshot();
    }
}

/// The request header for a route.
pub(super) fn header(route: &Route<'_>, deadline: Deadline) -> RequestHeader {
    RequestHeader {
        gpid: route.gpid,
        timeout_ms: deadline.remaining_ms(),
        partition_hash: route.partition_hash,
        is_backup: false,
    }
}

/// Decodes a reply into the operation's result.
pub(super) fn read_answer<O: Operation>(operation: &O, reply: &ReplyFrame) -> Result<O::Output, Missed> {
    if reply.error != ErrorCode::Ok {
        return Err(Missed::Refused(reply.error.clone()));
    }
    match reply.body::<O::Rpc>() {
        Ok(Some(response)) => {
            operation.output(response).map_err(|status| Missed::Storage(status, operation.explain(status)))
        }
        Ok(None) => Err(Missed::BadAnswer("the answer holds no result".into())),
        Err(error) => Err(Missed::BadAnswer(format!("the answer cannot be read: {error}"))),
    }
}
