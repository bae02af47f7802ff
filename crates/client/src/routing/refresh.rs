//! Keeps a table's snapshot current. Operations that met a stale route ask for a refresh.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use super::draft::Draft;
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorKind};
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::single_flight::SingleFlight;

/// The pause between the end of one query and the start of the next. Without it, operations that wait for a
/// primary would query the meta servers in a hot loop.
const MIN_GAP: Duration = Duration::from_millis(50);

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

/// The routes of one table: a snapshot, replaced whole.
pub(crate) struct Router {
    table: Arc<str>,
    meta: Arc<MetaClient>,
    pool: Arc<Pool>,
    current: Arc<ArcSwap<Snapshot>>,
    last_query: Arc<Mutex<Option<Instant>>>,
    flight: SingleFlight<Result<Refreshed, Error>>,
}

impl Router {
    /// Queries the table's configuration for the first time.
    pub(crate) async fn open(
        table: Arc<str>,
        meta: Arc<MetaClient>,
        pool: Arc<Pool>,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let first = query(&table, &meta, &pool, deadline).await?;
        Ok(Self {
            table,
            meta,
            pool,
            current: Arc::new(ArcSwap::from_pointee(first)),
            last_query: Arc::new(Mutex::new(None)),
            flight: SingleFlight::new(),
        })
    }

    /// The current snapshot.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Replaces the snapshot that was used, unless that has happened already. Concurrent callers share one query.
    ///
    /// # Errors
    ///
    /// The meta servers cannot be reached, or the table no longer exists.
    pub(crate) async fn refresh(&self, used: &Arc<Snapshot>) -> Result<Refreshed, Error> {
        if !Arc::ptr_eq(&self.current.load(), used) {
            return Ok(Refreshed::Changed);
        }
        self.flight.run(|| self.ask()).await.unwrap_or_else(|| Err(Error::closed()))
    }

    /// Starts a refresh in the background, for the operations to come.
    pub(crate) fn refresh_soon(&self, used: &Arc<Snapshot>) {
        if Arc::ptr_eq(&self.current.load(), used) {
            self.flight.start(|| self.ask());
        }
    }

    /// Queries the meta servers and stores the snapshot if it differs.
    fn ask(&self) -> impl Future<Output = Result<Refreshed, Error>> + Send + use<> {
        let (table, meta, pool) = (Arc::clone(&self.table), Arc::clone(&self.meta), Arc::clone(&self.pool));
        let (current, last_query) = (Arc::clone(&self.current), Arc::clone(&self.last_query));
        async move {
            let mut last_query = last_query.lock().await;
            if let Some(last) = *last_query {
                sleep_until(last + MIN_GAP).await;
            }
            let found = query(&table, &meta, &pool, Instant::now() + meta.patience()).await;
            *last_query = Some(Instant::now());
            let old = current.load_full();
            let new = found?.not_older_than(&old);
            if !new.differs_from(&old) {
                return Ok(Refreshed::Unchanged);
            }
            tracing::info!(%table, app_id = new.app_id(), partitions = new.partition_count(), "routes changed");
            current.store(Arc::new(new));
            Ok(Refreshed::Changed)
        }
    }
}

async fn query(table: &str, meta: &MetaClient, pool: &Pool, deadline: Instant) -> Result<Snapshot, Error> {
    let response = meta.query_configuration(table, deadline).await?;
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
