//! Frames that wait until their connection can be used. They leave in the order in which they came.

use bytes::BytesMut;
use tokio::time::Instant;

/// Where a request is on its way to the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Held back, at this position. The socket gets no byte of it before it is released.
    Held(usize),
    /// Its frame starts at this position of the stream of all bytes ever queued on the connection.
    Stream(u64),
}

/// A frame that is held back. The frame of a call that was given up is empty.
pub(super) struct HeldFrame {
    pub(super) id: i32,
    pub(super) bytes: BytesMut,
    pub(super) since: Instant,
}

/// The frames that are held back. There is one for each call in flight, so the limiter bounds them; those of
/// calls that were given up are empty, and stay until a connection is made or fails.
#[derive(Default)]
pub(super) struct Held {
    frames: Vec<HeldFrame>,
    left: usize,
}

impl Held {
    /// The position of the next frame.
    pub(super) fn next(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn push(&mut self, frame: HeldFrame) {
        self.frames.push(frame);
        self.left += 1;
    }

    /// Removes the frame of a call that was given up.
    pub(super) fn remove(&mut self, position: usize) {
        let Some(frame) = self.frames.get_mut(position).filter(|frame| !frame.bytes.is_empty()) else {
            return;
        };
        frame.bytes = BytesMut::new();
        self.left -= 1;
        if self.left == 0 {
            self.frames.clear();
        }
    }

    /// The frames that are left, in order.
    pub(super) fn release(self) -> impl Iterator<Item = HeldFrame> {
        self.frames.into_iter().filter(|frame| !frame.bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(ids: &[i32]) -> Held {
        let mut held = Held::default();
        for id in ids {
            held.push(HeldFrame { id: *id, bytes: BytesMut::from(&b"frame"[..]), since: Instant::now() });
        }
        held
    }

    fn ids(held: Held) -> Vec<i32> {
        held.release().map(|frame| frame.id).collect()
    }

    #[tokio::test]
    async fn frames_leave_in_the_order_in_which_they_came() {
        assert_eq!(ids(held(&[5, 3, 4])), [5, 3, 4]);
    }

    #[tokio::test]
    async fn frames_of_calls_that_were_given_up_do_not_leave() {
        let mut some = held(&[1, 2, 3]);
        some.remove(1);
        some.remove(1);
        some.remove(9);
        assert_eq!(some.next(), 3);
        assert_eq!(ids(some), [1, 3]);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_calls_that_were_all_given_up() {
        let mut none = held(&[1, 2]);
        (0..2).for_each(|position| none.remove(position));
        assert_eq!((none.next(), none.frames.len()), (0, 0));
    }
}
