//! How requests get into the buffer from which they are sent.

use std::sync::Arc;

use bytes::BytesMut;
use pegasus_protocol::frame::shorten_timeout;
use tokio::time::Instant;

use super::direct;
use super::error::{NetError, NetErrorKind, Sent};
use super::held::{HeldFrame, Place};
use super::inflight::Inflight;
use super::shared::{ConnectionState, Pulse, Sender, SharedConnection};

impl SharedConnection {
    /// Queues a frame and makes sure that one side sends it. `encode` appends the frame and returns its id. Returns the
    /// id and the time.
    /// `once`: the request must not be sent a second time on another connection.
    pub(super) fn queue(
        self: &Arc<Self>,
        once: bool,
        encode: impl FnOnce(&mut Inflight, Place, Instant, &mut BytesMut) -> i32,
    ) -> Result<(i32, Instant), NetError> {
        let now = Instant::now();
        let mut guard = self.lock();
        let state = &mut *guard;
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        if state.held.is_some() {
            return Ok((state.hold(now, encode), now));
        }
        let before = state.outgoing.len();
        let starts_doubt = state.was_idle(now) && !state.inflight.is_doubtful();
        state.last_active = now;
        if before > self.limits.most_queued {
            drop(guard);
            let error = NetError::new(
                NetErrorKind::Reset,
                format!("the server takes no requests: {before} bytes wait to be sent"),
            );
            self.end(error.clone());
            return Err(error);
        }
        if starts_doubt {
            state.ask_whether_alive();
        }
        let id = if once && state.inflight.is_doubtful() {
            state.hold(now, encode)
        } else {
            state.put(now, encode)
        };
        let is_first = state.sender == Sender::Nobody;
        if is_first {
            state.sender = Sender::Asked;
        }
        let starts_pulse = std::mem::replace(&mut state.pulse, Pulse::BeatsOn) == Pulse::Stopped;
        drop(guard);
        if starts_pulse {
            self.busy.notify_one();
        }
        if starts_doubt {
            self.doubted.notify_one();
        }
        if is_first && !direct::takes_over(self) {
            self.writer.wake();
        }
        Ok((id, now))
    }

    /// Gives a call up. A request that is held back is not sent any more, and of one that is not held back
    /// the socket may have a part.
    pub(super) fn abandon(&self, id: i32) -> Sent {
        let mut state = self.lock();
        match state.inflight.cancel(id) {
            Some(Place::Held(position)) => {
                state.held.iter_mut().for_each(|held| held.remove(position));
                Sent::No
            }
            Some(Place::Stream(_)) | None => Sent::Maybe,
        }
    }
}

impl ConnectionState {
    /// Appends a frame to those that are sent next.
    fn put(
        &mut self,
        now: Instant,
        encode: impl FnOnce(&mut Inflight, Place, Instant, &mut BytesMut) -> i32,
    ) -> i32 {
        let before = self.outgoing.len();
        let id = encode(&mut self.inflight, Place::Stream(self.queued), now, &mut self.outgoing);
        self.queued += (self.outgoing.len() - before) as u64;
        id
    }

    /// Holds a frame back.
    fn hold(
        &mut self,
        now: Instant,
        encode: impl FnOnce(&mut Inflight, Place, Instant, &mut BytesMut) -> i32,
    ) -> i32 {
        let held = self.held.get_or_insert_default();
        let mut bytes = BytesMut::new();
        let id = encode(&mut self.inflight, Place::Held(held.next()), now, &mut bytes);
        held.push(HeldFrame { id, bytes, since: now });
        id
    }

    /// Queues the frames that were held back, in their order.
    pub(super) fn release(&mut self, now: Instant) {
        for mut frame in self.held.take().into_iter().flat_map(|held| held.release()) {
            // The header says how long the caller still waits.
            shorten_timeout(&mut frame.bytes, now.saturating_duration_since(frame.since));
            self.inflight.released(frame.id, self.queued, now);
            self.queued += frame.bytes.len() as u64;
            self.outgoing.extend_from_slice(&frame.bytes);
        }
    }
}
