//! Frees expired scans and the rows of tables that cannot be recalled any more.

use super::cluster_state::ClusterState;
use crate::store::StoreError;
use crate::topology::{TableState, Topology, is_beyond_recall};

impl ClusterState {
    /// Drops expired scans, and the rows of tables that were dropped too long ago.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        self.scans.iter().for_each(|scans| scans.sweep(now));
        self.forget_dropped();
    }

    /// Removes the rows of tables that can no longer be recalled. Their descriptions stay, because
    /// meta servers list dropped tables for ever.
    fn forget_dropped(&self) {
        let is_beyond = |table: &TableState| is_beyond_recall(&table.info, self.unix_now());
        let beyond_recall = |topology: &Topology| {
            topology.tables().find(|table| table.rows.is_some() && is_beyond(table)).cloned()
        };
        while let Some(table) = beyond_recall(&self.topology()) {
            let app_id = table.info.app_id;
            let forgotten = TableState { rows: None, ..TableState::clone(&table) };
            drop(table);
            let forget = |topology: &Topology| {
                let is_still = topology.table(app_id).is_some_and(|table| is_beyond(table));
                Ok::<_, StoreError>((is_still.then_some(forgotten), is_still))
            };
            let removed = match self.change(forget) {
                Ok(true) => self.store.remove_rows(app_id),
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = removed {
                tracing::error!(app_id, %error, "the rows of a dropped table could not be removed");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::load::tests::state;
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::Store;
    use crate::topology::AppId;

    fn has_rows(state: &ClusterState, app_id: AppId) -> bool {
        state.topology().table(app_id).unwrap().rows.is_some()
    }

    #[test]
    fn rows_stay_as_long_as_a_table_can_be_recalled() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Store::open(Some(directory.path())).unwrap();
        let clock = Arc::new(ManualClock::new(1000));
        let cluster = state(open(), &clock);
        for name in ["short", "long"] {
            cluster.create_table(name, 2).unwrap();
        }
        cluster.drop_table(&"short".into(), Some(10), false).unwrap();
        cluster.drop_table(&"long".into(), Some(20), false).unwrap();
        clock.advance(9);
        cluster.sweep();
        assert!(has_rows(&cluster, 1) && has_rows(&cluster, 2));
        clock.advance(1);
        cluster.sweep();
        assert!(!has_rows(&cluster, 1) && has_rows(&cluster, 2));
        cluster.close().unwrap();

        clock.advance(10);
        let cluster = state(open(), &clock);
        assert!(!has_rows(&cluster, 1) && !has_rows(&cluster, 2));
        assert_eq!(cluster.topology().tables().count(), 2); // still listed
        assert_eq!(cluster.create_table("next", 1).unwrap(), 3);
        cluster.close().unwrap();
    }
}
