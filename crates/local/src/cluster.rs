//! A running cluster: how it starts, what can be asked of it, how it stops.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pegasus_protocol::thrift::Text;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};

use crate::clock::{Clock, SystemClock};
use crate::dispatch::Node;
use crate::error::{CreateTableError, SplitTableError, StartError, StopError, StoreError};
use crate::listener;
use crate::options::{ClusterOptions, REPLICA_PORT_OFFSET};
use crate::state::{AppId, ClusterState, finish_splits};
use crate::store::Store;
use crate::topology::{Role, Topology};

/// How often scans that nobody continues are looked for, and dropped tables that nobody can recall.
/// Both stop working on time whatever this is; what they hold is kept for so much longer.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// A running cluster: meta servers and replica servers, each on its own port, in this process.
///
/// It runs on the tokio runtime it was started on. [`stop`](Self::stop) ends it in order; dropping
/// it ends it too, without saying when.
pub struct Cluster {
    meta_servers: Arc<[SocketAddrV4]>,
    replica_servers: Arc<[SocketAddrV4]>,
    stop: watch::Sender<()>,
    /// One task a server, each with its connections, one that sweeps, and one that splits.
    tasks: JoinSet<()>,
    state: Arc<ClusterState>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Cluster");
        shown.field("meta_servers", &self.meta_servers).field("replica_servers", &self.replica_servers);
        shown.finish_non_exhaustive()
    }
}

impl Cluster {
    /// Starts a cluster. It serves requests, and its tables are there, when this returns.
    ///
    /// # Errors
    ///
    /// Options that cannot be, a port or data directory in use, a table that is stored with another
    /// partition count: see [`StartError`]. Nothing is left running.
    pub async fn start(options: ClusterOptions) -> Result<Self, StartError> {
        Self::start_with_clock(options, Arc::new(SystemClock)).await
    }

    /// Starts a cluster that takes the time from `clock`: when rows and idle scans expire.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_with_clock(
        options: ClusterOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        options.validate()?;
        let ip = resolve(&options.host).await?;
        let (metas, meta_servers) = listen(ip, options.port, options.meta_servers).await?;
        let replica_port = if options.port == 0 { 0 } else { options.port + REPLICA_PORT_OFFSET };
        let (replicas, replica_servers) = listen(ip, replica_port, options.replica_servers).await?;
        let topology = Topology::new(meta_servers.clone(), replica_servers.clone(), 1);
        let host_name = options.host_ports.then(|| host_name(&options.host));
        let state =
            blocking(move || open(options.data_dir, options.tables, topology, clock, host_name)).await?;
        let state = Arc::new(state);
        let (stop, stopped) = watch::channel(());
        let mut tasks = JoinSet::new();
        let metas = metas.into_iter().enumerate().map(|(index, listener)| (Role::Meta(index), listener));
        let replicas =
            replicas.into_iter().enumerate().map(|(index, listener)| (Role::Replica(index), listener));
        let servers = meta_servers.iter().chain(replica_servers.iter());
        for ((role, listener), address) in metas.chain(replicas).zip(servers) {
            let node = Arc::new(Node { role, name: address.to_string().into() });
            tasks.spawn(listener::serve(listener, node, state.clone(), stopped.clone()));
        }
        tasks.spawn(sweep(state.clone(), stopped.clone()));
        tasks.spawn(finish_splits(state.clone(), stopped));
        Ok(Self { meta_servers, replica_servers, stop, tasks, state })
    }

    /// Where the meta servers are: what a client is given. The first one leads.
    pub fn meta_servers(&self) -> Vec<SocketAddr> {
        self.meta_servers.iter().copied().map(SocketAddr::V4).collect()
    }

    /// Where the replica servers are.
    pub fn replica_servers(&self) -> Vec<SocketAddr> {
        self.replica_servers.iter().copied().map(SocketAddr::V4).collect()
    }

    /// Creates a table, and gives its number. It serves requests when this returns.
    ///
    /// # Errors
    ///
    /// An empty name, a partition count outside 1 to 1024, a table of that name that is there
    /// already, a storage failure: see [`CreateTableError`].
    pub async fn create_table(&self, name: &str, partition_count: u32) -> Result<AppId, CreateTableError> {
        let name = name.to_owned();
        self.change(move |state| state.create_table(&name, partition_count)).await
    }

    /// Gives a table twice the partitions, and says how many they are.
    ///
    /// As in real clusters, the split has only begun when this returns: clients are told the new
    /// count at once, the new partitions get their rows one after the other, and whoever writes to a
    /// partition that is just being split is refused for that moment. A split that the end of the
    /// cluster interrupts is finished when its data directory is used again.
    ///
    /// # Errors
    ///
    /// No table of that name, one that is being split already, or that would have more than 1024
    /// partitions; a storage failure: see [`SplitTableError`].
    pub async fn split_table(&self, name: &str) -> Result<u32, SplitTableError> {
        let name = name.to_owned();
        let split = move |state: &ClusterState| {
            let started = state.start_split(&name.as_str().into(), None);
            started.map(|count| count as u32).map_err(|error| SplitTableError::new(&name, error))
        };
        self.change(split).await
    }

    /// Makes a change, which goes on if nobody awaits it any more.
    async fn change<T: Send + 'static>(&self, change: impl FnOnce(&ClusterState) -> T + Send + 'static) -> T {
        let changing = self.state.changing.clone().read_owned().await;
        let state = self.state.clone();
        blocking(move || {
            let changed = change(&state);
            drop(state);
            drop(changing);
            changed
        })
        .await
    }

    /// Stops the cluster: closes all sockets, writes the data to disk or, without a data directory,
    /// removes it. The ports and the data directory are free when this returns.
    ///
    /// # Errors
    ///
    /// The data could not be written. The cluster has stopped all the same.
    pub async fn stop(self) -> Result<(), StopError> {
        let Self { stop, mut tasks, state, .. } = self;
        let changing = state.changing.clone();
        stop.send_replace(());
        while tasks.join_next().await.is_some() {}
        drop(changing.write().await);
        // Every task and every change has ended, so this is the last one who knows the state.
        let closed = blocking(move || Arc::into_inner(state).map_or(Ok(()), ClusterState::close)).await;
        Ok(closed?)
    }
}

/// Opens the storage and sees to it that the tables are there.
fn open(
    data_dir: Option<PathBuf>,
    tables: Vec<(String, u32)>,
    topology: Topology,
    clock: Arc<dyn Clock>,
    host_name: Option<Text>,
) -> Result<ClusterState, StartError> {
    let fail = |source: StoreError| StartError::store(data_dir.clone(), source);
    let store = Store::open(data_dir.as_deref()).map_err(fail)?;
    let state = ClusterState::load(store, topology, clock, host_name).map_err(fail)?;
    for (name, partition_count) in tables {
        let stored =
            state.topology().table_by_name(&name.as_str().into()).map(|table| table.info.partition_count);
        match stored {
            None => drop(state.create_table(&name, partition_count).map_err(|error| match error {
                CreateTableError::Store(source) => fail(source),
                refused => StartError::InvalidOption { reason: refused.to_string() },
            })?),
            Some(stored) if stored as u32 == partition_count => {}
            Some(stored) => {
                return Err(StartError::OtherPartitionCount { name, stored, asked: partition_count });
            }
        }
    }
    Ok(state)
}

/// The IPv4 address of a host: addresses on the wire are no other.
async fn resolve(host: &str) -> Result<Ipv4Addr, StartError> {
    let fail = |source| StartError::InvalidHost { host: host.to_owned(), source };
    let ip = match host.parse() {
        Ok(ip) => ip,
        Err(_) => {
            let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| fail(Some(error)))?;
            let ipv4 =
                |address| if let SocketAddr::V4(address) = address { Some(*address.ip()) } else { None };
            found.into_iter().find_map(ipv4).ok_or_else(|| fail(None))?
        }
    };
    if ip.is_unspecified() {
        let reason = format!("the host must be an address that clients reach, and {host} is none");
        return Err(StartError::InvalidOption { reason });
    }
    Ok(ip)
}

/// The name that answers carry for the servers' host.
fn host_name(host: &str) -> Text {
    if host == "127.0.0.1" { Text::from_static("localhost") } else { host.into() }
}

/// Listens at `count` ports: from `port` on, or at any when it is 0.
async fn listen(
    ip: Ipv4Addr,
    port: u16,
    count: u16,
) -> Result<(Vec<TcpListener>, Arc<[SocketAddrV4]>), StartError> {
    let (mut listeners, mut addresses) = (Vec::new(), Vec::new());
    for index in 0..count {
        let address = SocketAddrV4::new(ip, if port == 0 { 0 } else { port + index });
        let fail = |source| StartError::Listen { address: address.into(), source };
        let listener = TcpListener::bind(address).await.map_err(fail)?;
        let port = listener.local_addr().map_err(fail)?.port();
        listeners.push(listener);
        addresses.push(SocketAddrV4::new(ip, port));
    }
    Ok((listeners, addresses.into()))
}

async fn sweep(state: Arc<ClusterState>, mut stop: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        let state = state.clone();
        blocking(move || state.sweep()).await;
    }
}

/// Runs what waits for a disk beside the runtime's threads. A panic there goes on here.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
