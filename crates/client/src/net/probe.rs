//! The harmless request: an RPC that no server knows. Any reply to it proves that a Pegasus server is there.

use bytes::BytesMut;
use pegasus_protocol::frame::{MAX_REPLY_LENGTH, decode_reply, encode_probe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The id of a probe on a new connection. Calls get ids from 1.
const FIRST_ID: i32 = 0;

/// Sends the harmless request on a new connection and waits for the reply. The caller limits the time.
///
/// # Errors
///
/// The connection broke, or what came is no reply.
pub(super) async fn ask(mut stream: TcpStream) -> std::io::Result<TcpStream> {
    let mut bytes = BytesMut::new();
    encode_probe(FIRST_ID, &mut bytes);
    stream.write_all(&bytes).await?;
    bytes.clear();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::Error::other("it closed the connection without an answer"));
        }
        match decode_reply(&mut bytes, MAX_REPLY_LENGTH) {
            // The only request on this connection has its reply, so nothing is left behind it.
            Ok(Some(_)) if bytes.is_empty() => return Ok(stream),
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => {
                return Err(std::io::Error::other("what it sent is no answer of a Pegasus server"));
            }
        }
    }
}
