//! The task that owns a socket: writes what is queued, reads what comes, watches for silence.
//!
//! Its roles run together and end together; whichever ends first says why, and every waiter is
//! answered with it.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::{MAX_REPLY_LENGTH, decode_reply};
use tokio::io::AsyncReadExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep, sleep_until};

use super::error::{NetError, NetErrorKind};
use super::inflight::Inflight;
use super::shared::{Sender, SharedConnection, emptied};

/// How much memory is taken at once to read into. What was read lives in it until nobody keeps it.
const READ_CHUNK: usize = 64 * 1024;

/// More is taken when less than this is left.
const READ_AT_LEAST: usize = 16 * 1024;

/// How many times `session_reset` the bytes of one frame count as a sign of life. A frame with too
/// great a length swallows all answers after it: from then on only whole frames count.
const PATIENCE: u32 = 4;

/// Shorter than any deadline that is common.
const PULSE: Duration = Duration::from_millis(50);

/// Drives the connection to its end.
pub(super) async fn drive(
    reader: OwnedReadHalf,
    writer: Arc<OwnedWriteHalf>,
    shared: Arc<SharedConnection>,
    session_reset: Duration,
    peer: Arc<str>,
) {
    let reason = tokio::select! {
        biased;
        reason = read(reader, &shared, session_reset * PATIENCE) => reason,
        reason = write(&writer, &shared) => reason,
        reason = watch(&shared, session_reset) => reason,
        reason = beat(&shared) => reason,
    };
    tracing::debug!(%peer, %reason, "connection ended");
    shared.end(reason);
}

fn reset(peer_did: &str, error: &std::io::Error) -> NetError {
    NetError::new(NetErrorKind::Reset, format!("{peer_did}: {error}"))
}

/// The reader: all frames of one read are handed out under one lock.
async fn read(mut reader: OwnedReadHalf, shared: &SharedConnection, patience: Duration) -> NetError {
    let mut buffer = BytesMut::new();
    let mut wakers = Vec::new();
    let mut last_whole = Instant::now();
    loop {
        // A claimed length reserves nothing: the buffer grows with what has really arrived.
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
        let handed_out = {
            let inflight = &mut shared.lock().inflight;
            let handed_out = hand_out(&mut buffer, inflight, &mut wakers);
            if was_empty || handed_out.as_ref().is_ok_and(|count| *count > 0) {
                last_whole = now;
            }
            if now < last_whole + patience {
                inflight.heard(now);
            }
            handed_out
        };
        wakers.drain(..).for_each(Waker::wake);
        if let Err(error) = handed_out {
            return error;
        }
    }
}

/// Gives every whole frame in the buffer to its waiter; says how many there were.
fn hand_out(
    buffer: &mut BytesMut,
    inflight: &mut Inflight,
    wakers: &mut Vec<Waker>,
) -> Result<usize, NetError> {
    let mut handed_out = 0;
    loop {
        match decode_reply(buffer, MAX_REPLY_LENGTH) {
            Ok(Some(reply)) => {
                handed_out += 1;
                wakers.extend(inflight.complete(reply));
            }
            Ok(None) => return Ok(handed_out),
            Err(error) => {
                let reason = format!("the server sent what is no answer: {error}");
                return Err(NetError::new(NetErrorKind::Garbage, reason));
            }
        }
    }
}

/// The writer: whatever is queued leaves in one system call.
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

/// Waits until frames are queued that nobody else sends, and swaps them with the empty buffer.
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

/// The watch: once a call has timed out, silence for `session_reset` ends the connection.
///
/// A slow call alone does not: it may have been given a long deadline on purpose. Nor does silence
/// without calls.
async fn watch(shared: &SharedConnection, session_reset: Duration) -> NetError {
    loop {
        shared.timed_out.notified().await;
        let (ended, silent_since) = {
            let state = shared.lock();
            (state.ended.clone(), state.inflight.silent_since())
        };
        if let Some(ended) = ended {
            return ended;
        }
        let Some(since) = silent_since else { continue };
        sleep_until(since + session_reset).await;
        if shared.lock().inflight.silent_since() == Some(since) {
            let reason = format!("calls time out and nothing was heard for {session_reset:?}");
            return NetError::new(NetErrorKind::Reset, reason);
        }
    }
}

/// The pulse: a timer that is always among the runtime's while the connection is in use. Deadlines of
/// operations come after it, so setting them changes nothing about when the thread is to wake. Where no timer
/// was set when the thread went to sleep, each that is set until the next time interrupts it, by a system call
/// for every operation.
async fn beat(shared: &SharedConnection) -> NetError {
    loop {
        shared.busy.notified().await;
        while shared.beats_on() {
            sleep(PULSE).await;
        }
    }
}
