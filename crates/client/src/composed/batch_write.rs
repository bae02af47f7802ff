//! Writes rows of any hash keys: one request for each row, outcomes in the order of the rows.

use futures_util::StreamExt;

use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::operation::Operation;

/// The most requests in flight at once.
const AT_ONCE: usize = 256;

/// Runs the operations. One that fails or has invalid arguments does not stop the others.
pub(crate) async fn batch_write<O: Operation>(
    table: &TableContext,
    operations: Vec<Result<O, Error>>,
    deadline: Deadline,
) -> Vec<Result<O::Output, Error>> {
    let run = |operation: Result<O, Error>| async move { execute(table, &operation?, deadline).await };
    futures_util::stream::iter(operations).map(run).buffered(AT_ONCE).collect().await
}
