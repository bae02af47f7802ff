//! A snapshot in the making: a reply of the meta server, taken over some partitions at a time.

use std::sync::Arc;
use std::vec::IntoIter;

use pegasus_protocol::idl::{PartitionConfiguration, QueryCfgResponse};

use super::partition::Partition;
use super::snapshot::Snapshot;
use crate::address::ServerAddress;
use crate::net::Server;

/// The most partitions that a table can have. A reply with more is broken.
const MAX_PARTITIONS: i32 = 1 << 16;

/// A snapshot in the making.
///
/// It is made in steps, because tens of thousands of partitions take tens of milliseconds, for which no other
/// operation of the client should wait.
pub(super) struct Draft {
    app_id: i32,
    /// The configurations that have not been taken over, in the order of their indices.
    left: IntoIter<PartitionConfiguration>,
    partitions: Vec<Partition>,
}

impl Draft {
    /// Checks a reply of the meta server.
    ///
    /// # Errors
    ///
    /// The contradiction in the reply, in words; the reply must not be used.
    pub(super) fn new(response: QueryCfgResponse) -> Result<Self, String> {
        let QueryCfgResponse { app_id, partition_count: count, mut partitions, .. } = response;
        if app_id <= 0 || !(1..=MAX_PARTITIONS).contains(&count) {
            return Err(format!("app id {app_id} with {count} partitions"));
        }
        if partitions.len() != count as usize {
            return Err(format!("{} partitions listed of {count}", partitions.len()));
        }
        // Meta servers list them in their order, so this only looks at each of them.
        partitions.sort_by_key(|p| p.pid.partition_index);
        if !partitions.iter().map(|p| p.pid.partition_index).eq(0..count) {
            return Err(format!("the partitions listed are not 0 to {}", count - 1));
        }
        let capacity = partitions.len();
        Ok(Self { app_id, left: partitions.into_iter(), partitions: Vec::with_capacity(capacity) })
    }

    /// Takes over up to `most` further partitions. Says whether more are left.
    pub(super) fn take_some(&mut self, most: usize, server: impl Fn(&ServerAddress) -> Arc<Server>) -> bool {
        let some = self.left.by_ref().take(most);
        self.partitions.extend(some.map(|configuration| Partition::new(&configuration, &server)));
        self.left.len() > 0
    }

    /// The snapshot of the partitions that have been taken over, which must be all.
    pub(super) fn finish(self) -> Snapshot {
        Snapshot::new(self.app_id, self.partitions.into_boxed_slice())
    }
}

#[cfg(test)]
impl Snapshot {
    /// Checks a reply of the meta server and turns it into a snapshot, all at once.
    pub(crate) fn from_response(
        response: QueryCfgResponse,
        server: impl Fn(&ServerAddress) -> Arc<Server>,
    ) -> Result<Self, String> {
        let mut draft = Draft::new(response)?;
        draft.take_some(usize::MAX, server);
        Ok(draft.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pegasus_protocol::types::Gpid;

    use super::*;
    use crate::net::Pool;
    use crate::routing::Target;

    #[tokio::test]
    async fn so_many_partitions_are_taken_over_in_a_step() {
        let pool = Pool::new(Duration::from_secs(1), Duration::from_secs(1), 1 << 20);
        let partition = |partition_index| {
            let pid = Gpid { app_id: 2, partition_index };
            PartitionConfiguration { pid, ballot: 1, ..PartitionConfiguration::default() }
        };
        for (most, steps) in [(1, 10), (3, 4), (5, 2), (10, 1), (usize::MAX, 1)] {
            let partitions = (0..10).map(partition).collect();
            let response = QueryCfgResponse {
                app_id: 2,
                partition_count: 10,
                partitions,
                ..QueryCfgResponse::default()
            };
            let mut draft = Draft::new(response).unwrap();
            let mut taken = 1;
            while draft.take_some(most, |address| pool.server(address)) {
                taken += 1;
            }
            let snapshot = draft.finish();
            assert_eq!((taken, snapshot.partition_count()), (steps, 10));
            assert!(snapshot.route(Target::Slice { index: 9, modulus: 10 }).is_some());
        }
    }
}
