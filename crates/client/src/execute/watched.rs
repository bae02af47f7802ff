//! Requests of hedged reads, watched for whether their answers come in time, also after the read is over.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pegasus_protocol::types::ErrorCode;
use tokio::time::{Instant, timeout_at};

use crate::net::{Call, Class, Health, Pace, Role};

/// The most requests that are watched on after their reads, for each server, class and role.
const MAX_GIVEN_UP: u32 = 256;

/// A server that is slow is no reason to ask for the routes; one that answers nothing is. So a request that the
/// read needs no more waits so many times as long as others before it gives the reason.
const PATIENCE: u32 = 2;

/// To whom a request went, and when its answer is late.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) health: Arc<Health>,
    pub(super) class: Class,
    pub(super) role: Role,
    pub(super) late_at: Instant,
    /// The deadline of the read.
    pub(super) deadline: Instant,
}

impl Watch {
    fn pace(&self) -> &Pace {
        self.health.pace(self.class, self.role)
    }

    /// Notes whether the request was answered in time.
    pub(super) fn note(&self, is_late: bool) {
        self.pace().note(is_late);
    }

    /// Runs the request to its end; says also whether that came in time. When not, that is noted as soon as it is
    /// known.
    pub(super) async fn over<T>(&self, request: impl Future<Output = T>) -> (T, bool) {
        let mut request = pin!(request);
        match timeout_at(self.late_at, &mut request).await {
            Ok(outcome) => (outcome, true),
            Err(_) => {
                self.note(true);
                (request.await, false)
            }
        }
    }

    /// Waits for the answer to a request that its read needs no more.
    async fn on(self, mut call: Call) {
        if Instant::now() < self.late_at {
            match timeout_at(self.late_at, &mut call).await {
                Ok(outcome) => {
                    if outcome.is_ok_and(|reply| reply.error == ErrorCode::Ok) {
                        self.note(false);
                    }
                    return;
                }
                Err(_) => self.note(true),
            }
        }
        let patience = Instant::now() + self.health.patience(self.class) * PATIENCE;
        if timeout_at(patience.min(self.deadline), &mut call).await.is_ok() {
            return;
        }
        self.pace().note_unanswered();
        if timeout_at(self.deadline, &mut call).await.is_err() {
            call.connection().note_timeout();
        }
    }
}

/// A call of a read. When the read is over because another server answered it, the call is watched on.
pub(super) struct Watched<'a> {
    pub(super) call: Call,
    watch: &'a Watch,
    is_read_over: &'a AtomicBool,
}

impl<'a> Watched<'a> {
    pub(super) fn new(call: Call, watch: &'a Watch, is_read_over: &'a AtomicBool) -> Self {
        Self { call, watch, is_read_over }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if !self.is_read_over.load(Ordering::Relaxed) {
            return;
        }
        let Some(call) = self.call.hand_over() else { return };
        if !self.watch.pace().watch_one_more(MAX_GIVEN_UP) {
            return;
        }
        let watch = self.watch.clone();
        tokio::spawn(async move {
            let (health, class, role) = (Arc::clone(&watch.health), watch.class, watch.role);
            watch.on(call).await;
            health.pace(class, role).watched_one();
        });
    }
}
