//! An immutable snapshot of a table's configuration. A look-up neither locks nor waits.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use pegasus_protocol::key;
use pegasus_protocol::types::Gpid;
use rustc_hash::FxHashSet;

use super::partition::Partition;
use super::target::Target;
use crate::net::Server;

/// The most partitions that are looked at to find the servers of a table.
const MAX_SAMPLE: usize = 4096;

/// Where a target is served at the moment.
pub(crate) struct Route<'a> {
    pub(crate) gpid: Gpid,
    /// The partition hash in the request header.
    pub(crate) partition_hash: u64,
    /// `None`: the partition has no primary at the moment.
    pub(crate) primary: Option<&'a Arc<Server>>,
    /// Other servers that may answer reads.
    pub(crate) secondaries: &'a [Arc<Server>],
}

/// The configuration of a table at one time.
pub(crate) struct Snapshot {
    app_id: i32,
    partitions: Box<[Partition]>,
    /// The servers of the table, once they are needed.
    servers: OnceLock<Box<[Arc<Server>]>>,
}

impl Snapshot {
    /// A table with these partitions, in the order of their indices: at least one.
    pub(super) fn new(app_id: i32, partitions: Box<[Partition]>) -> Self {
        Self { app_id, partitions, servers: OnceLock::new() }
    }

    /// This configuration, with the older snapshot's partition wherever that one has the higher ballot.
    ///
    /// A lagging meta server, or a reply that was overtaken, must not send the client back to a replaced
    /// primary. With another app id or partition count the ballots cannot be compared. And where the older
    /// snapshot has no primary, or one that was refuted, its ballot protects nothing.
    pub(super) fn not_older_than(mut self, older: &Self, refuted: &HashMap<i32, Arc<Server>>) -> Self {
        if self.app_id == older.app_id && self.partitions.len() == older.partitions.len() {
            for (index, (mine, theirs)) in self.partitions.iter_mut().zip(&older.partitions).enumerate() {
                let trusted = theirs.primary.as_ref().is_some_and(|primary| {
                    !refuted.get(&(index as i32)).is_some_and(|server| Arc::ptr_eq(server, primary))
                });
                if theirs.ballot > mine.ballot && trusted {
                    *mine = theirs.clone();
                } else if mine.primary.is_none() {
                    mine.remember(theirs);
                }
            }
        }
        self
    }

    /// The primary of a partition, by its id. `None`: it has none, or this table has no such partition.
    pub(super) fn primary(&self, gpid: Gpid) -> Option<&Arc<Server>> {
        let index = usize::try_from(gpid.partition_index).ok().filter(|_| gpid.app_id == self.app_id)?;
        self.partitions.get(index)?.primary.as_ref()
    }

    /// The primaries of this snapshot that do not lead one of their partitions any more in a newer one.
    pub(super) fn primaries_deposed_by(&self, newer: &Self) -> Vec<Arc<Server>> {
        let mut deposed: HashMap<*const Server, &Arc<Server>> = HashMap::new();
        for (index, partition) in self.partitions.iter().enumerate() {
            let Some(primary) = &partition.primary else { continue };
            let gpid = Gpid { app_id: self.app_id, partition_index: index as i32 };
            if !newer.primary(gpid).is_some_and(|leader| Arc::ptr_eq(leader, primary)) {
                deposed.insert(Arc::as_ptr(primary), primary);
            }
        }
        deposed.into_values().cloned().collect()
    }

    pub(crate) fn app_id(&self) -> i32 {
        self.app_id
    }

    pub(crate) fn partition_count(&self) -> u32 {
        self.partitions.len() as u32
    }

    /// The servers of the table, each once; of a table with very many partitions, those of a sample of them.
    pub(crate) fn servers(&self) -> &[Arc<Server>] {
        self.servers.get_or_init(|| {
            let step = self.partitions.len().div_ceil(MAX_SAMPLE).max(1);
            let sample = self.partitions.iter().step_by(step);
            let servers = sample.flat_map(|one| one.primary.iter().chain(&one.secondaries));
            let mut known = FxHashSet::default();
            servers.filter(|server| known.insert(Arc::as_ptr(server))).cloned().collect()
        })
    }

    /// Whether any route differs.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        let changed = |(mine, theirs): (&Partition, &Partition)| match (&mine.primary, &theirs.primary) {
            (Some(a), Some(b)) => mine.ballot != theirs.ballot || !Arc::ptr_eq(a, b),
            (None, None) => !mine.has_same_secondaries(theirs),
            (Some(_), None) | (None, Some(_)) => true,
        };
        self.app_id != other.app_id
            || self.partitions.len() != other.partitions.len()
            || self.partitions.iter().zip(&other.partitions).any(changed)
    }

    /// The slices that together make up the table, each served by one primary.
    pub(crate) fn slices(&self) -> impl Iterator<Item = (u32, u32)> {
        self.slices_of(0, 1)
    }

    /// The slices that together make up the rows whose hash modulo `modulus` is `index`. None, if they do not
    /// fit the partition count. It looks at no other partitions than those of these rows.
    pub(crate) fn slices_of(&self, index: u32, modulus: u32) -> impl Iterator<Item = (u32, u32)> {
        let count = self.partition_count();
        let slice = move |part: u32| {
            let mut candidates = [(part, count), (part, count / 2)].into_iter();
            candidates.find(|(part, of)| of.is_multiple_of(modulus) && self.has_slice(*part, *of))
        };
        (index..count).step_by(modulus as usize).filter_map(slice)
    }

    fn has_slice(&self, index: u32, modulus: u32) -> bool {
        let count = self.partition_count();
        let is_unready = |index: u32| self.partitions.get(index as usize).is_some_and(|p| p.ballot < 0);
        let child = index.checked_add(count / 2).filter(|child| count.is_multiple_of(2) && *child < count);
        let serves_for_child = child.is_some_and(is_unready);
        if modulus == count {
            index < count && !is_unready(index) && !serves_for_child
        } else {
            modulus.checked_mul(2) == Some(count) && serves_for_child
        }
    }

    /// Looks up where a target is served.
    ///
    /// During a split a child partition (upper half of the indices) has a negative ballot until it has
    /// replicas. Until then its parent, half the count below, serves its rows.
    ///
    /// `None`: the target is a group or a slice of another partition count and must be rebuilt.
    pub(crate) fn route(&self, target: Target) -> Option<Route<'_>> {
        let count = self.partition_count();
        let (mut index, partition_hash) = match target {
            Target::Hash(hash) => (key::partition_index(hash, count), hash),
            Target::Slice { index, modulus } if !self.has_slice(index, modulus) => return None,
            // The header carries a hash of the slice that a split moves away. A server that has been split
            // meanwhile refuses it, and so cannot silently leave out the rows that it gave away.
            Target::Slice { index, modulus } => (index, u64::from(index) + u64::from(modulus)),
            Target::Group { count: grouped, .. } if grouped != count => return None,
            Target::Group { index, hash, .. } => (index, hash),
        };
        if self.partitions[index as usize].ballot < 0 && index >= count / 2 {
            index -= count / 2;
        }
        Some(Route {
            gpid: Gpid { app_id: self.app_id, partition_index: index as i32 },
            partition_hash,
            primary: self.partitions[index as usize].primary.as_ref(),
            secondaries: &self.partitions[index as usize].secondaries,
        })
    }
}

#[cfg(test)]
mod tests;
