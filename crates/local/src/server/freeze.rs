//! What holds the connections of a server up while it is frozen.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

/// A switch for some futures: while it is frozen, none of them makes a step.
///
/// A frozen connection is like a process that was stopped: it neither reads nor writes, nor
/// notices that its client is gone, and goes on where it was.
#[derive(Default)]
pub(crate) struct Freeze {
    /// Read while a step is made, so that none is under way once it is frozen.
    is_frozen: RwLock<bool>,
    /// The tasks to wake when it is thawed.
    waiting: Mutex<Vec<Waker>>,
}

impl Freeze {
    /// Lets no future make a step any more; steps under way have been made when this returns.
    pub(crate) fn freeze(&self) {
        *self.is_frozen.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Lets everything go on.
    pub(crate) fn thaw(&self) {
        *self.is_frozen.write().unwrap_or_else(PoisonError::into_inner) = false;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain(..).for_each(Waker::wake);
    }

    /// Makes the steps of a future while it is not frozen.
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
