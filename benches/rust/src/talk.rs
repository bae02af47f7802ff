//! The talk with the runner: a line of JSON in, a line of JSON out, one at a time.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

/// What the runner asks of a peer.
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
        /// How many sort keys each of them has.
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
    /// How many operations are under way at any time.
    pub in_flight: usize,
    /// How long it is measured.
    pub seconds: f64,
    /// How long it runs before it is measured.
    pub warm_up_seconds: f64,
}

/// What a peer can do over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    /// Read a row.
    Get,
    /// Write a row.
    Set,
}

/// What came of a command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Obeys commands until there are no more.
///
/// # Errors
///
/// The streams broke, or the runner sent what is no command.
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
