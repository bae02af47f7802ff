//! Writes rows of any keys: one request each, outcomes in order.

use futures_util::StreamExt;

use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::ops::Operation;

/// Requests on their way at a time.
const AT_ONCE: usize = 256;

/// Runs the operations; one that fails, or could not even be built, does not stop the others.
pub(crate) async fn batch_write<O: Operation>(
    table: &TableContext,
    operations: Vec<Result<O, Error>>,
    deadline: Deadline,
) -> Vec<Result<O::Output, Error>> {
    let run = |operation: Result<O, Error>| async move { execute(table, &operation?, deadline).await };
    futures_util::stream::iter(operations).map(run).buffered(AT_ONCE).collect().await
}
