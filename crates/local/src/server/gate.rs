//! What holds the connections of a server up while it is frozen.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

/// A gate before every step of some futures: while it is shut, none of them makes one.
///
/// A connection behind it is like a process that was stopped: it neither reads nor writes, nor
/// notices that its client is gone, and goes on where it was.
#[derive(Default)]
pub(crate) struct Gate {
    /// Read while a step is made, so that none is under way once the gate is shut.
    is_shut: RwLock<bool>,
    /// Who is to be woken when it opens.
    waiting: Mutex<Vec<Waker>>,
}

impl Gate {
    /// Lets no step through any more; those under way have been made when this returns.
    pub(crate) fn shut(&self) {
        *self.is_shut.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Lets everything go on.
    pub(crate) fn open(&self) {
        *self.is_shut.write().unwrap_or_else(PoisonError::into_inner) = false;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain(..).for_each(Waker::wake);
    }

    /// Makes the steps of a future while the gate is open.
    pub(crate) async fn pass<T>(self: Arc<Self>, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        std::future::poll_fn(|context| self.step(future.as_mut(), context)).await
    }

    fn step<T>(&self, future: Pin<&mut impl Future<Output = T>>, context: &mut Context<'_>) -> Poll<T> {
        let is_shut = self.is_shut.read().unwrap_or_else(PoisonError::into_inner);
        if !*is_shut {
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
    async fn what_is_behind_a_shut_gate_goes_on_when_it_opens() {
        let gate = Arc::new(Gate::default());
        let (requests, mut incoming) = mpsc::unbounded_channel::<u32>();
        let (outgoing, mut answers) = mpsc::unbounded_channel();
        let echo = tokio::spawn(gate.clone().pass(async move {
            while let Some(request) = incoming.recv().await {
                outgoing.send(request).unwrap();
            }
        }));
        requests.send(1).unwrap();
        assert_eq!(answers.recv().await, Some(1));
        gate.shut();
        requests.send(2).unwrap();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(answers.try_recv().is_err());
        gate.open();
        assert_eq!(answers.recv().await, Some(2));
        drop(requests);
        echo.await.unwrap();
    }
}
