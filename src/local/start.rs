//! Starting a local cluster.

use std::fmt::Display;

use napi::Result;
use napi_derive::napi;
use pegasus_local::{Cluster, ClusterOptions};

use super::cluster::NativeLocalCluster;
use super::options::NativeLocalOptions;
use super::threads::Threads;
use crate::attach::NativeBridge;
use crate::bridge::object::object;
use crate::failure::Failure;

#[napi]
impl NativeBridge {
    /// Answer: Extra, a `NativeLocalCluster`.
    #[napi]
    pub fn start_local(&self, token: u32, options: NativeLocalOptions) -> Result<()> {
        let options = ClusterOptions::from(options);
        self.bridge.run(token, async move {
            match start(options).await {
                Ok((threads, cluster)) => {
                    object(move |bridge| NativeLocalCluster::new(bridge, threads, cluster))
                }
                Err(failure) => failure.into(),
            }
        })
    }
}

async fn start(options: ClusterOptions) -> std::result::Result<(Threads, Cluster), Failure> {
    let failed = |error: &dyn Display| Failure::internal(error.to_string());
    let threads = Threads::start()
        .map_err(|error| Failure::out_of_resources("the threads of the local cluster", &error))?;
    let handle = threads.handle().ok_or_else(|| failed(&"no runtime"))?;
    match handle.spawn(Cluster::start(options)).await {
        Ok(Ok(cluster)) => Ok((threads, cluster)),
        Ok(Err(error)) => Err(Failure::new(error.code(), error.to_string())),
        Err(error) => Err(failed(&error)),
    }
}
