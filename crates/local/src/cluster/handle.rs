//! The handle of a running cluster: starting it, its addresses, stopping it.

use std::fmt;
use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::addresses::{host_name, listen, resolve};
use super::open::open;
use crate::blocking::blocking;
use crate::clock::{Clock, SystemClock};
use crate::error::{StartError, StopError};
use crate::options::{ClusterOptions, REPLICA_PORT_OFFSET};
use crate::server::ServerHandle;
use crate::state::{ClusterState, finish_splits};
use crate::topology::{Role, Topology};

/// The interval at which idle scans and dropped tables are cleaned up. A scan or table expires on
/// time whatever the interval is; only its memory or disk space is kept longer.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// A running cluster: meta servers and replica servers in this process, each on its own port.
///
/// The cluster runs on the tokio runtime on which it was started. [`stop`](Self::stop) ends it and
/// waits for the end. Dropping it ends it too, without a way to know when.
pub struct Cluster {
    pub(super) meta_servers: Arc<[SocketAddrV4]>,
    pub(super) replica_servers: Arc<[SocketAddrV4]>,
    /// All servers, the meta servers first.
    pub(super) servers: Vec<ServerHandle>,
    stop: watch::Sender<()>,
    /// One task for each server with its connections, one that cleans up, and one that finishes
    /// splits.
    tasks: JoinSet<()>,
    pub(super) state: Arc<ClusterState>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Cluster");
        shown.field("meta_servers", &self.meta_servers).field("replica_servers", &self.replica_servers);
        shown.finish_non_exhaustive()
    }
}

impl Cluster {
    /// Starts a cluster. When this returns, the cluster serves requests and its tables exist.
    ///
    /// # Errors
    ///
    /// The options are impossible, a port or the data directory is in use, or a stored table has
    /// another partition count: see [`StartError`]. Nothing is left running.
    pub async fn start(options: ClusterOptions) -> Result<Self, StartError> {
        Self::start_with_clock(options, Arc::new(SystemClock)).await
    }

    /// Starts a cluster that takes the time from `clock`. The clock decides when rows and idle
    /// scans expire.
    ///
    /// # Errors
    ///
    /// The same as for [`start`](Self::start).
    pub async fn start_with_clock(
        options: ClusterOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        options.validate()?;
        let ip = resolve(&options.host).await?;
        let metas = listen(ip, options.port, options.meta_servers).await?;
        let replica_port = if options.port == 0 { 0 } else { options.port + REPLICA_PORT_OFFSET };
        let replicas = listen(ip, replica_port, options.replica_servers).await?;
        let addresses =
            |listeners: &[(SocketAddrV4, _)]| listeners.iter().map(|(address, _)| *address).collect();
        let (meta_servers, replica_servers): (Arc<[_]>, Arc<[_]>) = (addresses(&metas), addresses(&replicas));
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
        let listeners = metas.chain(replicas);
        let servers = listeners
            .map(|(role, listener)| ServerHandle::start(listener, role, &state, &mut tasks, &stopped))
            .collect();
        tasks.spawn(sweep(state.clone(), stopped.clone()));
        tasks.spawn(finish_splits(state.clone(), stopped));
        Ok(Self { meta_servers, replica_servers, servers, stop, tasks, state })
    }

    /// The addresses of the meta servers: what to give to a client. The first one leads at the
    /// start.
    pub fn meta_servers(&self) -> Vec<SocketAddr> {
        self.meta_servers.iter().copied().map(SocketAddr::V4).collect()
    }

    /// The addresses of the replica servers.
    pub fn replica_servers(&self) -> Vec<SocketAddr> {
        self.replica_servers.iter().copied().map(SocketAddr::V4).collect()
    }

    /// The number of open scans on all replica servers: scans for which a client can still ask the
    /// next batch. With it, a test can check that a service closes the scans that it abandons. A
    /// scan without a request for five minutes does not count.
    pub fn open_scans(&self) -> usize {
        self.state.open_scans()
    }

    /// Makes a change. The change completes even if the caller stops waiting.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&ClusterState) -> T + Send + 'static,
    ) -> T {
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

    /// Stops the cluster: closes all sockets, then writes the data to disk or, without a data
    /// directory, frees it. When this returns, the ports and the data directory are free.
    ///
    /// # Errors
    ///
    /// The data could not be written. The cluster has stopped nevertheless.
    pub async fn stop(self) -> Result<(), StopError> {
        let Self { stop, mut tasks, state, .. } = self;
        let changing = state.changing.clone();
        stop.send_replace(());
        while tasks.join_next().await.is_some() {}
        drop(changing.write().await);
        // All tasks and changes have ended, so this is the last reference to the state.
        let closed = blocking(move || Arc::into_inner(state).map_or(Ok(()), ClusterState::close)).await;
        Ok(closed?)
    }
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
