//! The env that denies requests to a table.

/// Which requests a table denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deny {
    /// Whether denied requests get no answer. Otherwise the answer makes the client look for
    /// another server.
    pub(crate) is_silent: bool,
    reads: bool,
    writes: bool,
}

impl Deny {
    /// Reads `<timeout|reconfig>*<all|write|read>`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (how, what) = text.split_once('*')?;
        let is_silent = match how.trim() {
            "timeout" => true,
            "reconfig" => false,
            _ => return None,
        };
        let (reads, writes) = match what.trim() {
            "all" => (true, true),
            "read" => (true, false),
            "write" => (false, true),
            _ => return None,
        };
        Some(Self { is_silent, reads, writes })
    }

    /// Whether it denies a request: a write or a read.
    pub(crate) fn is_for(self, is_write: bool) -> bool {
        if is_write { self.writes } else { self.reads }
    }
}
