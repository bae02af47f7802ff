//! The `pegasus-local` program: what it says, how it ends, and what survives when it is killed.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use bytes::{Bytes, BytesMut};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::rpc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{Peer, TABLE, encoded, header, locate, put_request};

struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    meta_servers: Vec<SocketAddr>,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pegasus-local"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Program {
    async fn start(args: &[&str]) -> Self {
        let mut child = command(args).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).await.unwrap();
        let addresses =
            line.strip_prefix("pegasus-local ready, meta servers: ").unwrap_or_else(|| panic!("{line:?}"));
        let meta_servers = addresses.trim_end().split(',').map(|address| address.parse().unwrap()).collect();
        Self { child, stdout, meta_servers }
    }

    async fn signal(&mut self, name: &str) -> ExitStatus {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
        self.child.wait().await.unwrap()
    }
}

#[tokio::test]
async fn one_line_says_ready_and_a_signal_ends_it() {
    for signal in ["INT", "TERM"] {
        let mut program = Program::start(&["--table", "temp:4", "--meta-servers", "2"]).await;
        assert_eq!(program.meta_servers.len(), 2);
        let table = locate(&mut Peer::connect(program.meta_servers[0]).await, TABLE).await;
        assert_eq!(table.partition_count, 4);
        assert_eq!(program.signal(signal).await.code(), Some(0));
        let mut rest = String::new();
        program.stdout.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "");
        let mut errors = String::new();
        program.child.stderr.take().unwrap().read_to_string(&mut errors).await.unwrap();
        assert_eq!(errors, "");
    }
}

#[tokio::test]
async fn bad_arguments_and_failed_starts_say_why() {
    for (args, code, sentence) in [
        (&["--table", "temp"][..], 2, "a table is given as NAME:PARTITIONS"),
        (&["--host", "0.0.0.0"], 1, "pegasus-local: the host must be an address that clients reach"),
        (&["--data-dir", "/dev/null/data"], 1, "pegasus-local: the data in /dev/null/data cannot be opened"),
    ] {
        let output = command(args).output().await.unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(sentence), "{errors}");
        assert!(output.stdout.is_empty());
    }
    let help = command(&["--help"]).output().await.unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("--data-dir"));
}

/// Writes many rows at once, kills the program after some answers, and looks for every row that was
/// answered.
#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let args = ["--data-dir", data_dir.to_str().unwrap(), "--table", "temp:1"];
    let mut acknowledged: Vec<i32> = Vec::new();
    for round in 0..3 {
        let mut program = Program::start(&args).await;
        let (mut peer, header) = connect(&program).await;
        for id in &acknowledged {
            let found = peer.ask::<rpc::Get>(&header, &key(*id)).await;
            assert_eq!((found.error, found.value), (0, value(*id)), "row {id}, round {round}");
        }
        let mut out = BytesMut::new();
        let first = round * 100_000;
        for id in first..first + 5000 {
            encode_request::<rpc::Put>(&header, id, &put_request(&key(id), value(id), 0), &mut out);
        }
        peer.send(&out).await;
        for _ in 0..1000 + round * 500 {
            acknowledged.push(peer.answer().await.head.sequence_id);
        }
        program.child.start_kill().unwrap(); // SIGKILL
        while let Some(answer) = peer.answer_or_end().await {
            acknowledged.push(answer.head.sequence_id);
        }
        program.child.wait().await.unwrap();
    }
    assert!(acknowledged.len() >= 4500);
}

async fn connect(program: &Program) -> (Peer, pegasus_protocol::frame::RequestHeader) {
    let table = locate(&mut Peer::connect(program.meta_servers[0]).await, TABLE).await;
    let primary = table.partitions[0].primary.socket_addr().unwrap();
    (Peer::connect(primary.into()).await, header(table.partitions[0].pid))
}

fn key(id: i32) -> Bytes {
    encoded("row", &id.to_string())
}

fn value(id: i32) -> Bytes {
    format!("{id:0>100}").into()
}
