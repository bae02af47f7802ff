//! A rule as it is given.

use std::net::SocketAddr;
use std::time::Duration;

/// A rule: which requests it is for, and what happens to them. What is `None` is not looked at.
///
/// Among several rules the first one (in the order in which they were added) that takes a request
/// decides about it; a rule takes none while it skips, after it has had its `times`, and those that
/// are not in its `share`.
///
/// ```
/// use pegasus_local::{Fault, Reaction};
///
/// // The second write of the table is made, and the client is told that it timed out.
/// let reaction = Reaction::Answer { error: "ERR_TIMEOUT".to_owned(), carried_out: true };
/// let fault = Fault {
///     rpc: Some("put".to_owned()),
///     table: Some("temp".to_owned()),
///     skip: 1,
///     times: Some(1),
///     ..Fault::new(reaction)
/// };
/// # assert_eq!(fault.share, 1.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The RPC: its name on the wire (`RPC_RRDB_RRDB_GET`) or in the IDL (`get`, `query_cfg`).
    pub rpc: Option<String>,
    /// The table, by name: of a request to a partition, or one to a meta server about a table.
    pub table: Option<String>,
    /// The partition that the request is sent to, from 0.
    pub partition_index: Option<u32>,
    /// The server that the request has come to.
    pub server: Option<SocketAddr>,
    /// How many requests that it is for are left alone first.
    pub skip: u64,
    /// How many it takes at most; `None`: all.
    pub times: Option<u64>,
    /// The share that it takes: more than 0, at most 1. Which ones those are follows from `seed` and
    /// from how many requests came before, so runs repeat.
    pub share: f64,
    /// What `share` is drawn by.
    pub seed: u64,
    /// What happens.
    pub reaction: Reaction,
}

impl Fault {
    /// A rule for all requests.
    pub fn new(reaction: Reaction) -> Self {
        Self {
            rpc: None,
            table: None,
            partition_index: None,
            server: None,
            skip: 0,
            times: None,
            share: 1.0,
            seed: 0,
            reaction,
        }
    }
}

/// What happens to a request. Where it is `carried_out`, all is done that it asks for, and then the
/// answer is changed; otherwise nothing is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// The answer is an error: in the header, and at meta servers in the body, where those have it.
    Answer {
        /// The name, such as `ERR_BUSY`; one that no client knows will do.
        error: String,
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
    /// It is carried out at once and answered so much later. Others are answered meanwhile.
    Delay(Duration),
    /// There is no answer.
    Drop {
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
    /// It is carried out and answered twice.
    Duplicate,
    /// It is carried out, and every bit of the answer after its length is turned over.
    Corrupt,
    /// The connection ends. What came before on it is answered.
    Disconnect {
        /// Whether it is carried out all the same.
        carried_out: bool,
    },
}
