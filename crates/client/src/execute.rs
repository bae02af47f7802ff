//! The one loop in which every operation runs: deadline, route, send, judge.

mod backed;
#[cfg(test)]
mod given_up;

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::{Poll, Waker};

use futures_util::future::Either;
use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::rpc::{Rpc, RpcKind};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;
use tokio::time::timeout_at;

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Place};
use crate::net::{Call, NetError, NetErrorKind, Sent};
use crate::ops::Operation;
use crate::retry::{Failure, Verdict, judge, maybe_applied};
use crate::routing::{Refreshed, Route, Snapshot, resized};
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
    /// The routes of the last attempt.
    used: Option<Arc<Snapshot>>,
    maybe_applied: bool,
    last: Option<String>,
}

/// What is to be done, the same for every attempt.
struct Task<'a, O: Operation> {
    table: &'a TableCore,
    operation: &'a O,
    deadline: Deadline,
    /// Whether it has been counted in, and has to be counted out.
    has_entered: bool,
}

impl<O: Operation> Drop for Task<'_, O> {
    fn drop(&mut self) {
        if self.has_entered {
            self.table.gate().leave(self.operation.payload());
        }
    }
}

impl<O: Operation> Task<'_, O> {
    /// Counts it in, if there is room.
    fn try_enter(&mut self) -> Result<(), Error> {
        self.has_entered = self.table.gate().try_enter(self.operation.payload())?;
        Ok(())
    }

    /// Waits until it is counted in.
    async fn wait_for_room(&mut self) -> Result<(), Error> {
        let gate = self.table.gate();
        let waiting = gate.wait(self.operation.payload());
        self.has_entered = timeout_at(self.deadline.instant(), waiting).await.is_ok();
        if self.has_entered {
            return Ok(());
        }
        let message = format!("nothing was sent within {:?}: {}", self.deadline.timeout(), gate.full());
        let place = Place { table: Some(self.table.name().to_owned()), ..Place::default() };
        Err(Error::new(ErrorKind::Timeout, message).at(place))
    }

    /// Has the routes of the last attempt refreshed, for whoever comes next.
    fn refresh_soon(&self, progress: &Progress) {
        if let Some(used) = &progress.used {
            self.table.router().refresh_soon(used);
        }
    }
}

/// Runs an operation until it has a result, a verdict against it, or no time left.
pub(crate) fn execute<'a, O: Operation>(
    table: &'a TableCore,
    operation: &'a O,
    deadline: Deadline,
) -> impl Future<Output = Result<O::Output, Error>> + use<'a, O> {
    // Made out here: inside, the arguments would take room beside it.
    let mut task = Task { table, operation, deadline, has_entered: false };
    async move {
        task.try_enter()?;
        if !task.has_entered {
            Box::pin(task.wait_for_room()).await?;
        }
        let mut progress = Progress::default();
        match attempt(&task, &mut progress).await {
            Ok(output) => Ok(output),
            // Boxed: the many operations whose first attempt brings the result stay small.
            Err(missed) => Box::pin(try_again(&task, progress, missed)).await,
        }
    }
}

/// The loop: judges what went wrong, prepares the next attempt and makes it.
async fn try_again<O: Operation>(
    task: &Task<'_, O>,
    mut progress: Progress,
    mut missed: Missed,
) -> Result<O::Output, Error> {
    let kind = O::Rpc::CODE.kind();
    loop {
        let Some(failure) = missed.failure() else {
            // The server may hang, and another one lead by now: whoever comes next shall know.
            task.refresh_soon(&progress);
            progress.maybe_applied |= kind.is_write() && missed.was_sent();
            return Err(timed_out(task, progress));
        };
        progress.maybe_applied |= maybe_applied(failure, kind);
        let verdict = judge(failure, kind);
        if verdict == Verdict::Fail
            || task.table.retry().max_attempts.is_some_and(|max| progress.attempts >= max)
        {
            // This operation is not tried again, but a read would be, elsewhere.
            if judge(failure, RpcKind::Read) == Verdict::RefreshAndRetry {
                task.refresh_soon(&progress);
            }
            let error = missed.into_error().maybe_applied(progress.maybe_applied);
            return Err(error.at(progress.place(task)));
        }
        tracing::debug!(table = task.table.name(), rpc = O::Rpc::CODE.name(), attempt = progress.attempts, reason = %missed.reason(), "trying again");
        progress.last = Some(missed.reason());
        let is_time_left = prepare_next(task.table, verdict, task.deadline, &mut progress).await;
        if !is_time_left.map_err(|error| error.at(progress.place(task)))? {
            return Err(timed_out(task, progress));
        }
        missed = match attempt(task, &mut progress).await {
            Ok(output) => return Ok(output),
            Err(missed) => missed,
        };
    }
}

/// Refreshes the routes if that is the verdict, and waits. Says whether time is left.
async fn prepare_next(
    table: &TableCore,
    verdict: Verdict,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<bool, Error> {
    if verdict == Verdict::RefreshAndRetry
        && let Some(used) = &progress.used
    {
        match timeout_at(deadline.instant(), table.router().refresh(used)).await {
            Err(_) => return Ok(false),
            // Somewhere new to go: no reason to wait.
            Ok(Ok(Refreshed::Changed)) => return Ok(true),
            Ok(Ok(Refreshed::Unchanged)) => {}
            // The table is gone, or this client may not see it: no attempt will change that.
            Ok(Err(error)) if is_final(&error) => return Err(error.maybe_applied(progress.maybe_applied)),
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
fn attempt<'a, O: Operation>(
    task: &'a Task<'_, O>,
    progress: &'a mut Progress,
) -> impl Future<Output = Result<O::Output, Missed>> + use<'a, O> {
    progress.attempts += 1;
    let snapshot = &*progress.used.insert(task.table.router().snapshot());
    match task.table.backup() {
        // Boxed: tables without backup requests do not carry what these need.
        Some(backup) if O::MAY_ASK_SECONDARY => {
            Either::Right(Box::pin(backed::attempt(task, snapshot, backup)))
        }
        _ => Either::Left(attempt_at_primary(task, snapshot)),
    }
}

/// One attempt at the primary.
async fn attempt_at_primary<O: Operation>(
    task: &Task<'_, O>,
    snapshot: &Snapshot,
) -> Result<O::Output, Missed> {
    let sent = poll_fn(|context| Poll::Ready(send(task, snapshot, context.waker())));
    let mut call = match sent.await {
        Some(call) => call,
        None => Box::pin(connect_and_send(task, snapshot)).await?,
    };
    match timeout_at(task.deadline.instant(), &mut call).await {
        Ok(Ok(reply)) => read_answer(task.operation, &reply),
        Ok(Err(error)) => Err(Missed::Net(error)),
        Err(_) => {
            call.connection().note_timeout();
            Err(Missed::Elapsed(Sent::Maybe))
        }
    }
}

/// Sends the request, if there is a connection to send it over: the common case, which waits for nothing.
fn send<O: Operation>(task: &Task<'_, O>, snapshot: &Snapshot, waker: &Waker) -> Option<Call> {
    let route = snapshot.route(task.operation.target())?;
    let connection = route.primary?.connection()?;
    let header = header(&route, task.deadline);
    connection.call_waking::<O::Rpc>(&header, task.operation.request(), waker).ok()
}

/// As [`send`], after a connection has been made; or says why none can be.
async fn connect_and_send<O: Operation>(task: &Task<'_, O>, snapshot: &Snapshot) -> Result<Call, Missed> {
    let route = snapshot.route(task.operation.target()).ok_or(Missed::Resized)?;
    let node = route.primary.ok_or(Missed::NoPrimary)?;
    let connection = match timeout_at(task.deadline.instant(), node.connect()).await {
        Ok(connected) => connected.map_err(Missed::Net)?,
        Err(_) => return Err(Missed::Elapsed(Sent::No)),
    };
    let header = header(&route, task.deadline);
    connection.call::<O::Rpc>(&header, task.operation.request()).map_err(Missed::Net)
}

fn header(route: &Route<'_>, deadline: Deadline) -> RequestHeader {
    RequestHeader {
        gpid: route.gpid,
        timeout_ms: deadline.remaining_ms(),
        partition_hash: route.partition_hash,
        is_backup: false,
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
    fn place<O: Operation>(&self, task: &Task<'_, O>) -> Place {
        let route = self.used.as_ref().and_then(|used| used.route(task.operation.target()));
        let server = route.as_ref().and_then(|route| route.primary);
        Place {
            table: Some(task.table.name().to_owned()),
            partition_index: route.as_ref().map(|route| route.gpid.partition_index),
            server: server.map(|node| node.address().to_string()),
            attempts: self.attempts,
        }
    }
}

fn timed_out<O: Operation>(task: &Task<'_, O>, progress: Progress) -> Error {
    let waited = task.deadline.timeout();
    let message = match &progress.last {
        Some(last) => format!("no result within {waited:?}; the last attempt failed: {last}"),
        None => format!("no answer within {waited:?}"),
    };
    let error = Error::new(ErrorKind::Timeout, message).maybe_applied(progress.maybe_applied);
    error.at(progress.place(task))
}
