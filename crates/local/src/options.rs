//! The options of a cluster and their checks.

use std::path::PathBuf;

use crate::error::StartError;

/// With a fixed port, the first replica server's port is this much above the first meta server's.
pub(crate) const REPLICA_PORT_OFFSET: u16 = 200;

/// More servers than any test needs. It is also the largest number for which the ports of meta
/// servers and replica servers do not overlap.
const MAX_SERVERS: u16 = REPLICA_PORT_OFFSET;

/// The largest number of partitions that a table can have.
pub(crate) const MAX_PARTITIONS: u32 = 1024;

/// The number of replicas of a partition when the caller gives none and enough servers are up.
pub(crate) const DEFAULT_REPLICAS: usize = 3;

/// The largest number of replicas that a partition can have: the default of real servers.
pub(crate) const MAX_REPLICAS: i32 = 5;

/// Options of a cluster. `Default` is an empty cluster with one meta server and three replica
/// servers, on free ports of 127.0.0.1, whose data is gone when it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Tables to create: name and partition count (1 to 1024, not only powers of two). A table that
    /// the data directory already holds must have the same partition count there.
    pub tables: Vec<(String, u32)>,
    /// The number of replica servers: 1 to 200. Each partition is on up to three of them.
    pub replica_servers: u16,
    /// The number of meta servers: 1 to 200. The first one leads.
    pub meta_servers: u16,
    /// The host at which all servers listen: an IPv4 address, or a name that resolves to one.
    /// Clients are given this address, so they must be able to reach it; 0.0.0.0 is refused.
    pub host: String,
    /// The port of the first meta server; 0 for any free port. With a port p, further meta servers
    /// use p+1, p+2, …, and replica servers use p+200, p+201, …. With 0, every server uses any free
    /// port.
    pub port: u16,
    /// The directory for the data. Data that is already there is served again. A write that a
    /// client was told of survives the death of the process. `None` keeps the data in memory, until
    /// the cluster stops.
    pub data_dir: Option<PathBuf>,
    /// Whether answers to clients also carry host names, as servers from 2.6 on do. The C++ client
    /// needs them; some older clients cannot read such answers.
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
    /// Refuses impossible options, with a sentence that says why.
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

/// Checks the name and the partition count of a table. The error is a sentence.
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
