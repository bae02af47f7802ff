//! The state that all tables of a client share, and the state that all operations of a table share.

use std::sync::Arc;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::hedging::Hedging;
use crate::limiter::Limiter;
use crate::load_retries::LoadRetries;
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::options::{ClientOptions, RetryOptions};
use crate::routing::{Router, Routers};

/// The state that a client's tables share.
pub(crate) struct ClientContext {
    options: ClientOptions,
    pool: Arc<Pool>,
    meta: Arc<MetaClient>,
    routers: Routers,
    limiter: Limiter,
    load_retries: LoadRetries,
}

impl ClientContext {
    pub(crate) fn new(options: ClientOptions, pool: Arc<Pool>, meta: Arc<MetaClient>) -> Self {
        let limiter = Limiter::new(&options);
        let routers = Routers::new(Arc::clone(&meta), Arc::clone(&pool));
        Self { options, pool, meta, routers, limiter, load_retries: LoadRetries::new() }
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub(crate) fn meta(&self) -> &Arc<MetaClient> {
        &self.meta
    }

    /// Bounds the retries of calls that servers refused for load.
    pub(crate) fn load_retries(&self) -> &LoadRetries {
        &self.load_retries
    }

    /// The routers of the client's tables.
    pub(crate) fn routers(&self) -> &Routers {
        &self.routers
    }

    /// The time limit of an operation, unless the table or the call sets one.
    pub(crate) fn timeout(&self) -> Duration {
        self.options.timeout
    }

    /// Bounds the operations in flight.
    pub(crate) fn limiter(&self) -> &Limiter {
        &self.limiter
    }
}

/// The state that the operations of a table share.
pub(crate) struct TableContext {
    name: Arc<str>,
    client: Arc<ClientContext>,
    router: Arc<Router>,
    timeout: Duration,
    /// When secondaries may answer reads; `None`: never.
    hedging: Option<Hedging>,
}

impl TableContext {
    pub(crate) fn new(
        name: Arc<str>,
        client: Arc<ClientContext>,
        router: Arc<Router>,
        timeout: Duration,
        hedging: Option<Hedging>,
    ) -> Self {
        Self { name, client, router, timeout, hedging }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    pub(crate) fn hedging(&self) -> Option<&Hedging> {
        self.hedging.as_ref()
    }

    pub(crate) fn retry(&self) -> &RetryOptions {
        &self.client.options.retry
    }

    /// The time limit of an operation, unless the call sets one.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The deadline of an operation that starts now; `None` takes the table's timeout.
    pub(crate) fn deadline(&self, timeout: Option<Duration>) -> Deadline {
        Deadline::after(timeout.unwrap_or(self.timeout))
    }

    /// Bounds the retries of calls that servers refused for load.
    pub(crate) fn load_retries(&self) -> &LoadRetries {
        self.client.load_retries()
    }

    /// Bounds the operations in flight.
    pub(crate) fn limiter(&self) -> &Limiter {
        self.client.limiter()
    }
}
