//! The task that carries splits to their end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::cluster_state::ClusterState;

/// How long a split has begun before its first child gets rows: clients can see it begin.
const PAUSE_BEFORE: Duration = Duration::from_millis(100);

/// How long it rests after each child, so that it is not all at once.
const PAUSE_BETWEEN: Duration = Duration::from_millis(5);

/// How long to wait before a storage that failed is asked again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Carries splits to their end, whenever there are some, until it is told to stop.
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
