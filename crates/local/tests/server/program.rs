//! The `pegasus-local` program: its output and its end.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{Peer, TABLE, locate};

/// The running program.
pub(crate) struct Program {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) meta_servers: Vec<SocketAddr>,
}

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_pegasus-local");

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args);
    watched(command)
}

/// A command whose output the test reads, and which is killed when the test ends.
pub(crate) fn watched(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Program {
    pub(crate) async fn start(args: &[&str]) -> Self {
        Self::run(command(args)).await
    }

    /// Waits for the line that says "ready".
    pub(crate) async fn run(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).await.unwrap();
        let Some(addresses) = line.strip_prefix("pegasus-local ready, meta servers: ") else {
            let output = child.wait_with_output().await.unwrap();
            panic!("{line:?}, {}, {}", output.status, String::from_utf8_lossy(&output.stderr));
        };
        let meta_servers = addresses.trim_end().split(',').map(|address| address.parse().unwrap()).collect();
        Self { child, stdout, meta_servers }
    }

    pub(crate) async fn signal(&mut self, name: &str) -> ExitStatus {
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
