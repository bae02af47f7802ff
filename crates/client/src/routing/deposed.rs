//! Gives up what still waits for servers that no longer lead the partitions they were asked for.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use pegasus_protocol::types::Gpid;
use tokio::time::sleep;
use tracing::instrument::WithSubscriber;

use super::snapshot::Snapshot;
use crate::net::{Pool, Server};

/// The time that a deposed primary has for the answers that it still sends.
const GRACE: Duration = Duration::from_millis(100);

/// Once a snapshot was replaced: calls in flight to primaries that are deposed fail after a moment, so that their
/// operations go on at the new primaries.
pub(super) fn give_up_soon(pool: &Arc<Pool>, old: &Snapshot, current: &Arc<ArcSwap<Snapshot>>) {
    let deposed = old.primaries_deposed_by(&current.load());
    if deposed.is_empty() {
        return;
    }
    let (app_id, pool, current) = (old.app_id(), Arc::clone(pool), Arc::clone(current));
    let giving_up = async move {
        if pool.until_closed(sleep(GRACE)).await.is_err() {
            return;
        }
        let now = current.load_full();
        for server in deposed {
            server.give_up(|gpid| deposition(&now, app_id, gpid, &server));
        }
    };
    tokio::spawn(giving_up.with_current_subscriber());
}

/// Who leads a partition in place of this server, in words. `None`: the server leads it, or it is of another table.
fn deposition(now: &Snapshot, app_id: i32, gpid: Gpid, server: &Arc<Server>) -> Option<String> {
    if gpid.app_id != app_id {
        return None;
    }
    let (index, address) = (gpid.partition_index, server.address());
    match now.primary(gpid) {
        Some(primary) if Arc::ptr_eq(primary, server) => None,
        Some(primary) => {
            Some(format!("{address} no longer leads partition {index}: {} does", primary.address()))
        }
        None => Some(format!("{address} no longer leads partition {index}: no server does at the moment")),
    }
}
