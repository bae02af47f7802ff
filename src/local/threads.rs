//! The threads of a local cluster.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::bridge::lock::lock;

/// How long the end of an environment waits for a cluster that nobody stopped to let go of its files.
const LET_GO: Duration = Duration::from_secs(2);

/// The threads that serve.
const WORKERS: usize = 2;

/// The threads of a cluster.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn start() -> io::Result<Self> {
        try_threads(WORKERS)?;
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(WORKERS).thread_name("pegasus-local").enable_all();
        match catch_unwind(AssertUnwindSafe(|| builder.build())) {
            Ok(built) => Ok(Self(Some(built?))),
            Err(_) => Err(io::Error::other("a thread could not be started")),
        }
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

/// Starts that many threads and ends them. The runtime panics where a thread is refused: so it is built only when this
/// has succeeded.
fn try_threads(count: usize) -> io::Result<()> {
    let gate = Mutex::new(());
    std::thread::scope(|scope| {
        // All of them are there at once, until this is dropped.
        let _closed = lock(&gate);
        for _ in 0..count {
            std::thread::Builder::new().spawn_scoped(scope, || drop(lock(&gate)))?;
        }
        Ok(())
    })
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Without waiting: this may run on the I/O thread.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
