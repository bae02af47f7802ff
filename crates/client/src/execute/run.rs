//! The one loop in which every operation runs: deadline, route, send, judge.

use std::future::Future;
use std::time::Duration;

use futures_util::future::Either;
use pegasus_protocol::rpc::{Rpc, RpcKind};
use tokio::time::timeout_at;

use super::attempt::attempt_at_primary;
use super::context::OperationContext;
use super::hedged;
use super::missed::Missed;
use super::progress::Progress;
use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::retry::{Verdict, judge, maybe_applied, refutes_primary};
use crate::routing::Refreshed;

/// The time that a refresh has before the known route is tried again. In a healthy cluster it takes a few
/// milliseconds after a gap of 50, and an attempt at a server that has just refused would be wasted.
const REFRESH_FIRST: Duration = Duration::from_millis(100);

/// Runs an operation until it has a result, its verdict is to fail, or its deadline passes.
pub(crate) fn execute<'a, O: Operation>(
    table: &'a TableContext,
    operation: &'a O,
    deadline: Deadline,
) -> impl Future<Output = Result<O::Output, Error>> + use<'a, O> {
    // Built outside the future: inside, the future would hold the arguments and the context.
    let mut context = OperationContext::new(table, operation, deadline);
    async move {
        if !context.try_acquire_permit()? {
            Box::pin(context.acquire_permit()).await?;
        }
        context.table.load_retries().note_call();
        let mut progress = Progress::default();
        match attempt(&context, &mut progress).await {
            Ok(output) => Ok(output),
            // Boxed, so that the future of an operation that succeeds at once stays small.
            Err(missed) => Box::pin(try_again(&context, progress, missed)).await,
        }
    }
}

/// The loop: judges the failure, prepares the next attempt, makes it.
async fn try_again<O: Operation>(
    context: &OperationContext<'_, O>,
    mut progress: Progress,
    mut missed: Missed,
) -> Result<O::Output, Error> {
    let kind = O::Rpc::CODE.kind();
    loop {
        let Some(failure) = missed.failure() else {
            // The server may hang, and another one may be primary by now. The next operation should know.
            if !missed.was_sent() {
                progress.refute_primary(context);
            }
            progress.refresh_soon(context.table);
            progress.maybe_applied |= kind.is_write() && missed.was_sent();
            return Err(progress.timed_out(context));
        };
        progress.maybe_applied |= maybe_applied(failure, kind);
        if refutes_primary(failure) {
            progress.refute_primary(context);
        }
        let verdict = judge(failure, kind);
        if verdict == Verdict::Fail
            || context.table.retry().max_attempts.is_some_and(|max| progress.attempts >= max)
        {
            // This operation is not retried, but a read would be, with fresh routes.
            if judge(failure, RpcKind::Read) == Verdict::RefreshAndRetry {
                progress.refresh_soon(context.table);
            }
            return Err(progress.failed(context, missed));
        }
        tracing::debug!(table = context.table.name(), rpc = O::Rpc::CODE.name(), attempt = progress.attempts, reason = %missed.reason(), "trying again");
        progress.last = Some(missed.reason());
        let is_time_left = prepare_next(context.table, verdict, context.deadline, &mut progress).await;
        if !is_time_left.map_err(|refusal| progress.refused(context, refusal))? {
            return Err(progress.timed_out(context));
        }
        missed = match attempt(context, &mut progress).await {
            Ok(output) => return Ok(output),
            Err(missed) => missed,
        };
    }
}

/// Refreshes the routes if that is the verdict, and backs off. Says whether time is left.
///
/// # Errors
///
/// The meta servers' refusal, when it is final.
async fn prepare_next(
    table: &TableContext,
    verdict: Verdict,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<bool, Error> {
    let backoff = table.retry().backoff_after(progress.attempts);
    let backed_off = deadline.earlier(backoff);
    if verdict == Verdict::RetryForLoad
        && timeout_at(deadline.instant(), table.load_retries().acquire()).await.is_err()
    {
        return Ok(false);
    }
    if verdict == Verdict::RefreshAndRetry
        && let Some(used) = &progress.used
    {
        let refresh = table.router().refresh(used);
        match timeout_at(deadline.earlier(backoff.max(REFRESH_FIRST)), refresh).await {
            // The routes have changed: the next attempt needs no backoff.
            Ok(Ok(Refreshed::Changed)) => return Ok(true),
            Ok(Ok(Refreshed::Unchanged)) => {}
            // The table is gone, or this client may not see it: no retry changes that.
            Ok(Err(error)) if is_final(&error) => return Err(error),
            // Without meta servers, the client goes on with the routes that it has.
            Ok(Err(error)) => progress.last = Some(error.to_string()),
            // The refresh goes on. Meanwhile the known route is tried again: its server may be well.
            Err(_) => {}
        }
    }
    Ok(deadline.sleep_until(backed_off).await)
}

/// Whether an error of the meta servers ends the operation: a refusal does, unreachable servers do not.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TableNotFound | ErrorKind::Server(_)) && !error.is_retryable()
}

/// One attempt. It resolves the target again, so it goes to the server that is primary now.
fn attempt<'a, O: Operation>(
    context: &'a OperationContext<'_, O>,
    progress: &'a mut Progress,
) -> impl Future<Output = Result<O::Output, Missed>> + use<'a, O> {
    progress.attempts += 1;
    let snapshot: &_ = progress.used.insert(context.table.router().snapshot());
    match context.table.hedging() {
        // Boxed, so that operations of tables without hedging stay small.
        Some(hedging) if O::MAY_ASK_SECONDARY => {
            Either::Right(Box::pin(hedged::attempt(context, snapshot, hedging)))
        }
        _ => Either::Left(attempt_at_primary(context, snapshot)),
    }
}
