//! The calls that wait for a reply on one connection.
//!
//! Only this file assigns sequence ids. A reply with an id that is not here (late, unknown, cancelled) is
//! dropped. When the connection ends, every waiting call fails.

use std::sync::Arc;
use std::task::Waker;

use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::{ErrorCode, Gpid};
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::error::{NetError, NetErrorKind, Sent};
use super::health::Health;
use super::held::Place;
use super::latency::Class;
use super::silence::Silence;

/// The result of a call.
pub(crate) type Outcome = Result<ReplyFrame, NetError>;

struct PendingCall {
    addressee: Addressee,
    /// When it was queued to be sent.
    sent_at: Instant,
    place: Place,
    state: CallState,
}

/// To whom a call is addressed, and what it asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addressee {
    class: Class,
    /// The partition, when the call is for its primary.
    led: Option<Gpid>,
}

impl Addressee {
    pub(crate) fn of<R: Rpc>(header: &RequestHeader) -> Self {
        let led = (!header.is_backup && header.gpid.app_id > 0).then_some(header.gpid);
        Self { class: Class::of(R::CODE), led }
    }
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
    silence: Silence,
    /// When the server last sent anything.
    last_heard: Option<Instant>,
    /// Whether the server has sent a whole reply. Servers of other kinds send something too.
    has_answered: bool,
    /// The id of the harmless request whose reply is awaited.
    probe: Option<i32>,
    health: Arc<Health>,
}

/// The result of polling a call.
pub(crate) enum Poll {
    Pending,
    Done(Outcome),
    /// The id is unknown: its reply was taken before.
    Gone,
}

impl Inflight {
    pub(crate) fn new(health: Arc<Health>) -> Self {
        Self {
            waiters: FxHashMap::default(),
            last_id: 0,
            unanswered: 0,
            silence: Silence::default(),
            last_heard: None,
            has_answered: false,
            probe: None,
            health,
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

    /// Reserves an id for a call whose frame has this place.
    pub(crate) fn reserve(
        &mut self,
        addressee: Addressee,
        place: Place,
        now: Instant,
        waker: Option<Waker>,
    ) -> i32 {
        let id = self.next_id();
        let call = PendingCall { addressee, sent_at: now, place, state: CallState::Waiting(waker) };
        self.waiters.insert(id, call);
        self.unanswered += 1;
        self.silence.call_waits(now);
        id
    }

    /// The frame of a call that was held back starts now at this position of the stream.
    pub(crate) fn released(&mut self, id: i32, frame_start: u64, now: Instant) {
        if let Some(call) = self.waiters.get_mut(&id) {
            call.place = Place::Stream(frame_start);
            call.sent_at = now;
        }
    }

    /// The connection was made. Nobody was silent before.
    pub(crate) fn connected(&mut self, now: Instant, has_answered: bool) {
        self.silence.end(now, self.unanswered > 0);
        self.last_heard = has_answered.then_some(now);
        self.has_answered = has_answered;
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
        match self.waiters.remove(&id).map(|call| call.state) {
            Some(CallState::Done(outcome)) => Poll::Done(outcome),
            Some(CallState::Waiting(_)) | None => Poll::Gone,
        }
    }

    /// Cancels a call: a reply that arrives later is dropped. Returns the place of its frame, if it still
    /// waited.
    pub(crate) fn cancel(&mut self, id: i32) -> Option<Place> {
        let call = self.waiters.remove(&id)?;
        let CallState::Waiting(_) = call.state else { return None };
        self.unanswered -= 1;
        if self.unanswered == 0 {
            // The server may owe replies, but nobody waits for them.
            self.silence.nobody_waits();
        }
        Some(call.place)
    }

    /// Records that the server sent something, after its replies were delivered.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.silence.end(now, self.unanswered > 0);
        self.last_heard = Some(now);
    }

    /// When the server last sent anything.
    pub(crate) fn last_heard(&self) -> Option<Instant> {
        self.last_heard
    }

    /// Whether the server has sent a whole reply.
    pub(crate) fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Reserves the id of a harmless request.
    pub(crate) fn expect_probe(&mut self) -> i32 {
        let id = self.next_id();
        self.probe = Some(id);
        id
    }

    /// Whether a harmless request has no reply yet.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.probe.is_some()
    }

    pub(crate) fn silence(&self) -> &Silence {
        &self.silence
    }

    /// A call has timed out.
    pub(crate) fn note_timeout(&mut self) {
        self.silence.note_timeout();
    }

    /// Delivers a reply to its call; returns the waker of the call.
    pub(crate) fn complete(&mut self, reply: ReplyFrame, now: Instant) -> Option<Waker> {
        self.has_answered = true;
        let Some(waiter) = self.waiters.get_mut(&reply.head.sequence_id) else {
            self.probe.take_if(|id| *id == reply.head.sequence_id);
            return None;
        };
        // A refusal comes faster than an answer, so it says nothing about answers.
        if reply.error == ErrorCode::Ok && matches!(waiter.state, CallState::Waiting(_)) {
            let latency = now.saturating_duration_since(waiter.sent_at);
            self.health.latencies(waiter.addressee.class).record(latency);
        }
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
            let sent = match waiter.place {
                Place::Stream(start) if start < handed => Sent::Maybe,
                Place::Stream(_) | Place::Held(_) => Sent::No,
            };
            waiter.state = CallState::Done(Err(error.with_sent(sent)));
        }
        wakers
    }

    /// Fails the waiting calls to a partition's primary for which `deposed` gives a reason. Returns the positions of
    /// their frames that are held back, and must not be sent any more, and the wakers.
    pub(crate) fn give_up(
        &mut self,
        deposed: impl Fn(Gpid, Instant) -> Option<String>,
    ) -> (Vec<usize>, Vec<Waker>) {
        let (mut held, mut wakers) = (Vec::new(), Vec::new());
        let waited = self.unanswered;
        for waiter in self.waiters.values_mut() {
            let CallState::Waiting(waker) = &mut waiter.state else { continue };
            let sent_at = waiter.sent_at;
            let Some(reason) = waiter.addressee.led.and_then(|gpid| deposed(gpid, sent_at)) else { continue };
            self.unanswered -= 1;
            wakers.extend(waker.take());
            let sent = match waiter.place {
                // Also a frame that is queued but not yet sent will leave.
                Place::Stream(_) => Sent::Maybe,
                Place::Held(position) => {
                    held.push(position);
                    Sent::No
                }
            };
            let error = NetError::new(NetErrorKind::Deposed, reason).with_sent(sent);
            waiter.state = CallState::Done(Err(error));
        }
        if waited > 0 && self.unanswered == 0 {
            self.silence.nobody_waits();
        }
        (held, wakers)
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
    use pegasus_protocol::rpc::{Get, QueryCfg};

    use super::*;

    fn reply(id: i32) -> ReplyFrame {
        let mut bytes = BytesMut::new();
        encode_error(&ErrorCode::Busy, b"RPC", id, &mut bytes);
        decode_reply(&mut bytes, 1024).unwrap().unwrap()
    }

    fn inflight() -> Inflight {
        Inflight::new(Arc::default())
    }

    fn to_partition(partition_index: i32) -> Addressee {
        let header = RequestHeader { gpid: Gpid { app_id: 1, partition_index }, ..RequestHeader::default() };
        Addressee::of::<Get>(&header)
    }

    fn ask(inflight: &mut Inflight) -> i32 {
        inflight.reserve(to_partition(0), Place::Stream(0), Instant::now(), None)
    }

    fn poll(inflight: &mut Inflight, id: i32) -> Poll {
        inflight.poll(id, Waker::noop())
    }

    #[tokio::test]
    async fn answers_find_their_waiters_in_any_order() {
        let mut inflight = inflight();
        let (first, second) = (ask(&mut inflight), ask(&mut inflight));
        assert!(matches!(poll(&mut inflight, first), Poll::Pending));
        inflight.complete(reply(second), Instant::now());
        assert!(matches!(poll(&mut inflight, first), Poll::Pending));
        assert!(matches!(poll(&mut inflight, second), Poll::Done(Ok(_))));
        assert!(inflight.complete(reply(first), Instant::now()).is_some());
        assert!(matches!(poll(&mut inflight, first), Poll::Done(Ok(_))));
        assert_eq!(inflight.len(), 0);
    }

    #[tokio::test]
    async fn late_unknown_and_second_answers_are_dropped() {
        let mut inflight = inflight();
        let id = ask(&mut inflight);
        assert!(inflight.complete(reply(77), Instant::now()).is_none());
        inflight.complete(reply(id), Instant::now());
        assert!(inflight.complete(reply(id), Instant::now()).is_none());
        assert!(matches!(poll(&mut inflight, id), Poll::Done(Ok(_))));
        let cancelled = ask(&mut inflight);
        inflight.cancel(cancelled);
        assert!(inflight.complete(reply(cancelled), Instant::now()).is_none());
        assert_eq!(inflight.len(), 0);
    }

    #[tokio::test]
    async fn an_id_in_use_is_not_given_again() {
        let mut inflight = inflight();
        let first = ask(&mut inflight);
        inflight.last_id = first - 1;
        assert_ne!(ask(&mut inflight), first);
        inflight.last_id = i32::MAX;
        assert_eq!(inflight.next_id(), i32::MIN);
    }

    #[tokio::test]
    async fn the_end_answers_all_and_tells_what_was_not_sent() {
        let mut inflight = inflight();
        let sent = ask(&mut inflight);
        let not_sent = inflight.reserve(to_partition(0), Place::Stream(100), Instant::now(), None);
        let held = inflight.reserve(to_partition(0), Place::Held(0), Instant::now(), None);
        inflight.fail_all(&NetError::new(NetErrorKind::Reset, "gone"), 100);
        let outcome = |poll| match poll {
            Poll::Done(Err(error)) => error.sent,
            _ => panic!("no outcome"),
        };
        assert_eq!(outcome(poll(&mut inflight, sent)), Sent::Maybe);
        assert_eq!(outcome(poll(&mut inflight, not_sent)), Sent::No);
        assert_eq!(outcome(poll(&mut inflight, held)), Sent::No);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_the_time_of_calls_that_are_neither_answered_nor_given_up() {
        let mut inflight = inflight();
        let second = std::time::Duration::from_secs(1);
        let (first, other) = (ask(&mut inflight), ask(&mut inflight));
        tokio::time::advance(second).await;
        inflight.cancel(first);
        tokio::time::advance(second).await;
        assert_eq!(inflight.silence().length(), 2 * second);
        inflight.cancel(other);
        inflight.cancel(other);
        tokio::time::advance(100 * second).await;
        assert_eq!(inflight.silence().length(), 2 * second);
        let answered = ask(&mut inflight);
        inflight.complete(reply(answered), Instant::now());
        inflight.heard(Instant::now());
        tokio::time::advance(second).await;
        assert!(inflight.silence().length().is_zero() && !inflight.silence().grows());
        ask(&mut inflight);
        tokio::time::advance(second).await;
        inflight.give_up(|_, _| Some("127.0.0.2:1 leads it".into()));
        tokio::time::advance(second).await;
        assert_eq!(inflight.silence().length(), second);
    }

    #[tokio::test]
    async fn calls_to_a_deposed_primary_are_given_up_and_others_wait_on() {
        let mut inflight = inflight();
        let to_secondary = RequestHeader {
            gpid: Gpid { app_id: 1, partition_index: 3 },
            is_backup: true,
            ..RequestHeader::default()
        };
        let addressees = [
            to_partition(3),
            to_partition(4),
            Addressee::of::<Get>(&to_secondary),
            Addressee::of::<QueryCfg>(&RequestHeader::default()),
        ];
        let [given_up, others @ ..] =
            addressees.map(|to| inflight.reserve(to, Place::Stream(0), Instant::now(), None));
        let held = inflight.reserve(to_partition(3), Place::Held(4), Instant::now(), None);
        let deposed = |gpid: Gpid, _| (gpid.partition_index == 3).then(|| "127.0.0.2:1 leads it".into());
        let (frames, _) = inflight.give_up(deposed);
        assert_eq!(frames, [4]);
        for (id, sent) in [(given_up, Sent::Maybe), (held, Sent::No)] {
            match poll(&mut inflight, id) {
                Poll::Done(Err(error)) => assert_eq!((error.kind, error.sent), (NetErrorKind::Deposed, sent)),
                _ => panic!("it waits on"),
            }
        }
        assert!(others.into_iter().all(|id| matches!(poll(&mut inflight, id), Poll::Pending)));
    }

    #[tokio::test(start_paused = true)]
    async fn latencies_are_those_of_answers_and_not_of_refusals() {
        let health = Arc::new(Health::default());
        let mut inflight = Inflight::new(Arc::clone(&health));
        for answer in [ErrorCode::Busy, ErrorCode::Ok] {
            for _ in 0..200 {
                let id = ask(&mut inflight);
                tokio::time::advance(std::time::Duration::from_millis(7)).await;
                let mut bytes = BytesMut::new();
                encode_error(&answer, b"RPC", id, &mut bytes);
                let reply = decode_reply(&mut bytes, 1024).unwrap().unwrap();
                inflight.complete(reply, Instant::now());
                poll(&mut inflight, id);
            }
            let p99 = health.latencies(Class::Row).p99().map(|p99| p99.as_millis());
            assert!(if answer == ErrorCode::Ok {
                p99.is_some_and(|ms| (7..=9).contains(&ms))
            } else {
                p99.is_none()
            });
        }
    }
}
