//! The client: connects to a cluster, opens tables, closes.

use std::sync::Arc;

use crate::admin::Admin;
use crate::backup::Backup;
use crate::deadline::Deadline;
use crate::error::{Error, Place};
use crate::gate::Gate;
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::options::{ClientOptions, RetryOptions, TableOptions};
use crate::routing::Router;
use crate::table::{Table, TableCore};

/// What a client's tables share.
pub(crate) struct ClientCore {
    options: ClientOptions,
    pool: Arc<Pool>,
    meta: Arc<MetaClient>,
    gate: Gate,
}

impl ClientCore {
    pub(crate) fn meta(&self) -> &MetaClient {
        &self.meta
    }

    pub(crate) fn retry(&self) -> &RetryOptions {
        &self.options.retry
    }

    /// Where operations are counted in and out.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// A client of one cluster. Cheap to clone; all clones share connections.
///
/// ```no_run
/// # async fn example() -> Result<(), pegasus_client::Error> {
/// use pegasus_client::{CallOptions, Client, ClientOptions, TableOptions, WriteOptions};
///
/// let client = Client::connect(ClientOptions::new(["127.0.0.1:34601"])).await?;
/// let table = client.open_table("temp", TableOptions::default()).await?;
/// table.set(b"user_1", b"name", b"Alice", WriteOptions::default()).await?;
/// assert_eq!(table.get(b"user_1", b"name", CallOptions::default()).await?.unwrap(), "Alice");
/// client.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    core: Arc<ClientCore>,
}

impl Client {
    /// Checks the options and reaches at least one meta server.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: an option that cannot be used. `ERR_NETWORK_FAILURE`: no meta server
    /// accepts a connection.
    pub async fn connect(options: ClientOptions) -> Result<Self, Error> {
        options.validate()?;
        let pool = Arc::new(Pool::new(options.connect_timeout, options.session_reset, options.most_queued()));
        let meta = Arc::new(MetaClient::new(&options.meta_servers, Arc::clone(&pool), options.meta_timeout)?);
        meta.reach_any().await?;
        let gate = Gate::new(&options);
        let core = ClientCore { options, pool, meta, gate };
        Ok(Self { core: Arc::new(core) })
    }

    /// Opens a table: asks where its partitions are.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: an empty name, or options that cannot be used. `ERR_OBJECT_NOT_FOUND`: there is no such table.
    /// `ERR_TIMEOUT` or `ERR_NETWORK_FAILURE`: no meta server had an answer.
    pub async fn open_table(&self, name: &str, options: TableOptions) -> Result<Table, Error> {
        if name.is_empty() {
            return Err(Error::invalid_argument("the table name is empty"));
        }
        options.backup_request.validate()?;
        let _running = self.core.gate.enter()?;
        let timeout = options.timeout.unwrap_or(self.core.options.timeout);
        let deadline = Deadline::after(timeout).instant();
        let name: Arc<str> = name.into();
        let (meta, pool) = (Arc::clone(&self.core.meta), Arc::clone(&self.core.pool));
        let router = Router::open(Arc::clone(&name), meta, pool, deadline)
            .await
            .map_err(|error| error.at(Place { table: Some(name.to_string()), ..Place::default() }))?;
        let backup = Backup::new(&options.backup_request);
        Ok(Table::new(TableCore::new(name, Arc::clone(&self.core), router, timeout, backup)))
    }

    /// The administrative calls.
    pub fn admin(&self) -> Admin {
        Admin::new(Arc::clone(&self.core))
    }

    /// Lets what runs end, refuses what comes, and closes every connection.
    ///
    /// Operations end at their deadlines at the latest. Closing twice is fine.
    pub async fn close(&self) {
        self.core.gate.close().await;
        self.core.pool.close();
    }
}
