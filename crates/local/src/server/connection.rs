//! One connection: frames in, frames out.
//!
//! All complete requests of one read are answered together, in their order: one commit for all
//! their writes, one socket write for all their answers. The connection reads nothing while answers
//! wait to be sent, so a client that does not read is not served. Only requests that must wait and
//! changes of the cluster are answered out of order, as soon as they are done.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use pegasus_protocol::DecodeError;
use pegasus_protocol::frame::{RequestFrame, decode_request};
use pegasus_protocol::rpc::RpcCode;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinError;

use super::alter::{Altered, alter};
use super::pending::{Arrival, Due, Pending};
use crate::dispatch::dispatch;
use crate::exchange::{Answer, Exchange};
use crate::faults::{Alteration, Effect};
use crate::state::ClusterState;
use crate::store::StoreError;
use crate::topology::{Recipient, Role, Term};

/// The longest body of a request. Real servers limit only writes (to one mebibyte). This limit has
/// room for a batch_get of many keys, and ends a connection that claims a nonsensical length.
const MAX_REQUEST_BODY: usize = 64 << 20;

/// The smallest room in the buffer for one read.
const READ_AT_LEAST: usize = 16 << 10;

/// When the answers grow beyond this size, they are sent before the next request is looked at.
const WRITE_AT: usize = 1 << 20;

/// A buffer that has grown beyond this size for large frames is freed after them.
const KEEP_AT_MOST: usize = 4 << 20;

/// Why a connection ended.
#[derive(Debug, Error)]
enum ConnectionEnd {
    #[error("the socket failed: {0}")]
    Socket(#[from] io::Error),
    #[error("the client sent bytes that are not a request: {0}")]
    Malformed(#[from] DecodeError),
    #[error("writes could not be committed: {0}")]
    NotCommitted(#[from] StoreError),
    #[error("a change was not made: {0}")]
    NotChanged(#[from] JoinError),
    #[error("a fault rule says so")]
    Fault,
}

/// Serves a connection until the client closes it or sends bytes that are not a request.
pub(crate) async fn serve(
    socket: TcpStream,
    peer: SocketAddr,
    recipient: Arc<Recipient>,
    state: Arc<ClusterState>,
) {
    let (input, output, pending) = Default::default();
    let connection = ServedConnection { socket, recipient, state, input, output, pending };
    let server = connection.recipient.name.clone();
    match connection.run().await {
        Ok(()) => {}
        Err(ConnectionEnd::NotCommitted(error)) => {
            tracing::error!(%server, %peer, %error, "a connection ends: writes could not be committed");
        }
        Err(ConnectionEnd::NotChanged(error)) => {
            tracing::error!(%server, %peer, %error, "a connection ends: a change was not made");
        }
        Err(end) => tracing::debug!(%server, %peer, %end, "a connection ends"),
    }
}

struct ServedConnection {
    socket: TcpStream,
    recipient: Arc<Recipient>,
    state: Arc<ClusterState>,
    /// Bytes that have been read and not yet decoded.
    input: BytesMut,
    output: AnswerBuffer,
    pending: Pending,
}

/// Answers that have not been sent yet.
#[derive(Default)]
struct AnswerBuffer {
    bytes: BytesMut,
    /// Whether some of them are answers to writes.
    needs_commit: bool,
}

impl ServedConnection {
    async fn run(mut self) -> Result<(), ConnectionEnd> {
        self.socket.set_nodelay(true)?;
        loop {
            // The buffer grows with the bytes that arrive, not with the length that a header
            // claims.
            self.input.reserve(READ_AT_LEAST);
            let mut done = Ok(());
            tokio::select! {
                read = self.socket.read_buf(&mut self.input), if !self.pending.is_full() => {
                    if read? == 0 {
                        return Ok(());
                    }
                }
                due = self.pending.next(), if !self.pending.is_empty() => done = self.answer_due(due?),
            }
            let arrived = self.input.len();
            if done.is_ok() {
                done = self.answer_all().await;
            }
            // Requests that arrived before the end of the connection are still answered.
            self.flush().await?;
            done?;
            if arrived > KEEP_AT_MOST && self.input.len() < arrived {
                self.input = BytesMut::from(&self.input[..]);
            }
        }
    }

    /// Answers all requests that have arrived completely.
    async fn answer_all(&mut self) -> Result<(), ConnectionEnd> {
        let now = self.state.clock.now();
        while !self.pending.is_full()
            && let Some(frame) = decode_request(&mut self.input, MAX_REQUEST_BODY)?
        {
            self.take(frame, now)?;
            if self.output.bytes.len() >= WRITE_AT {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Serves a request, unless a fault rule says not to carry it out.
    fn take(&mut self, frame: RequestFrame, now: u32) -> Result<(), ConnectionEnd> {
        let effect = self.state.faults.judge(|| self.state.topology().clone(), &self.recipient, &frame);
        let term = effect.as_ref().and_then(|_| self.term(&frame));
        let mut arrival = Arrival { frame, has_waited: false, term, alteration: None };
        match effect {
            None => {}
            Some(Effect::Hold(pause)) => {
                self.pending.hold(arrival, pause);
                return Ok(());
            }
            Some(Effect::Change(alteration)) => arrival.alteration = Some(alteration),
            Some(Effect::Replace(alteration)) => {
                return self.alter(alteration, &arrival, self.output.bytes.len());
            }
        }
        self.answer(arrival, now)
    }

    /// This server's lead over the partition of a write; `None` for other requests, which are
    /// answered whoever leads.
    fn term(&self, frame: &RequestFrame) -> Option<Term> {
        let Role::Replica(server) = self.recipient.role else {
            return None;
        };
        let is_write = RpcCode::from_name(frame.head.name.as_bytes())?.kind().is_write();
        is_write.then(|| self.state.topology().term(frame.header.gpid, server))?
    }

    /// Answers a request, or notes what must happen before its answer. All answers of the server
    /// are made here, or from what is noted here.
    fn answer(&mut self, arrival: Arrival, now: u32) -> Result<(), ConnectionEnd> {
        let start = self.output.bytes.len();
        let Arrival { frame, has_waited, .. } = &arrival;
        let exchange = Exchange { frame, out: &mut self.output.bytes, has_waited: *has_waited };
        match dispatch(&self.state, &self.recipient, now, exchange)? {
            Answer::Ready | Answer::Silence => {}
            Answer::ReadyOnceCommitted => self.output.needs_commit = true,
            Answer::Later(later) => {
                let term = arrival.term.or_else(|| self.term(&arrival.frame));
                self.pending.wait(Arrival { term, ..arrival }, later);
                return Ok(());
            }
            Answer::Change(change) => {
                self.pending.change(&self.state, arrival, change);
                return Ok(());
            }
        }
        self.finish(arrival, start)
    }

    /// Answers a request that could not be answered when it arrived. As in real servers, a write is
    /// given up without a word if another server has led its partition since then.
    fn answer_due(&mut self, due: Due) -> Result<(), ConnectionEnd> {
        if due.term().is_some_and(|term| !self.state.topology().is_current(term)) {
            tracing::debug!(server = %self.recipient.name, "a write is dropped: its primary has moved");
            return Ok(());
        }
        let start = self.output.bytes.len();
        match due {
            Due::Request(arrival) => self.answer(arrival, self.state.clock.now()),
            Due::Refusal(arrival, error) => {
                let (frame, out) = (&arrival.frame, &mut self.output.bytes);
                Exchange { frame, out, has_waited: true }.refuse(error);
                self.finish(arrival, start)
            }
            Due::Changed(arrival, answer) => {
                self.output.bytes.extend_from_slice(&answer);
                self.finish(arrival, start)
            }
            Due::Answer(_, answer) => {
                self.output.bytes.extend_from_slice(&answer);
                Ok(())
            }
        }
    }

    /// Finishes an answer as its fault rule says. The answer is the part of the output from `start`
    /// on.
    fn finish(&mut self, arrival: Arrival, start: usize) -> Result<(), ConnectionEnd> {
        match arrival.alteration {
            None => Ok(()),
            Some(ref alteration) => self.alter(alteration.clone(), &arrival, start),
        }
    }

    fn alter(
        &mut self,
        alteration: Alteration,
        arrival: &Arrival,
        start: usize,
    ) -> Result<(), ConnectionEnd> {
        match alter(alteration, &arrival.frame, &mut self.output.bytes, start) {
            Altered::Ready => Ok(()),
            Altered::Later(delay, answer) => {
                self.pending.delay(arrival.term, answer, delay);
                Ok(())
            }
            Altered::End => Err(ConnectionEnd::Fault),
        }
    }

    /// Sends all answers, after a commit of the writes that they acknowledge.
    async fn flush(&mut self) -> Result<(), ConnectionEnd> {
        if std::mem::take(&mut self.output.needs_commit) {
            self.state.commit()?;
        }
        if !self.output.bytes.is_empty() {
            self.socket.write_all(&self.output.bytes).await?;
            self.output.bytes.clear();
            if self.output.bytes.capacity() > KEEP_AT_MOST {
                self.output.bytes = BytesMut::new();
            }
        }
        Ok(())
    }
}
