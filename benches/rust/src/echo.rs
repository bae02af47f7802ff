//! The limit: the throughput of one connection when neither side looks at the bytes.
//!
//! `pegasus-bench-echo serve` answers each request-sized block of bytes with an answer-sized block. Without arguments
//! it is the peer, whose loops send and await over one connection. Both know the lengths of a `get` and its answer.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, Write};
use std::rc::Rc;

use bytes::{Buf, BytesMut};
use pegasus_benches::measure::{Measured, measure};
use pegasus_benches::rows::VALUE_LENGTH;
use pegasus_benches::talk::{Command, Run, obey};
use pegasus_protocol::frame::{RequestHeader, encode_reply, encode_request};
use pegasus_protocol::idl::ReadResponse;
use pegasus_protocol::key;
use pegasus_protocol::rpc::Get;
use pegasus_protocol::types::ErrorCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Notify, oneshot};
use tokio::task::LocalSet;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return runtime.block_on(serve());
    }
    let mut server = None;
    obey(|command| match command {
        Command::Open { meta_servers, .. } => {
            server = Some(meta_servers);
            Ok(None)
        }
        Command::Run(run) => {
            let server = server.as_ref().ok_or("no server is known")?;
            LocalSet::new().block_on(&runtime, measure_echo(server, &run)).map(Some)
        }
    })?;
    Ok(())
}

/// A `get` request as the client sends it.
fn request() -> Result<BytesMut, key::HashKeyTooLong> {
    let key = key::encode(&[b'h'; 16], &[b's'; 16])?;
    let mut out = BytesMut::new();
    encode_request::<Get>(&RequestHeader::default(), 1, &key, &mut out);
    Ok(out)
}

/// Its answer as the local server sends it.
fn reply() -> BytesMut {
    let response = ReadResponse {
        value: vec![b'v'; VALUE_LENGTH].into(),
        server: "127.0.0.1:34801".into(),
        ..ReadResponse::default()
    };
    let mut out = BytesMut::new();
    encode_reply::<Get>(&ErrorCode::Ok, 1, &response, &mut out);
    out
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", listener.local_addr()?)?;
    stdout.flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        let request_length = request()?.len();
        tokio::spawn(async move {
            // How a connection ends is the peer's business, which says so itself.
            let _ended = echo(stream, request_length).await;
        });
    }
}

async fn echo(mut stream: TcpStream, request_length: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let reply = reply();
    let (mut input, mut output) = (BytesMut::new(), BytesMut::new());
    while read_some(&mut stream, &mut input).await? > 0 {
        while input.len() >= request_length {
            input.advance(request_length);
            output.extend_from_slice(&reply);
        }
        stream.write_all(&output).await?;
        output.clear();
    }
    Ok(())
}

async fn read_some(stream: &mut (impl AsyncRead + Unpin), input: &mut BytesMut) -> io::Result<usize> {
    input.reserve(64 * 1024);
    stream.read_buf(input).await
}

/// A connection on which answers come in the order of their requests.
#[derive(Default)]
struct Pipe {
    outgoing: RefCell<BytesMut>,
    waiting: RefCell<VecDeque<oneshot::Sender<()>>>,
    filled: Notify,
}

impl Pipe {
    /// One request and its answer.
    async fn once(&self, request: &[u8]) -> Result<(), String> {
        let (answered, answer) = oneshot::channel();
        self.waiting.borrow_mut().push_back(answered);
        self.outgoing.borrow_mut().extend_from_slice(request);
        self.filled.notify_one();
        answer.await.map_err(|_| "the echo server closed the connection".to_owned())
    }

    /// Sends all queued requests in one write.
    async fn write(&self, mut writer: impl AsyncWrite + Unpin) -> io::Result<()> {
        loop {
            self.filled.notified().await;
            let frames = self.outgoing.take();
            writer.write_all(&frames).await?;
        }
    }

    async fn read(&self, mut reader: impl AsyncRead + Unpin, reply_length: usize) -> io::Result<()> {
        let mut input = BytesMut::new();
        while read_some(&mut reader, &mut input).await? > 0 {
            while input.len() >= reply_length {
                input.advance(reply_length);
                // Loops end with the measurement; nobody waits for what comes later.
                let _unheard = self.waiting.borrow_mut().pop_front().map(|answered| answered.send(()));
            }
        }
        Ok(())
    }
}

async fn measure_echo(server: &str, run: &Run) -> Result<Measured, String> {
    let text = |error: io::Error| error.to_string();
    let stream = TcpStream::connect(server).await.map_err(text)?;
    stream.set_nodelay(true).map_err(text)?;
    let (reader, writer) = stream.into_split();
    let (pipe, request) = (Rc::new(Pipe::default()), request().map_err(|error| error.to_string())?);
    let once = {
        let pipe = Rc::clone(&pipe);
        async move || pipe.once(&request).await
    };
    tokio::select! {
        ended = pipe.read(reader, reply().len()) => Err(format!("reading ended: {ended:?}")),
        ended = pipe.write(writer) => Err(format!("writing ended: {ended:?}")),
        measured = measure(run, once) => measured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_are_those_of_a_get_and_its_answer() {
        // The documented get of a 10-byte key has 97 bytes, the answer with a 5-byte value 107.
        assert_eq!(request().unwrap().len(), 97 - 10 + 32);
        assert_eq!(reply().len(), 107 - 5 + VALUE_LENGTH);
    }
}
