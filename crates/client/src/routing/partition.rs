//! One partition of a snapshot: its ballot, its primary, its secondaries.

use std::sync::Arc;

use pegasus_protocol::idl::PartitionConfiguration;
use pegasus_protocol::types::RpcAddress;

use crate::address::ServerAddress;
use crate::net::Server;

/// Bounds the secondaries of a partition, and the former servers remembered while it has no primary.
const MAX_SECONDARIES: usize = 8;

#[derive(Clone)]
pub(super) struct Partition {
    pub(super) ballot: i64,
    pub(super) primary: Option<Arc<Server>>,
    /// The secondaries and, while there is no primary, the servers that were primary or secondary before:
    /// some of them still have the rows.
    pub(super) secondaries: Box<[Arc<Server>]>,
}

impl Partition {
    pub(super) fn new(
        configuration: &PartitionConfiguration,
        server: impl Fn(&ServerAddress) -> Arc<Server>,
    ) -> Self {
        let primary =
            ServerAddress::from_configuration(configuration.primary, configuration.hp_primary.as_ref());
        let addresses = &configuration.secondaries;
        // Names can be matched to addresses only when there is one for each.
        let names = configuration.hp_secondaries.as_ref().filter(|names| names.len() == addresses.len());
        let secondary = |(at, address): (usize, &RpcAddress)| {
            ServerAddress::from_configuration(*address, names.and_then(|names| names.get(at)))
        };
        let secondaries = addresses.iter().enumerate().filter_map(secondary);
        Self {
            ballot: configuration.ballot,
            primary: primary.as_ref().map(&server),
            secondaries: secondaries.take(MAX_SECONDARIES).map(|address| server(&address)).collect(),
        }
    }

    /// Keeps the servers that served before as candidates for reads.
    pub(super) fn remember(&mut self, before: &Self) {
        let mut known = std::mem::take(&mut self.secondaries).into_vec();
        for server in before.primary.iter().chain(&before.secondaries) {
            if known.len() < MAX_SECONDARIES && !known.iter().any(|one| Arc::ptr_eq(one, server)) {
                known.push(Arc::clone(server));
            }
        }
        self.secondaries = known.into();
    }

    pub(super) fn has_same_secondaries(&self, other: &Self) -> bool {
        self.secondaries.len() == other.secondaries.len()
            && self.secondaries.iter().zip(&other.secondaries).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}
