//! The routers of a client, one for each table name.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::time::{Instant, timeout_at};

use super::refresh::Router;
use crate::error::{Error, ErrorKind};
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::single_flight::SingleFlight;

type Opened = Result<Arc<Router>, Error>;

/// The routers of a client. Tables of one name share a router, and so their queries to the meta servers.
pub(crate) struct Routers {
    meta: Arc<MetaClient>,
    pool: Arc<Pool>,
    by_name: Mutex<HashMap<Arc<str>, Arc<Entry>>>,
}

#[derive(Default)]
struct Entry {
    /// It lives as long as a table uses it.
    router: Mutex<Weak<Router>>,
    opening: SingleFlight<Opened>,
}

impl Routers {
    pub(crate) fn new(meta: Arc<MetaClient>, pool: Arc<Pool>) -> Self {
        Self { meta, pool, by_name: Mutex::default() }
    }

    /// The router of a table whose configuration was queried just now. Concurrent callers share the query.
    pub(crate) async fn open(&self, table: &Arc<str>, deadline: Instant) -> Opened {
        let entry = self.entry(table);
        loop {
            let asked = AtomicBool::new(false);
            let opening = entry.opening.run(|| {
                asked.store(true, Ordering::Relaxed);
                let (meta, pool) = (Arc::clone(&self.meta), Arc::clone(&self.pool));
                let opening = Arc::clone(&entry).open(Arc::clone(table), meta, Arc::clone(&pool), deadline);
                async move { pool.until_closed(opening).await.unwrap_or_else(|_closed| Err(Error::closed())) }
            });
            let mut opening = pin!(opening);
            let opened = match timeout_at(deadline, &mut opening).await {
                Ok(opened) => opened,
                // The question of this caller ends just now too, and then says what is there.
                Err(_) if asked.load(Ordering::Relaxed) => opening.await,
                Err(_) => {
                    return Err(Error::new(ErrorKind::Timeout, "no meta server had a useful answer in time"));
                }
            };
            let asked = asked.load(Ordering::Relaxed);
            match opened.unwrap_or_else(|| Err(Error::closed())) {
                // The caller that asked had less time than this one.
                Err(error) if !asked && error.is_retryable() => {}
                opened => return opened,
            }
        }
    }

    fn entry(&self, table: &Arc<str>) -> Arc<Entry> {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = by_name.get(table) {
            return Arc::clone(entry);
        }
        // Whenever the map would grow, names that nobody uses any more go.
        if by_name.len() == by_name.capacity() {
            by_name.retain(|_, entry| Arc::strong_count(entry) > 1 || entry.router().is_some());
        }
        Arc::clone(by_name.entry(Arc::clone(table)).or_default())
    }
}

impl Entry {
    async fn open(
        self: Arc<Self>,
        table: Arc<str>,
        meta: Arc<MetaClient>,
        pool: Arc<Pool>,
        deadline: Instant,
    ) -> Opened {
        if let Some(router) = self.router() {
            return router.open_again(deadline).await.map(|()| router);
        }
        let router = Arc::new(Router::open(table, meta, pool, deadline).await?);
        *self.router.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&router);
        Ok(router)
    }

    fn router(&self) -> Option<Arc<Router>> {
        self.router.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }
}
