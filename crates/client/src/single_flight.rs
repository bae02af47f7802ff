//! Runs a piece of work once at a time; all callers that want it share its result.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tracing::instrument::WithSubscriber;

/// Runs work in a task of its own. Later callers join it while it runs.
///
/// The task does not belong to the caller that started it. When that caller gives up (its deadline may be
/// shorter than a connect), the other callers still get the result, and so does the next one.
pub(crate) struct SingleFlight<T> {
    /// The running work. A result stays only with the callers that wait for it.
    running: Arc<Running<T>>,
}

type Running<T> = Mutex<Option<watch::Receiver<Option<T>>>>;

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { running: Arc::default() }
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Joins the running work, or starts it. `None`: the work ended without a result, which happens only when
    /// its runtime shuts down.
    pub(crate) async fn run<F>(&self, start: impl FnOnce() -> F) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut receiver = self.join_or_start(start);
        let result = receiver.wait_for(Option::is_some).await.ok()?;
        (*result).clone()
    }

    /// Starts the work unless it is running, and does not wait for it.
    pub(crate) fn start<F>(&self, start: impl FnOnce() -> F)
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.join_or_start(start);
    }

    fn join_or_start<F>(&self, start: impl FnOnce() -> F) -> watch::Receiver<Option<T>>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut running = lock(&self.running);
        if let Some(receiver) = &*running
            && receiver.borrow().is_none()
            && receiver.has_changed().is_ok()
        {
            return receiver.clone();
        }
        let (sender, receiver) = watch::channel(None);
        let work = start();
        let (started, known) = (receiver.clone(), Arc::clone(&self.running));
        let task = async move {
            // Perhaps no caller waits any more. The effects of the work stay.
            sender.send_replace(Some(work.await));
            lock(&known).take_if(|running| running.same_channel(&started));
        };
        tokio::spawn(task.with_current_subscriber());
        *running = Some(receiver.clone());
        receiver
    }
}

fn lock<T>(running: &Running<T>) -> MutexGuard<'_, Option<watch::Receiver<Option<T>>>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn callers_share_a_running_task_and_a_finished_one_is_not_reused() {
        let runs = Arc::new(AtomicU32::new(0));
        let flight = SingleFlight::new();
        let work = || {
            let runs = Arc::clone(&runs);
            async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                runs.fetch_add(1, Ordering::Relaxed)
            }
        };
        let (first, second) = tokio::join!(flight.run(work), flight.run(work));
        assert_eq!((first, second), (Some(0), Some(0)));
        assert_eq!(flight.run(work).await, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_does_not_stop_the_work() {
        let flight = SingleFlight::new();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            7
        };
        let given_up = tokio::time::timeout(Duration::from_millis(1), flight.run(slow)).await;
        assert!(given_up.is_err());
        assert_eq!(flight.run(|| async { 8 }).await, Some(7));
    }

    #[tokio::test]
    async fn a_result_is_not_kept() {
        let flight = SingleFlight::new();
        let result = Arc::new(());
        let kept = Arc::downgrade(&result);
        assert!(flight.run(|| async { result }).await.is_some());
        while kept.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
