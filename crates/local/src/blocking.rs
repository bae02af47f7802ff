//! Runs work that may wait for a disk.

use tokio::task::spawn_blocking;

/// Runs work that may wait for a disk on tokio's threads for blocking work. A panic of the work is
/// passed on to the caller.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
