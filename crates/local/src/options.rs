//! How a cluster shall be, and whether that is possible.

use std::path::PathBuf;

use crate::error::StartError;

/// Replica servers listen at this distance from the first meta server, where its port is fixed.
pub(crate) const REPLICA_PORT_OFFSET: u16 = 200;

/// More servers than any test needs; also what fits between the two ranges of ports.
const MAX_SERVERS: u16 = REPLICA_PORT_OFFSET;

/// The most partitions that a table can have.
pub(crate) const MAX_PARTITIONS: u32 = 1024;

/// How many replicas a partition has if nobody says a number and there are enough servers.
pub(crate) const DEFAULT_REPLICAS: usize = 3;

/// The most replicas that a partition can have: the servers' default.
pub(crate) const MAX_REPLICAS: i32 = 5;

/// How a cluster shall be. `Default` is an empty one with one meta server and three replica servers
/// on ports of 127.0.0.1 that were free, its data gone when it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Tables to create, by name and partition count (1 to 1024, a power of two or not). One that
    /// the data directory has already must have the same count there.
    pub tables: Vec<(String, u32)>,
    /// How many replica servers there are: 1 to 200. Each partition has up to three of them.
    pub replica_servers: u16,
    /// How many meta servers there are: 1 to 200. The first one leads.
    pub meta_servers: u16,
    /// Where all servers listen: an IPv4 address, or a name that has one. Clients are told that
    /// address, so it must be one that they reach, not 0.0.0.0.
    pub host: String,
    /// The port of the first meta server; 0 for any. With a port p, the further meta servers are at
    /// p+1 and so on, the replica servers at p+200 and so on; otherwise all are at any ports.
    pub port: u16,
    /// Where the data is kept. What is there already is served again; what a client was told is
    /// written survives the death of the process. None: in memory, and gone at the end.
    pub data_dir: Option<PathBuf>,
    /// Whether answers to clients also carry host names, as servers from 2.6 do. The C++ client
    /// needs them; some older clients cannot read answers that have them.
    pub host_ports: bool,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            tables: Vec::new(),
            replica_servers: 3,
            meta_servers: 1,
            host: "127.0.0.1".to_owned(),
            port: 0,
            data_dir: None,
            host_ports: false,
        }
    }
}

impl ClusterOptions {
    /// Refuses what cannot be, with a sentence that says why.
    pub(crate) fn validate(&self) -> Result<(), StartError> {
        for (what, count) in [("meta servers", self.meta_servers), ("replica servers", self.replica_servers)]
        {
            if count == 0 || count > MAX_SERVERS {
                return Err(refuse(format!("there must be 1 to {MAX_SERVERS} {what}, not {count}")));
            }
        }
        if self.port != 0 && self.port.checked_add(REPLICA_PORT_OFFSET + self.replica_servers - 1).is_none() {
            return Err(refuse(format!(
                "with port {} the replica servers would be at port {}, and ports end at 65535",
                self.port,
                u32::from(self.port) + u32::from(REPLICA_PORT_OFFSET),
            )));
        }
        for (index, (name, partition_count)) in self.tables.iter().enumerate() {
            check_table(name, *partition_count).map_err(refuse)?;
            if self.tables[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(refuse(format!("the table {name:?} is named twice")));
            }
        }
        Ok(())
    }
}

/// Why a table cannot be created so, if it cannot.
pub(crate) fn check_table(name: &str, partition_count: u32) -> Result<(), String> {
    if name.is_empty() {
        return Err("a table must have a name".to_owned());
    }
    if partition_count == 0 || partition_count > MAX_PARTITIONS {
        let count = partition_count;
        return Err(format!("a table must have 1 to {MAX_PARTITIONS} partitions, not {count} ({name:?})"));
    }
    Ok(())
}

fn refuse(reason: String) -> StartError {
    StartError::InvalidOption { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut ClusterOptions)) -> Option<String> {
        let mut options = ClusterOptions::default();
        change(&mut options);
        options.validate().err().map(|error| error.to_string())
    }

    #[test]
    fn the_default_is_possible() {
        assert_eq!(refusal(|_| {}), None);
        assert_eq!(refusal(|o| o.tables = vec![("a".into(), 1), ("b".into(), 1024), ("c".into(), 7)]), None);
        assert_eq!(refusal(|o| (o.port, o.replica_servers) = (65_135, 200)), None);
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_sentence() {
        for (change, sentence) in [
            (
                Box::new(|o: &mut ClusterOptions| o.meta_servers = 0) as Box<dyn FnOnce(&mut ClusterOptions)>,
                "there must be 1 to 200 meta servers, not 0",
            ),
            (Box::new(|o| o.replica_servers = 201), "there must be 1 to 200 replica servers, not 201"),
            (
                Box::new(|o| o.port = 65_400),
                "with port 65400 the replica servers would be at port 65600, and ports end at 65535",
            ),
            (Box::new(|o| o.tables = vec![(String::new(), 8)]), "a table must have a name"),
            (
                Box::new(|o| o.tables = vec![("t".into(), 0)]),
                "a table must have 1 to 1024 partitions, not 0 (\"t\")",
            ),
            (
                Box::new(|o| o.tables = vec![("t".into(), 1025)]),
                "a table must have 1 to 1024 partitions, not 1025 (\"t\")",
            ),
            (
                Box::new(|o| o.tables = vec![("t".into(), 8), ("t".into(), 8)]),
                "the table \"t\" is named twice",
            ),
        ] {
            assert_eq!(refusal(change).as_deref(), Some(sentence));
        }
    }
}
