//! The protocol with the runner: one line of JSON in, one line of JSON out.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

/// A command of the runner.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "camelCase")]
pub enum Command {
    /// Connect and open the table.
    #[serde(rename_all = "camelCase")]
    Open {
        /// `host:port`, several by comma.
        meta_servers: String,
        /// The table's name.
        table: String,
        /// How many hash keys are loaded.
        hash_keys: u32,
        /// How many sort keys each hash key has.
        sort_keys: u32,
    },
    /// Work for a while.
    Run(Run),
}

/// One measurement.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// What to do.
    pub work: Work,
    /// How many operations are in flight.
    pub in_flight: usize,
    /// The measured time, in seconds.
    pub seconds: f64,
    /// The warm-up time before the measurement, in seconds.
    pub warm_up_seconds: f64,
}

/// The works that a peer can repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    /// Read a row.
    Get,
    /// Write a row.
    Set,
}

/// The outcome of a command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Carries out commands until the input ends.
///
/// # Errors
///
/// A stream failed, or the runner sent a line that is not a command.
pub fn obey<T: Serialize>(mut each: impl FnMut(Command) -> Result<T, String>) -> io::Result<()> {
    say("ready")?;
    for line in io::stdin().lock().lines() {
        match each(serde_json::from_str(&line?)?) {
            Ok(result) => say(Answer { result: Some(result), error: None })?,
            Err(error) => say(Answer::<T> { result: None, error: Some(error) })?,
        }
    }
    Ok(())
}

fn say(message: impl Serialize) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, &message)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
