//! The client: connects to a cluster, opens tables, closes.

use std::sync::Arc;

use crate::admin::Admin;
use crate::context::{ClientContext, TableContext};
use crate::deadline::Deadline;
use crate::error::{Error, Location};
use crate::hedging::Hedging;
use crate::meta::MetaClient;
use crate::net::Pool;
use crate::options::{ClientOptions, TableOptions};
use crate::table::Table;

/// A client of one cluster. Cloning is cheap; all clones share connections.
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
    context: Arc<ClientContext>,
}

impl Client {
    /// Checks the options, then asks the meta servers until the leading one answers.
    ///
    /// What is not there yet is waited for: until [`ClientOptions::timeout`] has passed, the servers are asked
    /// again, with pauses that grow from 0.1 s to 0.8 s. So a service and its cluster may start in any order.
    ///
    /// # Errors
    ///
    /// The text says for each server what seems to be there: nothing listens, the name does not resolve, a
    /// replica server, a server that is not Pegasus, one that accepts and says nothing, followers that name
    /// each other as the leader.
    ///
    /// * `ERR_INVALID_ARGUMENT`: an option is outside its range, or a meta server's address cannot be parsed;
    ///   at once.
    /// * `ERR_NETWORK_FAILURE`: no meta server answers at any of the addresses, or none leads.
    /// * `ERR_TIMEOUT`: the same, and at least one server neither answers nor refuses.
    /// * `ERR_SERVICE_NOT_ACTIVE`, `ERR_UNDER_RECOVERY`: the leader does not serve yet.
    pub async fn connect(options: ClientOptions) -> Result<Self, Error> {
        options.validate()?;
        let pool = Pool::new(options.connect_timeout, options.session_reset, options.most_queued());
        let pool = Arc::new(pool.with_resolver(Arc::clone(&options.resolver)));
        let meta = Arc::new(MetaClient::new(&options.meta_servers, Arc::clone(&pool), options.meta_timeout)?);
        let closing = CloseUnlessConnected(Some(Arc::clone(&pool)));
        meta.find_leader(Deadline::after(options.timeout).instant()).await?;
        closing.connected();
        Ok(Self { context: Arc::new(ClientContext::new(options, pool, meta)) })
    }

    /// Opens a table: queries the meta servers for its partitions. The deadline is the table's timeout.
    ///
    /// # Errors
    ///
    /// * `ERR_INVALID_ARGUMENT`: the name is empty, or an option is outside its range.
    /// * `ERR_OBJECT_NOT_FOUND`: the cluster has no table of that name.
    /// * `ERR_TIMEOUT`, `ERR_NETWORK_FAILURE`: no meta server had a useful reply.
    /// * `ERR_CLIENT_CLOSED`: the client is closed.
    pub async fn open_table(&self, name: &str, options: TableOptions) -> Result<Table, Error> {
        if name.is_empty() {
            return Err(Error::invalid_argument("the table name is empty"));
        }
        options.backup_request.validate()?;
        let _permit = self.context.limiter().permit()?;
        let timeout = options.timeout.unwrap_or(self.context.timeout());
        let deadline = Deadline::after(timeout).instant();
        let name: Arc<str> = name.into();
        let router =
            self.context.routers().open(&name, deadline).await.map_err(|error| {
                error.at(Location { table: Some(name.to_string()), ..Location::default() })
            })?;
        let hedging = Hedging::new(&options.backup_request);
        let context = Arc::clone(&self.context);
        Ok(Table::new(TableContext::new(name, context, router, timeout, hedging)))
    }

    /// The administrative calls: managing tables and looking at the cluster.
    pub fn admin(&self) -> Admin {
        Admin::new(Arc::clone(&self.context))
    }

    /// How many retries have waited because servers refused calls for load (`ERR_CAPACITY_EXCEEDED`) and this client
    /// had used up its budget: such retries stay under 20 % of its calls and 10 a second.
    pub fn delayed_load_retries(&self) -> u64 {
        self.context.load_retries().delayed()
    }

    /// Refuses new operations, waits for those in flight, and closes every connection.
    ///
    /// An operation in flight ends at its deadline at the latest. Closing twice is allowed.
    pub async fn close(&self) {
        self.context.limiter().close().await;
        self.context.pool().close();
    }
}

/// Closes every connection when connecting failed or was given up.
struct CloseUnlessConnected(Option<Arc<Pool>>);

impl CloseUnlessConnected {
    fn connected(mut self) {
        self.0 = None;
    }
}

impl Drop for CloseUnlessConnected {
    fn drop(&mut self) {
        if let Some(pool) = self.0.take() {
            pool.close();
        }
    }
}
