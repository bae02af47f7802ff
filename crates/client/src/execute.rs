//! The one loop in which every operation runs: deadline, route, send, judge.

use std::sync::Arc;

use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::rpc::{Rpc, RpcKind};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;
use tokio::time::timeout_at;

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Place};
use crate::net::{Connection, NetError, NetErrorKind, Node, Sent};
use crate::ops::Operation;
use crate::retry::{Failure, Verdict, judge, maybe_applied};
use crate::routing::{Refreshed, Snapshot, resized};
use crate::table::TableCore;

/// An attempt that brought no result.
enum Missed {
    /// The operation is for another partition count than the table has by now.
    Resized,
    NoPrimary,
    Net(NetError),
    Refused(ErrorCode),
    BadAnswer(String),
    Storage(Status, Option<&'static str>),
    /// The deadline passed; whether the request had been sent.
    Elapsed(Sent),
}

/// How far an operation has got; what an error says about place and attempts comes from here.
#[derive(Default)]
struct Progress {
    attempts: u32,
    partition_index: Option<i32>,
    server: Option<Arc<Node>>,
    maybe_applied: bool,
    last: Option<String>,
}

/// Runs an operation until it has a result, a verdict against it, or no time left.
pub(crate) async fn execute<O: Operation>(
    table: &TableCore,
    operation: &O,
    deadline: Deadline,
) -> Result<O::Output, Error> {
    let _running = table.enter()?;
    let kind = O::Rpc::CODE.kind();
    let mut progress = Progress::default();
    loop {
        progress.attempts += 1;
        let (missed, used) = match attempt(table, operation, deadline, &mut progress).await {
            Ok(output) => return Ok(output),
            Err(missed) => missed,
        };
        let Some(failure) = missed.failure() else {
            // The server may hang, and another one lead by now: whoever comes next shall know.
            table.router().refresh_soon(&used);
            progress.maybe_applied |= kind.is_write() && missed.was_sent();
            return Err(timed_out(table, deadline, progress));
        };
        progress.maybe_applied |= maybe_applied(failure, kind);
        let verdict = judge(failure, kind);
        if verdict == Verdict::Fail || table.retry().max_attempts.is_some_and(|max| progress.attempts >= max)
        {
            // This operation is not tried again, but a read would be, elsewhere.
            if judge(failure, RpcKind::Read) == Verdict::RefreshAndRetry {
                table.router().refresh_soon(&used);
            }
            return Err(missed.into_error().maybe_applied(progress.maybe_applied).at(progress.place(table)));
        }
        tracing::debug!(table = table.name(), rpc = O::Rpc::CODE.name(), attempt = progress.attempts, reason = %missed.reason(), "trying again");
        progress.last = Some(missed.reason());
        if !prepare_next(table, &used, verdict, deadline, &mut progress).await? {
            return Err(timed_out(table, deadline, progress));
        }
    }
}

/// Refreshes the routes if that is the verdict, and waits. Says whether time is left.
async fn prepare_next(
    table: &TableCore,
    used: &Arc<Snapshot>,
    verdict: Verdict,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<bool, Error> {
    if verdict == Verdict::RefreshAndRetry {
        match timeout_at(deadline.instant(), table.router().refresh(used)).await {
            Err(_) => return Ok(false),
            // Somewhere new to go: no reason to wait.
            Ok(Ok(Refreshed::Changed)) => return Ok(true),
            Ok(Ok(Refreshed::Unchanged)) => {}
            // The table is gone, or this client may not see it: no attempt will change that.
            Ok(Err(error)) if is_final(&error) => {
                return Err(error.maybe_applied(progress.maybe_applied).at(progress.place(table)));
            }
            // Without meta servers the known routes are all there is.
            Ok(Err(error)) => progress.last = Some(error.to_string()),
        }
    }
    Ok(deadline.sleep(table.retry().delay_after(progress.attempts)).await)
}

/// Whether the meta servers' refusal ends the operation. That they cannot be asked does not.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TableNotFound | ErrorKind::Server(_)) && !error.is_retryable()
}

/// One attempt: the target is looked up anew, so that it goes where the partition is now.
async fn attempt<O: Operation>(
    table: &TableCore,
    operation: &O,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<O::Output, (Missed, Arc<Snapshot>)> {
    let snapshot = table.router().snapshot();
    let Some(route) = snapshot.route(operation.target()) else {
        return Err((Missed::Resized, Arc::clone(&snapshot)));
    };
    progress.partition_index = Some(route.gpid.partition_index);
    progress.server = route.primary.cloned();
    let header = RequestHeader {
        gpid: route.gpid,
        timeout_ms: deadline.remaining_ms(),
        partition_hash: route.partition_hash,
        is_backup: false,
    };
    let result = match route.primary {
        None => Err(Missed::NoPrimary),
        Some(node) => match connect(node, deadline).await {
            Ok(connection) => ask(&connection, operation, &header, deadline).await,
            Err(missed) => Err(missed),
        },
    };
    result.map_err(|missed| (missed, Arc::clone(&snapshot)))
}

async fn connect(node: &Arc<Node>, deadline: Deadline) -> Result<Arc<Connection>, Missed> {
    if let Some(connection) = node.live() {
        return Ok(connection);
    }
    match timeout_at(deadline.instant(), node.connect()).await {
        Ok(connected) => connected.map_err(Missed::Net),
        Err(_) => Err(Missed::Elapsed(Sent::No)),
    }
}

/// Sends the request and reads the answer.
async fn ask<O: Operation>(
    connection: &Arc<Connection>,
    operation: &O,
    header: &RequestHeader,
    deadline: Deadline,
) -> Result<O::Output, Missed> {
    let call = connection.call::<O::Rpc>(header, operation.request()).map_err(Missed::Net)?;
    match timeout_at(deadline.instant(), call).await {
        Ok(Ok(reply)) => read_answer(operation, &reply),
        Ok(Err(error)) => Err(Missed::Net(error)),
        Err(_) => {
            connection.note_timeout();
            Err(Missed::Elapsed(Sent::Maybe))
        }
    }
}

fn read_answer<O: Operation>(operation: &O, reply: &ReplyFrame) -> Result<O::Output, Missed> {
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

impl Missed {
    /// What the verdict depends on; `None` when the deadline has spoken.
    fn failure(&self) -> Option<Failure<'_>> {
        Some(match self {
            Self::Resized => Failure::Resized,
            Self::NoPrimary => Failure::NoPrimary,
            Self::Net(error) => Failure::Net(error.kind, error.sent),
            Self::Refused(code) => Failure::Refused(code),
            Self::BadAnswer(_) => Failure::BadAnswer,
            Self::Storage(..) => Failure::Storage,
            Self::Elapsed(_) => return None,
        })
    }

    fn was_sent(&self) -> bool {
        matches!(self, Self::Elapsed(Sent::Maybe))
    }

    fn reason(&self) -> String {
        match self {
            Self::Resized => "the table was split".into(),
            Self::NoPrimary => "the partition has no primary".into(),
            Self::Net(error) => error.to_string(),
            Self::Refused(code) => format!("the server refused with {code}"),
            Self::BadAnswer(reason) => reason.clone(),
            Self::Storage(_, Some(meaning)) => (*meaning).into(),
            Self::Storage(status, None) => format!("the storage engine answered {status:?}"),
            Self::Elapsed(_) => "the deadline passed".into(),
        }
    }

    fn into_error(self) -> Error {
        let reason = self.reason();
        let kind = match self {
            Self::Resized => return resized(),
            // A partition without a primary is what servers call a wrong state.
            Self::NoPrimary => ErrorKind::Server(ErrorCode::InvalidState),
            Self::Net(error) => match error.kind {
                NetErrorKind::Unreachable => ErrorKind::NetworkFailure,
                NetErrorKind::Reset => ErrorKind::SessionReset,
                NetErrorKind::Garbage => ErrorKind::InvalidData,
                NetErrorKind::Closed => ErrorKind::Closed,
            },
            Self::Refused(code) => ErrorKind::Server(code),
            Self::BadAnswer(_) => ErrorKind::InvalidData,
            Self::Storage(status, _) => ErrorKind::Storage(status),
            Self::Elapsed(_) => ErrorKind::Timeout,
        };
        Error::new(kind, reason)
    }
}

impl Progress {
    fn place(&self, table: &TableCore) -> Place {
        Place {
            table: Some(table.name().to_owned()),
            partition_index: self.partition_index,
            server: self.server.as_ref().map(|node| node.address().to_string()),
            attempts: self.attempts,
        }
    }
}

fn timed_out(table: &TableCore, deadline: Deadline, progress: Progress) -> Error {
    let waited = deadline.timeout();
    let message = match &progress.last {
        Some(last) => format!("no result within {waited:?}; the last attempt failed: {last}"),
        None => format!("no answer within {waited:?}"),
    };
    Error::new(ErrorKind::Timeout, message).maybe_applied(progress.maybe_applied).at(progress.place(table))
}
