//! Records which reads were answered by a secondary.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;

thread_local! {
    /// Whether a secondary answered the operation that this thread is polling. A field of the operation would
    /// enlarge its future on every table, also without hedging.
    static MAYBE_STALE: Cell<bool> = const { Cell::new(false) };
}

/// Records that a secondary answered the operation that is being polled.
pub(crate) fn note_maybe_stale() {
    MAYBE_STALE.set(true);
}

/// Runs one or more reads, and tells whether any part of the result came from a secondary, so that it may
/// lack the latest writes.
///
/// ```no_run
/// # async fn example(table: pegasus_client::Table) -> Result<(), pegasus_client::Error> {
/// use pegasus_client::{CallOptions, with_staleness};
///
/// let (value, maybe_stale) = with_staleness(table.get(b"user_1", b"name", CallOptions::default())).await;
/// println!("{:?}{}", value?, if maybe_stale { ", perhaps an old one" } else { "" });
/// # Ok(())
/// # }
/// ```
pub async fn with_staleness<F: Future>(reading: F) -> (F::Output, bool) {
    let mut reading = pin!(reading);
    let mut maybe_stale = false;
    let output = poll_fn(|context| {
        let outer = MAYBE_STALE.replace(maybe_stale);
        let polled = reading.as_mut().poll(context);
        maybe_stale = MAYBE_STALE.replace(outer);
        polled
    })
    .await;
    (output, maybe_stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_knows_of_its_own() {
        let stale = async {
            note_maybe_stale();
            tokio::task::yield_now().await;
        };
        let fresh = tokio::task::yield_now();
        let (((), stale), ((), fresh)) = tokio::join!(with_staleness(stale), with_staleness(fresh));
        assert_eq!((stale, fresh), (true, false));
        let nested = with_staleness(with_staleness(async { note_maybe_stale() }));
        assert_eq!(nested.await, (((), true), false));
    }
}
