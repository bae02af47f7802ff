//! A raw client: one connection that sends and reads frames.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::{ReplyFrame, RequestHeader, decode_reply, encode_request};
use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::requests::meta_header;

/// Far longer than any answer takes. A test that exceeds it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The client's end of a connection.
pub(crate) struct Peer {
    socket: TcpStream,
    buffer: BytesMut,
    next_id: i32,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, buffer: BytesMut::new(), next_id: 1 }
    }

    /// Sends raw bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    /// Sends bytes, unless the connection has ended.
    pub(crate) async fn send_or_end(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes).await;
    }

    /// Waits for the next answer.
    pub(crate) async fn answer(&mut self) -> ReplyFrame {
        self.answer_or_end().await.expect("the connection is still open")
    }

    /// Waits for the next answer, or the end of the connection.
    pub(crate) async fn answer_or_end(&mut self) -> Option<ReplyFrame> {
        loop {
            if let Some(reply) = decode_reply(&mut self.buffer, 1 << 30).unwrap() {
                return Some(reply);
            }
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.buffer))
                .await
                .expect("an answer or the end");
            match read {
                Ok(0) | Err(_) => return None, // an end with unread bytes is a reset
                Ok(_) => {}
            }
        }
    }

    /// Announces that nothing more will be sent, waits for the end, and counts the answers before
    /// it.
    pub(crate) async fn finish(mut self) -> usize {
        let _ = self.socket.shutdown().await; // the server may have closed it first
        let mut answers = 0;
        while self.answer_or_end().await.is_some() {
            answers += 1;
        }
        answers
    }

    /// Asserts that the server closes the connection without another answer.
    pub(crate) async fn expect_end(&mut self) {
        let reply = self.answer_or_end().await;
        assert!(reply.is_none(), "{reply:?}");
        assert!(self.buffer.is_empty(), "{:?}", self.buffer);
    }

    /// Sends a request with an id.
    pub(crate) async fn send_request<R: Rpc>(
        &mut self,
        header: &RequestHeader,
        id: i32,
        request: &R::Request,
    ) {
        let mut out = BytesMut::new();
        encode_request::<R>(header, id, request, &mut out);
        self.send(&out).await;
    }

    /// Waits for the raw bytes of the next answer.
    pub(crate) async fn frame(&mut self) -> BytesMut {
        let length =
            |buffer: &[u8]| buffer.first_chunk::<4>().map(|length| u32::from_be_bytes(*length) as usize);
        while length(&self.buffer).is_none_or(|length| self.buffer.len() < length) {
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.buffer)).await;
            assert_ne!(read.expect("an answer").unwrap(), 0);
        }
        let length = length(&self.buffer).unwrap();
        self.buffer.split_to(length)
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn call<R: Rpc>(&mut self, header: &RequestHeader, request: &R::Request) -> ReplyFrame {
        let id = self.next_id;
        self.next_id += 1;
        let mut out = BytesMut::new();
        encode_request::<R>(header, id, request, &mut out);
        self.send(&out).await;
        let reply = self.answer().await;
        assert_eq!(reply.head.sequence_id, id);
        reply
    }

    /// Sends a request to a meta server. Returns the body of the answer, or `None` if the
    /// connection ends.
    pub(crate) async fn try_ask<R: Rpc>(&mut self, request: &R::Request) -> Option<R::Response> {
        let mut out = BytesMut::new();
        encode_request::<R>(&meta_header(), 0, request, &mut out);
        self.send_or_end(&out).await;
        self.answer_or_end().await?.body::<R>().unwrap()
    }

    /// Sends a request that must be answered with ERR_OK, and returns the body.
    pub(crate) async fn ask<R: Rpc>(&mut self, header: &RequestHeader, request: &R::Request) -> R::Response {
        let reply = self.call::<R>(header, request).await;
        assert_eq!(reply.error, ErrorCode::Ok);
        reply.body::<R>().unwrap().expect("a body")
    }

    /// Sends a request that must be refused in the header, without a body.
    pub(crate) async fn refusal<R: Rpc>(
        &mut self,
        header: &RequestHeader,
        request: &R::Request,
    ) -> ErrorCode {
        let reply = self.call::<R>(header, request).await;
        assert!(reply.body::<R>().unwrap().is_none());
        reply.error
    }
}
