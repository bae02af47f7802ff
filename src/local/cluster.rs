//! A running local cluster, and how its calls run.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_local::Cluster;
use tokio::sync::{OwnedRwLockReadGuard, RwLock, RwLockReadGuard};

use super::threads::Threads;
use crate::bridge::completion::Completion;
use crate::bridge::handle::Bridge;
use crate::failure::Failure;

/// The outcome of a call of a cluster.
pub(super) type Outcome = std::result::Result<Completion, Box<Failure>>;

/// A running local cluster. Addresses are those that the cluster itself lists. The answer is Done unless the
/// method says otherwise.
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
pub(super) type Held = OwnedRwLockReadGuard<Option<Cluster>, Cluster>;

impl NativeLocalCluster {
    pub(super) fn new(bridge: Rc<Bridge>, threads: Threads, cluster: Cluster) -> Self {
        let shown = |servers: Vec<SocketAddr>| servers.iter().map(ToString::to_string).collect();
        Self {
            bridge,
            threads,
            meta_servers: shown(cluster.meta_servers()),
            replica_servers: shown(cluster.replica_servers()),
            cluster: Arc::new(RwLock::new(Some(cluster))),
        }
    }

    /// Runs work of the cluster on the cluster's own threads.
    fn run<F>(&self, token: u32, work: F) -> Result<()>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handle = self.threads.handle().cloned();
        let handle = handle.ok_or_else(|| napi::Error::from_reason("the cluster has no threads"))?;
        self.bridge.run(token, async move {
            match handle.spawn(work).await {
                Ok(Ok(done)) => done,
                Ok(Err(failure)) => Completion::Failure(failure),
                Err(error) => Failure::internal(error.to_string()).into(),
            }
        })
    }

    /// Does work with the cluster, unless it is stopped.
    pub(super) fn with<W, F>(&self, token: u32, work: W) -> Result<()>
    where
        W: FnOnce(Held) -> F + Send + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let cluster = Arc::clone(&self.cluster);
        self.run(token, async move {
            let held = OwnedRwLockReadGuard::try_map(cluster.read_owned().await, Option::as_ref);
            work(held.map_err(|_| stopped())?).await
        })
    }

    /// The cluster, for work that takes no time. None once the cluster is about to stop.
    pub(super) fn now(&self) -> Option<RwLockReadGuard<'_, Cluster>> {
        RwLockReadGuard::try_map(self.cluster.try_read().ok()?, Option::as_ref).ok()
    }
}

/// The failure of every call of a cluster that is stopped.
pub(super) fn stopped() -> Box<Failure> {
    Box::new(Failure::new("ERR_CLUSTER_STOPPED", "the local cluster is stopped"))
}

#[napi]
impl NativeLocalCluster {
    /// The addresses of its meta servers.
    #[napi]
    pub fn meta_servers(&self) -> Vec<String> {
        self.meta_servers.clone()
    }

    /// The addresses of its replica servers.
    #[napi]
    pub fn replica_servers(&self) -> Vec<String> {
        self.replica_servers.clone()
    }

    /// Answer: Done, when every socket is closed and, without a data directory, the files are deleted.
    #[napi]
    pub fn stop(&self, token: u32) -> Result<()> {
        let cluster = Arc::clone(&self.cluster);
        self.run(token, async move {
            let running = cluster.write().await.take();
            match running.map(Cluster::stop) {
                None => Ok(Completion::Done),
                Some(stopping) => match stopping.await {
                    Ok(()) => Ok(Completion::Done),
                    Err(error) => Err(Box::new(Failure::new(error.code(), error.to_string()))),
                },
            }
        })
    }
}

/// The environment ends, or JavaScript forgot the cluster: its sockets and threads must not outlive it.
impl Drop for NativeLocalCluster {
    fn drop(&mut self) {
        if let Ok(mut cluster) = self.cluster.try_write() {
            drop(cluster.take());
        }
        self.threads.shut_down();
    }
}
