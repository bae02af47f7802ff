//! Answers that a connection still owes while it serves other requests: requests that wait, changes
//! that are being made, and answers that a fault rule delays.

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
use crate::topology::Term;

/// At this number of pending answers the connection reads no further requests. A client that must
/// wait cannot fill the memory.
const MOST: usize = 1024;

/// A request to be answered.
pub(crate) struct Arrival {
    pub(crate) frame: RequestFrame,
    /// Whether a limit of the table has already made the request wait.
    pub(crate) has_waited: bool,
    /// The lead under which a write was taken that is not finished at once. Whatever it is owed is
    /// given up when the lead ends.
    pub(crate) term: Option<Term>,
    /// What a fault rule does to the answer.
    pub(crate) alteration: Option<Alteration>,
}

/// The pending answers of one connection.
#[derive(Default)]
pub(crate) struct Pending {
    /// Sorted by the time at which they are due, then by arrival.
    waiting: BTreeMap<(Instant, u64), Due>,
    next: u64,
    changes: JoinSet<(Arrival, BytesMut)>,
}

/// A pending answer that is due.
pub(crate) enum Due {
    /// A request has waited, and is served now.
    Request(Arrival),
    /// A request has waited, and is refused now.
    Refusal(Arrival, ErrorCode),
    /// A change has been made, and this is its answer.
    Changed(Arrival, BytesMut),
    /// An answer has been delayed, and is sent now.
    Answer(Option<Term>, BytesMut),
}

impl Due {
    /// The lead with which this pending answer ends; `None` if it ends with none.
    pub(crate) fn term(&self) -> Option<Term> {
        match self {
            Self::Request(arrival) | Self::Refusal(arrival, _) | Self::Changed(arrival, _) => arrival.term,
            Self::Answer(term, _) => *term,
        }
    }
}

impl Pending {
    /// Makes a request wait as if it had not arrived yet.
    pub(crate) fn hold(&mut self, arrival: Arrival, pause: Duration) {
        self.add(pause, Due::Request(arrival));
    }

    /// Makes a request wait as a limit of its table says.
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

    /// Delays an answer.
    pub(crate) fn delay(&mut self, term: Option<Term>, answer: BytesMut, delay: Duration) {
        self.add(delay, Due::Answer(term, answer));
    }

    fn add(&mut self, pause: Duration, due: Due) {
        self.next += 1;
        self.waiting.insert((Instant::now() + pause, self.next), due);
    }

    /// Makes a change on a thread where it may wait for a disk. The change completes even if the
    /// connection ends.
    pub(crate) fn change(&mut self, state: &Arc<ClusterState>, arrival: Arrival, change: Change) {
        // This fails only while the cluster stops. Then the connection ends too.
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

    /// Waits for the next pending answer that is due. Waits for ever if there is none. The future
    /// can be dropped safely.
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
