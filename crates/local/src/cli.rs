//! The command line of the `pegasus-local` program.
//!
//! It is part of the library, so the Rust program and the npm program accept the same arguments and
//! refuse bad ones with the same message.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::options::ClusterOptions;

/// Why nothing was started: the arguments are bad, or ask for help or the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The text to show: on stdout if the exit code is 0, on stderr otherwise.
    pub message: String,
    /// The exit code: 0 for help and version, 2 for bad arguments.
    pub exit_code: i32,
}

/// A single-process server that speaks the Apache Pegasus protocol, for tests and development.
///
/// Prints one line with the addresses of its meta servers when it is ready, and stops cleanly on
/// SIGINT and SIGTERM.
#[derive(Debug, Parser)]
#[command(name = "pegasus-local", version)]
struct Arguments {
    /// The port of the first meta server; 0: any. Further meta servers are at the ports after it,
    /// replica servers from 200 above it on.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// A table to create, if it is not there already; may be given several times.
    #[arg(long = "table", value_name = "NAME:PARTITIONS", value_parser = parse_table)]
    tables: Vec<(String, u32)>,
    /// How many replica servers there are.
    #[arg(long, default_value_t = ClusterOptions::default().replica_servers, value_name = "COUNT")]
    replica_servers: u16,
    /// How many meta servers there are.
    #[arg(long, default_value_t = ClusterOptions::default().meta_servers, value_name = "COUNT")]
    meta_servers: u16,
    /// Where the data is kept; without it, the data is gone when the program ends.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The IPv4 address to listen at, or a name that has one.
    #[arg(long, default_value_t = ClusterOptions::default().host, value_name = "HOST")]
    host: String,
    /// Answer with host names too, as servers from 2.6 do; the C++ client needs them.
    #[arg(long)]
    host_ports: bool,
}

/// Reads the arguments of the program. The first one is the program's name.
///
/// # Errors
///
/// The arguments are bad, or ask for help or the version: see [`Refusal`].
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<ClusterOptions, Refusal> {
    let matches = Arguments::command().try_get_matches_from(args).map_err(|error| refuse(&error))?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| refuse(&error))?;
    let options = ClusterOptions {
        tables: arguments.tables,
        replica_servers: arguments.replica_servers,
        meta_servers: arguments.meta_servers,
        host: arguments.host,
        port: arguments.port,
        data_dir: arguments.data_dir,
        host_ports: arguments.host_ports,
    };
    match options.validate() {
        Ok(()) => Ok(options),
        Err(error) => Err(refuse(&Arguments::command().error(ErrorKind::ValueValidation, error))),
    }
}

fn refuse(error: &clap::Error) -> Refusal {
    Refusal { message: error.to_string(), exit_code: error.exit_code() }
}

/// Reads `NAME:PARTITIONS`. The last colon separates, because names may contain colons.
fn parse_table(text: &str) -> Result<(String, u32), String> {
    let (name, count) =
        text.rsplit_once(':').ok_or("a table is given as NAME:PARTITIONS, such as temp:8".to_owned())?;
    let count = count.parse().map_err(|_| format!("{count:?} is not a number of partitions"))?;
    crate::options::check_table(name, count)?;
    Ok((name.to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_all(args: &[&str]) -> Result<ClusterOptions, Refusal> {
        parse(["pegasus-local"].iter().chain(args).map(OsString::from))
    }

    fn refusal(args: &[&str]) -> String {
        let refusal = parse_all(args).unwrap_err();
        assert_eq!(refusal.exit_code, 2, "{args:?}");
        refusal.message
    }

    #[test]
    fn no_arguments_are_the_default() {
        assert_eq!(parse_all(&[]), Ok(ClusterOptions::default()));
    }

    #[test]
    fn every_argument() {
        let options = parse_all(&[
            "--port",
            "34601",
            "--table",
            "temp:8",
            "--table=a:b:16",
            "--replica-servers",
            "5",
            "--meta-servers",
            "2",
            "--data-dir",
            "/tmp/x",
            "--host",
            "localhost",
            "--host-ports",
        ]);
        let expected = ClusterOptions {
            tables: vec![("temp".into(), 8), ("a:b".into(), 16)],
            replica_servers: 5,
            meta_servers: 2,
            host: "localhost".into(),
            port: 34601,
            data_dir: Some("/tmp/x".into()),
            host_ports: true,
        };
        assert_eq!(options, Ok(expected));
    }

    #[test]
    fn help_and_version_are_no_failures() {
        for (flag, text) in [("--help", "NAME:PARTITIONS"), ("--version", env!("CARGO_PKG_VERSION"))] {
            let refusal = parse_all(&[flag]).unwrap_err();
            assert_eq!(refusal.exit_code, 0);
            assert!(refusal.message.contains(text), "{}", refusal.message);
        }
    }

    #[test]
    fn bad_arguments_are_refused_with_a_sentence() {
        for (args, sentence) in [
            (&["--table", "temp"][..], "a table is given as NAME:PARTITIONS, such as temp:8"),
            (&["--table", ":8"], "a table must have a name"),
            (&["--table", "temp:0"], "a table must have 1 to 1024 partitions, not 0"),
            (&["--table", "temp:x"], "\"x\" is not a number of partitions"),
            (&["--table", "temp:-1"], "\"-1\" is not a number of partitions"),
            (&["--table", "t:8", "--table", "t:8"], "the table \"t\" is named twice"),
            (&["--port", "70000"], "70000"),
            (&["--port", "65500"], "ports end at 65535"),
            (&["--meta-servers", "0"], "there must be 1 to 200 meta servers, not 0"),
            (&["--replica-servers", "0"], "there must be 1 to 200 replica servers, not 0"),
            (&["--no-such-flag"], "--no-such-flag"),
            (&["stray"], "stray"),
        ] {
            assert!(refusal(args).contains(sentence), "{args:?}: {}", refusal(args));
        }
    }
}
