//! The embedded local cluster. It has a runtime of its own: a server must not wait for its clients.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use napi::Result;
use napi_derive::napi;
use pegasus_local::{Cluster, ClusterOptions, cli};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedRwLockReadGuard, RwLock, RwLockReadGuard};

use crate::bridge::{Bridge, Completion};
use crate::client::{NativeBridge, object};
use crate::error::Failure;

/// How long the end of an environment waits for a cluster that nobody stopped to let go of its files.
const LET_GO: Duration = Duration::from_secs(2);

/// A table to create.
#[napi(object)]
pub struct NativeTableSpec {
    pub name: String,
    pub partition_count: u32,
}

/// What `lib/resolve.ts` made of the options.
#[napi(object)]
pub struct NativeLocalOptions {
    pub tables: Vec<NativeTableSpec>,
    pub replica_servers: u16,
    pub meta_servers: u16,
    pub host: String,
    pub port: u16,
    pub data_dir: Option<String>,
    pub host_ports: bool,
}

impl From<NativeLocalOptions> for ClusterOptions {
    fn from(given: NativeLocalOptions) -> Self {
        Self {
            tables: given.tables.into_iter().map(|table| (table.name, table.partition_count)).collect(),
            replica_servers: given.replica_servers,
            meta_servers: given.meta_servers,
            host: given.host,
            port: given.port,
            data_dir: given.data_dir.map(Into::into),
            host_ports: given.host_ports,
        }
    }
}

impl From<ClusterOptions> for NativeLocalOptions {
    fn from(options: ClusterOptions) -> Self {
        let table = |(name, partition_count)| NativeTableSpec { name, partition_count };
        Self {
            tables: options.tables.into_iter().map(table).collect(),
            replica_servers: options.replica_servers,
            meta_servers: options.meta_servers,
            host: options.host,
            port: options.port,
            data_dir: options.data_dir.map(|dir| dir.to_string_lossy().into_owned()),
            host_ports: options.host_ports,
        }
    }
}

/// What the arguments of the `pegasus-local` program say: options, or why there are none.
#[napi(object, object_from_js = false)]
pub(crate) struct LocalArguments {
    pub options: Option<NativeLocalOptions>,
    pub message: Option<String>,
    pub exit_code: i32,
}

/// Reads the arguments of the `pegasus-local` program, without its name.
#[napi]
pub(crate) fn parse_local_arguments(args: Vec<String>) -> LocalArguments {
    let name = OsString::from("pegasus-local");
    match cli::parse(std::iter::once(name).chain(args.into_iter().map(OsString::from))) {
        Ok(options) => LocalArguments { options: Some(options.into()), message: None, exit_code: 0 },
        Err(refusal) => {
            LocalArguments { options: None, message: Some(refusal.message), exit_code: refusal.exit_code }
        }
    }
}

/// Removes the temporary files of all clusters of this process, which is about to exit.
#[napi]
pub(crate) fn remove_temporary_files() {
    pegasus_local::remove_temporary_files();
}

/// The threads of a cluster.
struct Threads(Option<Runtime>);

impl Threads {
    fn start() -> std::io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).thread_name("pegasus-local").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Runtime::handle)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Not to be waited for: this may happen on the I/O thread.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

async fn start(options: ClusterOptions) -> std::result::Result<(Threads, Cluster), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("ERR_INTERNAL", error.to_string());
    let threads = Threads::start().map_err(|error| failed(&error))?;
    let handle = threads.handle().ok_or_else(|| failed(&"no runtime"))?;
    match handle.spawn(Cluster::start(options)).await {
        Ok(Ok(cluster)) => Ok((threads, cluster)),
        Ok(Err(error)) => Err(Failure::new(error.code(), error.to_string())),
        Err(error) => Err(failed(&error)),
    }
}

#[napi]
impl NativeBridge {
    /// Starts a local cluster.
    #[napi]
    pub fn start_local(&self, token: u32, options: NativeLocalOptions) -> Result<()> {
        let options = ClusterOptions::from(options);
        self.bridge.run(token, async move {
            match start(options).await {
                Ok((threads, cluster)) => {
                    object(move |bridge| NativeLocalCluster::new(bridge, threads, cluster))
                }
                Err(failure) => Completion::Failure(Box::new(failure)),
            }
        })
    }
}

/// A running local cluster.
#[napi]
pub struct NativeLocalCluster {
    bridge: Rc<Bridge>,
    threads: Threads,
    meta_servers: Vec<String>,
    replica_servers: Vec<String>,
    /// `None` once it is stopped.
    cluster: Arc<RwLock<Option<Cluster>>>,
}

/// A cluster that does not stop while this is held.
pub(crate) type Held = OwnedRwLockReadGuard<Option<Cluster>, Cluster>;

impl NativeLocalCluster {
    fn new(bridge: Rc<Bridge>, threads: Threads, cluster: Cluster) -> Self {
        let shown = |servers: Vec<SocketAddr>| servers.iter().map(ToString::to_string).collect();
        Self {
            bridge,
            threads,
            meta_servers: shown(cluster.meta_servers()),
            replica_servers: shown(cluster.replica_servers()),
            cluster: Arc::new(RwLock::new(Some(cluster))),
        }
    }

    /// Runs work of the cluster on its own threads.
    fn run<F>(&self, token: u32, work: F) -> Result<()>
    where
        F: Future<Output = std::result::Result<Completion, Box<Failure>>> + Send + 'static,
    {
        let handle = self.threads.handle().cloned();
        let handle = handle.ok_or_else(|| napi::Error::from_reason("the cluster has no threads"))?;
        self.bridge.run(token, async move {
            match handle.spawn(work).await {
                Ok(Ok(done)) => done,
                Ok(Err(failure)) => Completion::Failure(failure),
                Err(error) => Completion::Failure(Box::new(Failure::new("ERR_INTERNAL", error.to_string()))),
            }
        })
    }

    /// Does something with the cluster, unless it is stopped.
    pub(crate) fn with<W, F>(&self, token: u32, work: W) -> Result<()>
    where
        W: FnOnce(Held) -> F + Send + 'static,
        F: Future<Output = std::result::Result<Completion, Box<Failure>>> + Send + 'static,
    {
        let cluster = Arc::clone(&self.cluster);
        self.run(token, async move {
            let held = OwnedRwLockReadGuard::try_map(cluster.read_owned().await, Option::as_ref);
            work(held.map_err(|_| stopped())?).await
        })
    }

    /// The cluster, for what takes no time. None once it is about to stop.
    pub(crate) fn now(&self) -> Option<RwLockReadGuard<'_, Cluster>> {
        RwLockReadGuard::try_map(self.cluster.try_read().ok()?, Option::as_ref).ok()
    }
}

/// What a cluster that has ended answers to everything.
pub(crate) fn stopped() -> Box<Failure> {
    Box::new(Failure::new("ERR_CLUSTER_STOPPED", "the local cluster is stopped"))
}

fn failed(code: &str, error: &dyn std::fmt::Display) -> Box<Failure> {
    Box::new(Failure::new(code, error.to_string()))
}

#[napi]
impl NativeLocalCluster {
    /// Where its meta servers are.
    #[napi]
    pub fn meta_servers(&self) -> Vec<String> {
        self.meta_servers.clone()
    }

    /// Where its replica servers are.
    #[napi]
    pub fn replica_servers(&self) -> Vec<String> {
        self.replica_servers.clone()
    }

    /// Creates a table.
    #[napi]
    pub fn create_table(&self, token: u32, name: String, partition_count: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.create_table(&name, partition_count).await {
                Ok(_) => Ok(Completion::Done),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }

    /// Drops a table.
    #[napi]
    pub fn drop_table(&self, token: u32, name: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.drop_table(&name).await {
                Ok(()) => Ok(Completion::Done),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }

    /// Begins to split a table.
    #[napi]
    pub fn split_table(&self, token: u32, name: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.split_table(&name).await {
                Ok(partition_count) => Ok(Completion::Number(partition_count.into())),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }

    /// Stops it: sockets closed, files written or gone.
    #[napi]
    pub fn stop(&self, token: u32) -> Result<()> {
        let cluster = Arc::clone(&self.cluster);
        self.run(token, async move {
            let running = cluster.write().await.take();
            match running.map(Cluster::stop) {
                None => Ok(Completion::Done),
                Some(stopping) => match stopping.await {
                    Ok(()) => Ok(Completion::Done),
                    Err(error) => Err(failed(error.code(), &error)),
                },
            }
        })
    }
}

/// The environment ends, or JavaScript forgot the cluster: its temporary files must not outlive it.
impl Drop for NativeLocalCluster {
    fn drop(&mut self) {
        if let (Ok(mut cluster), Some(runtime)) = (self.cluster.try_write(), self.threads.0.take()) {
            drop(cluster.take());
            runtime.shutdown_timeout(LET_GO);
        }
    }
}
