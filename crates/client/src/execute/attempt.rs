//! One attempt at the primary: route, connection, request, reply.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;
use tokio::time::timeout_at;

use super::context::OperationContext;
use super::missed::Missed;
use crate::deadline::Deadline;
use crate::net::{Call, Class};
use crate::operation::Operation;
use crate::routing::{Route, Snapshot};

/// The longest time between two questions of one call for the route, unless its server's answers usually take longer.
/// So a call goes on within a second after another server was made primary.
const LONGEST_PATIENCE: Duration = Duration::from_millis(750);

/// One attempt at the primary.
pub(super) async fn attempt_at_primary<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
) -> Result<O::Output, Missed> {
    let mut call = send(context, snapshot).await?;
    let reply = await_reply(context, snapshot, &mut call).await?;
    read_answer(context.operation, &reply)
}

/// Waits for the primary's reply until the deadline.
pub(super) async fn await_reply<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Arc<Snapshot>,
    call: &mut Call,
) -> Result<ReplyFrame, Missed> {
    let deadline = context.deadline.instant();
    let mut patience = call.connection().health().patience(Class::of(O::Rpc::CODE));
    // No clock is read for an attempt that is answered in time.
    let mut until = context.deadline.earlier_from(call.made_at(), patience);
    loop {
        match timeout_at(until, &mut *call).await {
            Ok(reply) => return reply.map_err(Missed::Net),
            Err(_) if until < deadline => {
                // Perhaps another server leads the partition by now. A deposed primary drops calls silently, so the
                // client has to ask; the router then gives this call up.
                if !call.connection().is_live() {
                    context.table.router().refute(snapshot, context.operation.target());
                }
                context.table.router().refresh_soon(snapshot);
                // Ever longer, so that thousands of calls to a server that hangs cost little.
                patience = (patience * 2).min(patience.max(LONGEST_PATIENCE));
                until = context.deadline.earlier(patience);
            }
            Err(_) => {
                call.connection().note_timeout();
                return Err(Missed::Elapsed(call.abandon()));
            }
        }
    }
}

/// Sends the request, which never waits: on a connection that is being made, the request leaves when there is a
/// socket, after those that were made before it. The returned future only takes the task's waker along.
pub(super) fn send<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Snapshot,
) -> impl Future<Output = Result<Call, Missed>> {
    poll_fn(|task| Poll::Ready(send_waking(context, snapshot, task.waker())))
}

fn send_waking<O: Operation>(
    context: &OperationContext<'_, O>,
    snapshot: &Snapshot,
    waker: &Waker,
) -> Result<Call, Missed> {
    let route = snapshot.route(context.operation.target()).ok_or(Missed::Resized)?;
    let server = route.primary.ok_or(Missed::NoPrimary)?;
    let (header, request) = (header(&route, context.deadline), context.operation.request());
    if let Some(connection) = server.connection()
        && let Ok(call) = connection.call_waking::<O::Rpc>(&header, request, waker)
    {
        return Ok(call);
    }
    server.start_connecting().call_waking::<O::Rpc>(&header, request, waker).map_err(Missed::Net)
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
