//! The `pegasus-local` program: starts the library's server from a command line.

use std::io::{self, Write};
use std::process::ExitCode;

use pegasus_local::{Cluster, ClusterOptions, cli};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(options) => {
            show_logs();
            run(options)
        }
        Err(refusal) if refusal.exit_code == 0 => show(io::stdout(), &refusal.message, 0),
        Err(refusal) => show(io::stderr(), &refusal.message, refusal.exit_code),
    }
}

/// Warnings and errors go to stderr. Stdout carries only the line that says "ready".
fn show_logs() {
    let logs = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
    logs.with_writer(io::stderr).init();
}

fn run(options: ClusterOptions) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve(options)),
        Err(error) => Err(format!("the runtime did not start: {error}")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => show(io::stderr(), &format!("pegasus-local: {reason}\n"), 1),
    }
}

async fn serve(options: ClusterOptions) -> Result<(), String> {
    // Installed before the cluster starts, so that an early signal is not lost.
    let no_signals = |error| format!("signals cannot be waited for: {error}");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let cluster = Cluster::start(options).await.map_err(|error| error.to_string())?;
    let addresses: Vec<_> = cluster.meta_servers().iter().map(ToString::to_string).collect();
    show(io::stdout(), &format!("pegasus-local ready, meta servers: {}\n", addresses.join(",")), 0);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    cluster.stop().await.map_err(|error| error.to_string())
}

/// Writes text and returns the exit code. A write error is ignored: it means that the reader has
/// closed the stream.
fn show(mut stream: impl Write, text: &str, exit_code: i32) -> ExitCode {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    ExitCode::from(u8::try_from(exit_code).unwrap_or(1))
}
