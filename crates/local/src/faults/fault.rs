//! A fault rule as a user gives it.

use std::net::SocketAddr;
use std::time::Duration;

/// A fault rule: which requests it takes, and what happens to them. A condition that is `None` is
/// not checked.
///
/// For each request, the rules are asked in the order in which they were added, and the first one
/// that takes the request decides. A rule does not take a request that it skips, one that arrives
/// after it has taken `times` requests, or one outside its `share`.
///
/// ```
/// use pegasus_local::{Fault, Reaction};
///
/// // The second write of the table is carried out, but the client is told that it timed out.
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
    /// The name of the table: for a request to a partition of it, or a request to a meta server
    /// about it.
    pub table: Option<String>,
    /// The index of the partition to which the request is sent, from 0.
    pub partition_index: Option<u32>,
    /// The server that receives the request.
    pub server: Option<SocketAddr>,
    /// How many requests that meet the conditions the rule leaves alone first.
    pub skip: u64,
    /// How many requests the rule takes at most; `None` for no bound.
    pub times: Option<u64>,
    /// The share of requests that the rule takes: more than 0, at most 1. `seed` and the number of
    /// earlier requests decide which ones, so every run takes the same requests.
    pub share: f64,
    /// The seed for the choice by `share`.
    pub seed: u64,
    /// What happens to the requests that the rule takes.
    pub reaction: Reaction,
}

impl Fault {
    /// A rule that takes all requests.
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

/// What happens to a request. If it is `carried_out`, the server does everything that the request
/// asks for, and then changes the answer. Otherwise the server does nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// The answer is an error. Meta servers put it into the body where real ones do; elsewhere it
    /// is in the header.
    Answer {
        /// The name of the error, such as `ERR_BUSY`. It may be a name that no client knows.
        error: String,
        /// Whether the request is carried out.
        carried_out: bool,
    },
    /// The request is carried out at once, and the answer is sent after this delay. Other requests
    /// are answered meanwhile. If the server loses the lead of the partition before that, the answer
    /// to a write is never sent.
    Delay(Duration),
    /// The request waits for this long before it is looked at; then it is carried out and answered.
    /// Other requests are answered meanwhile. If the server loses the lead of the partition while a
    /// write waits, the write is never made and never answered.
    Hold(Duration),
    /// The request gets no answer.
    Drop {
        /// Whether the request is carried out.
        carried_out: bool,
    },
    /// The request is carried out, and the answer is sent twice.
    Duplicate,
    /// The request is carried out, and all bits of the answer behind its length are inverted.
    Corrupt,
    /// The connection ends. Earlier requests on it are still answered.
    Disconnect {
        /// Whether the request is carried out.
        carried_out: bool,
    },
}
