//! Keeps a table's snapshot current: asked by operations that met a stale one.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::snapshot::Snapshot;
use crate::error::Error;
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::single_flight::SingleFlight;

/// Between the end of one query and the start of the next: a cluster without primaries must not
/// be asked in a hot loop by all operations that wait for one.
const MIN_GAP: Duration = Duration::from_millis(50);

/// What a refresh brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// Routes lead elsewhere now: trying again at once makes sense.
    Changed,
    /// Everything is as it was.
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
    /// Asks for the table's configuration for the first time.
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

    /// The snapshot of this moment.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Makes sure that the snapshot is newer than the one that was used; joins a running query.
    ///
    /// # Errors
    ///
    /// The meta servers could not be asked, or say that there is no such table any more.
    pub(crate) async fn refresh(&self, used: &Arc<Snapshot>) -> Result<Refreshed, Error> {
        if !Arc::ptr_eq(&self.current.load(), used) {
            return Ok(Refreshed::Changed);
        }
        self.flight.run(|| self.ask()).await.unwrap_or_else(|| Err(Error::closed()))
    }

    /// Begins a refresh that nobody waits for, so that the next operation finds newer routes.
    pub(crate) fn refresh_soon(&self, used: &Arc<Snapshot>) {
        if Arc::ptr_eq(&self.current.load(), used) {
            self.flight.start(|| self.ask());
        }
    }

    /// Asks the meta servers, and keeps what they say if it is news.
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
    Snapshot::from_response(&response, |address| pool.node(address)).map_err(|reason| {
        tracing::warn!(table, %reason, "the configuration of the table makes no sense");
        Error::new(
            crate::error::ErrorKind::InvalidData,
            format!("the meta server's configuration of table {table} makes no sense: {reason}"),
        )
    })
}
