//! The threads of a local cluster.

use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

/// How long the end of an environment waits for a cluster that nobody stopped to let go of its files.
const LET_GO: Duration = Duration::from_secs(2);

/// The threads of a cluster.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn start() -> std::io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).thread_name("pegasus-local").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Runtime::handle)
    }

    /// Ends the threads, and waits for them up to [`LET_GO`].
    pub(super) fn shut_down(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(LET_GO);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Without waiting: this may run on the I/O thread.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
