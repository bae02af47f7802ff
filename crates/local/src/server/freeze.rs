//! Holds back the connections of a frozen server.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

/// A switch that holds back futures: while it is frozen, none of them is polled.
///
/// A frozen connection is like a stopped process: it neither reads nor writes, it does not notice
/// that its client has gone, and after the thaw it goes on where it was.
#[derive(Default)]
pub(crate) struct Freeze {
    /// Held for reading during a poll, so that no poll is under way once `freeze` has returned.
    is_frozen: RwLock<bool>,
    /// The tasks to wake when it is thawed.
    waiting: Mutex<Vec<Waker>>,
}

impl Freeze {
    /// Stops all futures. Polls that are under way have ended when this returns.
    pub(crate) fn freeze(&self) {
        *self.is_frozen.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Lets all futures go on.
    pub(crate) fn thaw(&self) {
        *self.is_frozen.write().unwrap_or_else(PoisonError::into_inner) = false;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain(..).for_each(Waker::wake);
    }

    /// Runs a future, but polls it only while this switch is not frozen.
    pub(crate) async fn hold<T>(self: Arc<Self>, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        std::future::poll_fn(|context| self.step(future.as_mut(), context)).await
    }

    fn step<T>(&self, future: Pin<&mut impl Future<Output = T>>, context: &mut Context<'_>) -> Poll<T> {
        let is_frozen = self.is_frozen.read().unwrap_or_else(PoisonError::into_inner);
        if !*is_frozen {
            return future.poll(context);
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_is_frozen_goes_on_when_it_is_thawed() {
        let freeze = Arc::new(Freeze::default());
        let (requests, mut incoming) = mpsc::unbounded_channel::<u32>();
        let (outgoing, mut answers) = mpsc::unbounded_channel();
        let echo = tokio::spawn(freeze.clone().hold(async move {
            while let Some(request) = incoming.recv().await {
                outgoing.send(request).unwrap();
            }
        }));
        requests.send(1).unwrap();
        assert_eq!(answers.recv().await, Some(1));
        freeze.freeze();
        requests.send(2).unwrap();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(answers.try_recv().is_err());
        freeze.thaw();
        assert_eq!(answers.recv().await, Some(2));
        drop(requests);
        echo.await.unwrap();
    }
}
