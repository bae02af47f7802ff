//! Keeps a table's snapshot current. Operations that met a stale route ask for a refresh.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use pegasus_protocol::idl::QueryCfgResponse;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use super::deposed::give_up_soon;
use super::draft::Draft;
use super::gap::QueryGap;
use super::refuted::Refuted;
use super::snapshot::Snapshot;
use super::target::Target;
use crate::error::{Error, ErrorKind};
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::single_flight::SingleFlight;

/// So many partitions are taken over before other operations have their turn: about a millisecond.
const PARTITIONS_A_TURN: usize = 512;

/// The outcome of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// The routes have changed: the operation can be retried at once.
    Changed,
    /// The routes are the same.
    Unchanged,
}

/// The routes of one table: a snapshot, replaced whole. All tables of one name share it.
pub(crate) struct Router {
    routes: Arc<Routes>,
    flight: SingleFlight<Result<Refreshed, Error>>,
}

/// What a refresh in the background needs, also when the table is gone meanwhile.
struct Routes {
    table: Arc<str>,
    meta: Arc<MetaClient>,
    pool: Arc<Pool>,
    current: Arc<ArcSwap<Snapshot>>,
    gap: Mutex<QueryGap>,
    refuted: Refuted,
    /// Locked while the snapshot is replaced: of two answers that come together, neither undoes the other.
    replacing: Mutex<()>,
}

impl Router {
    /// Queries the table's configuration for the first time, until the deadline.
    pub(super) async fn open(
        table: Arc<str>,
        meta: Arc<MetaClient>,
        pool: Arc<Pool>,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let response = meta.query_configuration(&table, deadline).await?;
        let first = read(&table, response, &pool).await?;
        let routes = Routes {
            table,
            meta,
            pool,
            current: Arc::new(ArcSwap::from_pointee(first)),
            gap: Mutex::default(),
            refuted: Refuted::default(),
            replacing: Mutex::default(),
        };
        Ok(Self { routes: Arc::new(routes), flight: SingleFlight::new() })
    }

    /// Queries the table's configuration again, for another table object of this name.
    pub(super) async fn open_again(&self, deadline: Instant) -> Result<(), Error> {
        let response = self.routes.meta.query_configuration(&self.routes.table, deadline).await?;
        self.routes.take(read(&self.routes.table, response, &self.routes.pool).await?);
        Ok(())
    }

    /// The current snapshot.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.routes.current.load_full()
    }

    /// Replaces the snapshot that was used, unless that has happened already. Concurrent callers share one query.
    ///
    /// # Errors
    ///
    /// The meta servers cannot be reached, or the table no longer exists.
    pub(crate) async fn refresh(&self, used: &Arc<Snapshot>) -> Result<Refreshed, Error> {
        if !self.is_current(used) {
            return Ok(Refreshed::Changed);
        }
        self.flight.run(|| Arc::clone(&self.routes).refresh()).await.unwrap_or_else(|| Err(Error::closed()))
    }

    /// Starts a refresh in the background, for the operations to come.
    pub(crate) fn refresh_soon(&self, used: &Arc<Snapshot>) {
        if self.is_current(used) {
            self.flight.start(|| Arc::clone(&self.routes).refresh());
        }
    }

    /// Notes that the primary of this target, in the snapshot that was used, refused to be it or could not be
    /// reached. The next configuration for its partition is taken even if its ballot is lower.
    pub(crate) fn refute(&self, used: &Snapshot, target: Target) {
        if let Some(route) = used.route(target)
            && let Some(primary) = route.primary
        {
            self.routes.refuted.add(route.gpid.partition_index, primary);
        }
    }

    fn is_current(&self, used: &Arc<Snapshot>) -> bool {
        Arc::ptr_eq(&self.routes.current.load(), used)
    }
}

impl Routes {
    /// Refreshes the snapshot in the background. Of a closed client nothing runs on.
    async fn refresh(self: Arc<Self>) -> Result<Refreshed, Error> {
        let refreshed = self.pool.until_closed(self.ask()).await;
        refreshed.unwrap_or_else(|_closed| Err(Error::closed()))
    }

    /// Queries the meta servers once their turn has come, and stores the snapshot if it differs.
    async fn ask(&self) -> Result<Refreshed, Error> {
        let turn = self.gap().next(Instant::now());
        sleep_until(turn).await;
        let asked = self.meta.query_configuration_once(&self.table).await;
        let read = match asked {
            Ok(response) => read(&self.table, response, &self.pool).await,
            Err(error) => Err(error),
        };
        let refreshed = read.map(|found| self.take(found));
        let brought_news = matches!(refreshed, Ok(Refreshed::Changed));
        self.gap().ended(Instant::now(), brought_news);
        refreshed
    }

    /// Stores a snapshot if it differs from the current one. Attempts that wait for deposed primaries are given
    /// up soon.
    fn take(&self, found: Snapshot) -> Refreshed {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current.load_full();
        let new = found.not_older_than(&old, &self.refuted.take());
        if !new.differs_from(&old) {
            return Refreshed::Unchanged;
        }
        tracing::info!(table = %self.table, app_id = new.app_id(), partitions = new.partition_count(), "routes changed");
        let new = Arc::new(new);
        self.current.store(Arc::clone(&new));
        give_up_soon(&self.pool, &old, new, &self.current);
        Refreshed::Changed
    }

    fn gap(&self) -> MutexGuard<'_, QueryGap> {
        self.gap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns a configuration into a snapshot.
async fn read(table: &str, response: QueryCfgResponse, pool: &Pool) -> Result<Snapshot, Error> {
    let mut draft = Draft::new(response).map_err(|reason| {
        tracing::warn!(table, %reason, "the configuration of the table makes no sense");
        Error::new(
            ErrorKind::InvalidData,
            format!("the meta server's configuration of table {table} makes no sense: {reason}"),
        )
    })?;
    while draft.take_some(PARTITIONS_A_TURN, |address| pool.server(address)) {
        yield_now().await;
    }
    Ok(draft.finish())
}
