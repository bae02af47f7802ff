//! The task that owns a socket: it writes queued frames, reads replies, and watches for silence.
//!
//! Its parts run together. The first one to end gives the reason, and all waiting calls fail with it.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::{MAX_REPLY_LENGTH, decode_reply};
use tokio::io::AsyncReadExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep};

use super::doubt;
use super::error::{NetError, NetErrorKind};
use super::inflight::Inflight;
use super::shared::{Sender, SharedConnection, emptied};

/// The bytes that are allocated at once to read into. They are freed when no reply refers to them any more.
const READ_CHUNK: usize = 64 * 1024;

/// When less than this is left, another chunk is allocated.
const READ_AT_LEAST: usize = 16 * 1024;

/// For this many times `session_reset`, parts of one frame count as a sign of life. A frame with too great a
/// claimed length would swallow all replies after it; from then on only whole frames count.
const PATIENCE: u32 = 4;

/// The period of the pulse, shorter than common deadlines.
const PULSE: Duration = Duration::from_millis(50);

/// Drives the connection to its end, and returns the reason.
pub(super) async fn drive(
    reader: OwnedReadHalf,
    writer: &OwnedWriteHalf,
    shared: &SharedConnection,
    server: &str,
) -> NetError {
    tokio::select! {
        biased;
        reason = read(reader, shared, server) => reason,
        reason = write(writer, shared) => reason,
        reason = watch(shared) => reason,
        reason = doubt::watch(shared) => reason,
        reason = beat(shared) => reason,
    }
}

fn reset(peer_did: &str, error: &std::io::Error) -> NetError {
    NetError::new(NetErrorKind::Reset, format!("{peer_did}: {error}"))
}

/// The reader: it delivers all frames of one read under one lock.
async fn read(mut reader: OwnedReadHalf, shared: &SharedConnection, server: &str) -> NetError {
    let patience = shared.limits.session_reset.saturating_mul(PATIENCE);
    let mut buffer = BytesMut::new();
    let mut wakers = Vec::new();
    let mut last_whole = Instant::now();
    loop {
        // The claimed length of a frame reserves no memory: the buffer grows with the bytes that arrive.
        if buffer.capacity() - buffer.len() < READ_AT_LEAST {
            buffer.reserve(READ_CHUNK);
        }
        let was_empty = buffer.is_empty();
        match reader.read_buf(&mut buffer).await {
            Ok(0) => return NetError::new(NetErrorKind::Reset, "the server closed the connection"),
            Ok(_) => {}
            Err(error) => return reset("the connection broke", &error),
        }
        let now = Instant::now();
        let (handed_out, is_released) = {
            let mut guard = shared.lock();
            let state = &mut *guard;
            let handed_out = hand_out(&mut buffer, &mut state.inflight, now, &mut wakers);
            if was_empty || handed_out.as_ref().is_ok_and(|count| *count > 0) {
                last_whole = now;
            }
            if now.saturating_duration_since(last_whole) < patience {
                state.inflight.heard(now);
                state.last_active = now;
            }
            // The connection was doubtful and is not any more.
            let is_released = state.held.is_some() && !state.inflight.is_doubtful();
            if is_released {
                state.release(now);
            }
            (handed_out, is_released)
        };
        if is_released {
            shared.writer.wake();
        }
        wakers.drain(..).for_each(Waker::wake);
        match handed_out {
            Ok(0) => {}
            Ok(_) => shared.health.note_answer(server),
            Err(error) => return error,
        }
    }
}

/// Delivers every whole frame in the buffer to its call, and returns how many there were.
fn hand_out(
    buffer: &mut BytesMut,
    inflight: &mut Inflight,
    now: Instant,
    wakers: &mut Vec<Waker>,
) -> Result<usize, NetError> {
    let mut handed_out = 0;
    loop {
        match decode_reply(buffer, MAX_REPLY_LENGTH) {
            Ok(Some(reply)) => {
                handed_out += 1;
                wakers.extend(inflight.complete(reply, now));
            }
            Ok(None) => return Ok(handed_out),
            Err(error) => {
                let reason = format!("the server sent what is no answer: {error}");
                return Err(NetError::new(NetErrorKind::Garbage, reason));
            }
        }
    }
}

/// The writer: all queued frames leave in one system call.
async fn write(socket: &OwnedWriteHalf, shared: &SharedConnection) -> NetError {
    let mut frames = BytesMut::new();
    loop {
        if let Err(ended) = take_queued(shared, &mut frames).await {
            return ended;
        }
        if let Err(error) = write_all(socket, &frames).await {
            return reset("the connection broke", &error);
        }
        frames = emptied(frames);
    }
}

async fn write_all(socket: &OwnedWriteHalf, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match socket.try_write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => socket.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Waits for queued frames that no other sender takes, and swaps them with the empty buffer.
async fn take_queued(shared: &SharedConnection, frames: &mut BytesMut) -> Result<(), NetError> {
    poll_fn(|context| {
        shared.writer.register(context.waker());
        let mut state = shared.lock();
        if let Some(ended) = &state.ended {
            return Poll::Ready(Err(ended.clone()));
        }
        if state.sender == Sender::Caller {
            return Poll::Pending;
        }
        if state.outgoing.is_empty() {
            state.sender = Sender::Nobody;
            return Poll::Pending;
        }
        state.sender = Sender::Writer;
        std::mem::swap(&mut state.outgoing, frames);
        Poll::Ready(Ok(()))
    })
    .await
}

/// The watch: when a call has timed out in it, silence for `session_reset` ends the connection.
///
/// A slow call alone does not: it may have a long deadline on purpose. Nor does silence without calls.
async fn watch(shared: &SharedConnection) -> NetError {
    let session_reset = shared.limits.session_reset;
    loop {
        shared.timed_out.notified().await;
        loop {
            let (left, grows) = {
                let state = shared.lock();
                if let Some(ended) = &state.ended {
                    return ended.clone();
                }
                let silence = state.inflight.silence();
                if !silence.has_timeout() {
                    break;
                }
                (session_reset.saturating_sub(silence.length()), silence.grows())
            };
            if left.is_zero() {
                let reason = format!("calls time out and nothing was heard for {session_reset:?}");
                return NetError::new(NetErrorKind::Reset, reason);
            }
            if !grows {
                break;
            }
            sleep(left).await;
        }
    }
}

/// The pulse: a busy connection keeps a 50 ms timer armed.
///
/// A new deadline is therefore never the runtime's earliest timer, and setting it wakes nobody. Without the
/// pulse, a thread that sleeps without a timer would be woken, by a system call, for every operation that
/// sets a deadline.
async fn beat(shared: &SharedConnection) -> NetError {
    loop {
        shared.busy.notified().await;
        while shared.beats_on() {
            sleep(PULSE).await;
        }
    }
}
