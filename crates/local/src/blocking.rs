//! Work that waits for a disk.

use tokio::task::spawn_blocking;

/// Runs what waits for a disk beside the runtime's threads. A panic there goes on here.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
