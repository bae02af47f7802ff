//! The calls that wait for a reply on one connection.
//!
//! Only this file assigns sequence ids. A reply with an id that is not here (late, unknown, cancelled) is
//! dropped. When the connection ends, every waiting call fails.

use std::task::Waker;

use pegasus_protocol::frame::ReplyFrame;
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::error::{NetError, Sent};

/// The result of a call.
pub(crate) type Outcome = Result<ReplyFrame, NetError>;

struct PendingCall {
    /// The position of its frame in the stream of all bytes ever queued on the connection.
    frame_start: u64,
    state: CallState,
}

enum CallState {
    Waiting(Option<Waker>),
    Done(Outcome),
}

/// The calls of a connection, by sequence id.
pub(crate) struct Inflight {
    /// One entry for each call in flight. The limiter bounds the calls, and so the replies that are stored
    /// here until the calls take them.
    waiters: FxHashMap<i32, PendingCall>,
    last_id: i32,
    /// The number of calls without a reply.
    unanswered: usize,
    /// Since when the server has sent nothing although it owes a reply. Cancelling a call does not end the
    /// silence; only the server does.
    silent_since: Option<Instant>,
    /// Whether the server has sent anything.
    was_heard: bool,
}

/// The result of polling a call.
pub(crate) enum Poll {
    Pending,
    Done(Outcome),
    /// The id is unknown: its reply was taken before.
    Gone,
}

impl Inflight {
    pub(crate) fn new() -> Self {
        Self {
            waiters: FxHashMap::default(),
            last_id: 0,
            unanswered: 0,
            silent_since: None,
            was_heard: false,
        }
    }

    /// An id that no call has, for any request, with or without a reply.
    pub(crate) fn next_id(&mut self) -> i32 {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            if !self.waiters.contains_key(&self.last_id) {
                return self.last_id;
            }
        }
    }

    /// Reserves an id for a call whose frame starts at this position of the stream.
    pub(crate) fn reserve(&mut self, frame_start: u64, waker: Option<Waker>) -> i32 {
        let id = self.next_id();
        self.waiters.insert(id, PendingCall { frame_start, state: CallState::Waiting(waker) });
        self.unanswered += 1;
        self.silent_since.get_or_insert_with(Instant::now);
        id
    }

    /// Takes the reply if it has arrived; otherwise registers the waker.
    pub(crate) fn poll(&mut self, id: i32, waker: &Waker) -> Poll {
        match self.waiters.get_mut(&id) {
            None => return Poll::Gone,
            Some(PendingCall { state: CallState::Waiting(registered), .. }) => {
                match registered {
                    Some(known) => known.clone_from(waker),
                    None => *registered = Some(waker.clone()),
                }
                return Poll::Pending;
            }
            Some(PendingCall { state: CallState::Done(_), .. }) => {}
        }
        match self.forget(id) {
            Some(CallState::Done(outcome)) => Poll::Done(outcome),
            Some(CallState::Waiting(_)) | None => Poll::Gone,
        }
    }

    /// Removes a call that has its reply or was cancelled.
    fn forget(&mut self, id: i32) -> Option<CallState> {
        let state = self.waiters.remove(&id)?.state;
        if matches!(state, CallState::Waiting(_)) {
            self.unanswered -= 1;
        }
        Some(state)
    }

    /// Cancels a call: a reply that arrives later is dropped.
    pub(crate) fn cancel(&mut self, id: i32) {
        self.forget(id);
    }

    /// Records that the server sent something, after its replies were delivered.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.silent_since = (self.unanswered > 0).then_some(now);
        self.was_heard = true;
    }

    pub(crate) fn was_heard(&self) -> bool {
        self.was_heard
    }

    pub(crate) fn silent_since(&self) -> Option<Instant> {
        self.silent_since
    }

    /// Delivers a reply to its call; returns the waker of the call.
    pub(crate) fn complete(&mut self, reply: ReplyFrame) -> Option<Waker> {
        let waiter = self.waiters.get_mut(&reply.head.sequence_id)?;
        match std::mem::replace(&mut waiter.state, CallState::Done(Ok(reply))) {
            CallState::Waiting(waker) => {
                self.unanswered -= 1;
                waker
            }
            done @ CallState::Done(_) => {
                // A second reply with the same id: the first one counts.
                waiter.state = done;
                None
            }
        }
    }

    /// Fails every waiting call, because the connection has ended. The socket got the bytes before `handed`.
    pub(crate) fn fail_all(&mut self, error: &NetError, handed: u64) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for waiter in self.waiters.values_mut() {
            let CallState::Waiting(waker) = &mut waiter.state else { continue };
            self.unanswered -= 1;
            wakers.extend(waker.take());
            let sent = if waiter.frame_start < handed { Sent::Maybe } else { Sent::No };
            waiter.state = CallState::Done(Err(error.with_sent(sent)));
        }
        wakers
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.waiters.len()
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use pegasus_protocol::frame::{decode_reply, encode_error};
    use pegasus_protocol::types::ErrorCode;

    use super::super::error::NetErrorKind;
    use super::*;

    fn reply(id: i32) -> ReplyFrame {
        let mut bytes = BytesMut::new();
        encode_error(&ErrorCode::Busy, b"RPC", id, &mut bytes);
        decode_reply(&mut bytes, 1024).unwrap().unwrap()
    }

    fn poll(inflight: &mut Inflight, id: i32) -> Poll {
        inflight.poll(id, Waker::noop())
    }

    #[tokio::test]
    async fn answers_find_their_waiters_in_any_order() {
        let mut inflight = Inflight::new();
        let (first, second) = (inflight.reserve(0, None), inflight.reserve(9, None));
        assert!(matches!(poll(&mut inflight, first), Poll::Pending));
        inflight.complete(reply(second));
        assert!(matches!(poll(&mut inflight, first), Poll::Pending));
        assert!(matches!(poll(&mut inflight, second), Poll::Done(Ok(_))));
        assert!(inflight.complete(reply(first)).is_some());
        assert!(matches!(poll(&mut inflight, first), Poll::Done(Ok(_))));
        assert_eq!(inflight.len(), 0);
    }

    #[tokio::test]
    async fn late_unknown_and_second_answers_are_dropped() {
        let mut inflight = Inflight::new();
        let id = inflight.reserve(0, None);
        assert!(inflight.complete(reply(77)).is_none());
        inflight.complete(reply(id));
        assert!(inflight.complete(reply(id)).is_none());
        assert!(matches!(poll(&mut inflight, id), Poll::Done(Ok(_))));
        let cancelled = inflight.reserve(0, None);
        inflight.cancel(cancelled);
        assert!(inflight.complete(reply(cancelled)).is_none());
        assert_eq!(inflight.len(), 0);
    }

    #[tokio::test]
    async fn an_id_in_use_is_not_given_again() {
        let mut inflight = Inflight::new();
        let first = inflight.reserve(0, None);
        inflight.last_id = first - 1;
        assert_ne!(inflight.reserve(0, None), first);
        inflight.last_id = i32::MAX;
        assert_eq!(inflight.next_id(), i32::MIN);
    }

    #[tokio::test]
    async fn the_end_answers_all_and_tells_what_was_not_sent() {
        let mut inflight = Inflight::new();
        let sent = inflight.reserve(0, None);
        let not_sent = inflight.reserve(100, None);
        inflight.fail_all(&NetError::new(NetErrorKind::Reset, "gone"), 100);
        let outcome = |poll| match poll {
            Poll::Done(Err(error)) => error.sent,
            _ => panic!("no outcome"),
        };
        assert_eq!(outcome(poll(&mut inflight, sent)), Sent::Maybe);
        assert_eq!(outcome(poll(&mut inflight, not_sent)), Sent::No);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_starts_with_a_call_and_only_the_server_ends_it() {
        let mut inflight = Inflight::new();
        assert_eq!(inflight.silent_since(), None);
        let start = Instant::now();
        let id = inflight.reserve(0, None);
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        let later = Instant::now();
        inflight.reserve(0, None);
        assert_eq!(inflight.silent_since(), Some(start));
        inflight.heard(later);
        assert_eq!(inflight.silent_since(), Some(later));
        inflight.cancel(id);
        inflight.cancel(id + 1);
        assert_eq!(inflight.silent_since(), Some(later));
        inflight.heard(later);
        assert_eq!(inflight.silent_since(), None);
        let id = inflight.reserve(0, None);
        inflight.complete(reply(id));
        inflight.heard(later);
        assert_eq!(inflight.silent_since(), None);
    }
}
