//! Gives up what still waits for servers that no longer lead the partitions they were asked for.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use pegasus_protocol::types::Gpid;
use tokio::time::{Instant, sleep};
use tracing::instrument::WithSubscriber;

use super::snapshot::Snapshot;
use crate::net::{Pool, Server};

/// The time that a deposed primary has for the answers that it still sends.
const GRACE: Duration = Duration::from_millis(100);

/// Once a snapshot was replaced: calls in flight to primaries that are deposed fail after a moment, so that their
/// operations go on at the new primaries.
pub(super) fn give_up_soon(
    pool: &Arc<Pool>,
    old: &Snapshot,
    new: Arc<Snapshot>,
    current: &Arc<ArcSwap<Snapshot>>,
) {
    let deposed = old.primaries_deposed_by(&new);
    if deposed.is_empty() {
        return;
    }
    let change = Change { app_id: old.app_id(), new, at: Instant::now() };
    let (pool, current) = (Arc::clone(pool), Arc::clone(current));
    let giving_up = async move {
        if pool.until_closed(sleep(GRACE)).await.is_err() {
            return;
        }
        let now = current.load_full();
        for server in deposed {
            server.give_up(|gpid, sent_at| change.deposition(&now, gpid, sent_at, &server));
        }
    };
    tokio::spawn(giving_up.with_current_subscriber());
}

/// A snapshot replaced another one.
struct Change {
    /// The table's id before.
    app_id: i32,
    new: Arc<Snapshot>,
    at: Instant,
}

impl Change {
    /// Why this server no longer answers a request to a partition, in words. `None`: it does, or the partition is of
    /// another table.
    ///
    /// A server that leads again has dropped what it was sent before.
    fn deposition(
        &self,
        now: &Snapshot,
        gpid: Gpid,
        sent_at: Instant,
        server: &Arc<Server>,
    ) -> Option<String> {
        if gpid.app_id != self.app_id {
            return None;
        }
        let leads = |snapshot: &Snapshot| snapshot.primary(gpid).is_some_and(|one| Arc::ptr_eq(one, server));
        let (index, address) = (gpid.partition_index, server.address());
        if leads(now) {
            return (sent_at <= self.at && !leads(&self.new))
                .then(|| format!("{address} did not lead partition {index} for a moment"));
        }
        let who = match now.primary(gpid) {
            Some(primary) => format!("{} does", primary.address()),
            None if now.app_id() != self.app_id => "the table was dropped and created anew".to_owned(),
            None => "no server does at the moment".to_owned(),
        };
        Some(format!("{address} no longer leads partition {index}: {who}"))
    }
}
