//! What a connection still owes answers for, while it goes on with other requests: requests that
//! wait, changes that are being made, and answers that a rule delays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::RequestFrame;
use pegasus_protocol::types::ErrorCode;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::exchange::{Change, Later};
use crate::faults::Alteration;
use crate::state::ClusterState;

/// With so much pending, no further requests are looked at: a client that is made to wait must not
/// fill the memory.
const MOST: usize = 1024;

/// A request that is to be answered.
pub(crate) struct Arrival {
    pub(crate) frame: RequestFrame,
    /// Whether it has waited already, because of limits of its table.
    pub(crate) has_waited: bool,
    /// What a rule says is to become of the answer.
    pub(crate) alteration: Option<Alteration>,
}

/// What is pending on one connection.
#[derive(Default)]
pub(crate) struct Pending {
    /// By the time at which they are due, and the order in which they came.
    waiting: BTreeMap<(Instant, u64), Due>,
    next: u64,
    changes: JoinSet<(Arrival, BytesMut)>,
}

/// What is due.
pub(crate) enum Due {
    /// A request has waited long enough, and is served now.
    Request(Arrival),
    /// A request has waited long enough, and is refused now.
    Refusal(Arrival, ErrorCode),
    /// A change has been made, and this is the answer.
    Changed(Arrival, BytesMut),
    /// An answer has been held back long enough.
    Answer(BytesMut),
}

impl Pending {
    /// Lets a request wait.
    pub(crate) fn wait(&mut self, arrival: Arrival, later: Later) {
        let arrival = Arrival { has_waited: true, ..arrival };
        self.add(
            later.pause,
            match later.refusal {
                Some(error) => Due::Refusal(arrival, error),
                None => Due::Request(arrival),
            },
        );
    }

    /// Holds an answer back.
    pub(crate) fn delay(&mut self, answer: BytesMut, delay: Duration) {
        self.add(delay, Due::Answer(answer));
    }

    fn add(&mut self, pause: Duration, due: Due) {
        self.next += 1;
        self.waiting.insert((Instant::now() + pause, self.next), due);
    }

    /// Makes a change, where waiting for a disk hinders nobody. It is made even if the connection
    /// ends meanwhile.
    pub(crate) fn change(&mut self, state: &Arc<ClusterState>, arrival: Arrival, change: Change) {
        // It fails when the cluster stops, and then the connection is about to end too.
        let Ok(changing) = state.changing.clone().try_read_owned() else {
            return;
        };
        let state = state.clone();
        self.changes.spawn_blocking(move || {
            let answer = change(&state);
            drop(state);
            drop(changing);
            (arrival, answer)
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() + self.changes.len() >= MOST
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.changes.is_empty()
    }

    /// Waits for what is due next; for ever if nothing is pending. May be cancelled.
    ///
    /// # Errors
    ///
    /// A change has panicked.
    pub(crate) async fn next(&mut self) -> Result<Due, JoinError> {
        let first = self.waiting.first_key_value().map(|((at, _), _)| *at);
        loop {
            tokio::select! {
                () = sleep_until(first.unwrap_or_else(Instant::now)), if first.is_some() => {
                    if let Some((_, due)) = self.waiting.pop_first() {
                        return Ok(due);
                    }
                }
                Some(changed) = self.changes.join_next() => return changed.map(|(arrival, answer)| Due::Changed(arrival, answer)),
                else => std::future::pending().await,
            }
        }
    }
}
