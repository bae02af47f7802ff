//! The background task that completes splits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::cluster_state::ClusterState;

/// The time between the start of a split and its first child's rows, so that clients can observe
/// the beginning.
const PAUSE_BEFORE: Duration = Duration::from_millis(100);

/// The pause after each child, so that a split does not happen all at once.
const PAUSE_BETWEEN: Duration = Duration::from_millis(5);

/// The pause before the next attempt after a failure of the storage.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Completes splits as they begin, until `stop` changes.
pub(crate) async fn finish_splits(state: Arc<ClusterState>, mut stop: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = state.splits.notified() => {}
        }
        let mut pause = PAUSE_BEFORE;
        while let Some(step) = state.next_step() {
            tokio::select! {
                _ = stop.changed() => return,
                () = sleep(pause) => {}
            }
            let worker = state.clone();
            pause = match spawn_blocking(move || worker.take_step(step)).await {
                Ok(Ok(())) => PAUSE_BETWEEN,
                Ok(Err(error)) => {
                    tracing::error!(?step, %error, "a partition split does not get on");
                    PAUSE_AFTER_FAILURE
                }
                Err(error) => {
                    tracing::error!(?step, %error, "a partition split has come to an end");
                    return;
                }
            };
        }
    }
}
