//! Failures and repairs of a local cluster's servers.

use std::net::SocketAddr;

use napi::Result;
use napi_derive::napi;
use pegasus_local::ServerError;

use super::cluster::NativeLocalCluster;
use crate::arguments::options::timeout;
use crate::bridge::completion::Completion;
use crate::failure::Failure;

/// `failover_after_ms` of a failover that never comes.
#[napi]
pub const NO_FAILOVER: i32 = -1;

impl From<ServerError> for Box<Failure> {
    fn from(error: ServerError) -> Self {
        Self::new(Failure::new(error.code(), error.to_string()))
    }
}

/// An address that `lib/` has found among the cluster's.
pub(super) fn address(text: &str) -> std::result::Result<SocketAddr, Box<Failure>> {
    text.parse().map_err(|_| {
        Box::new(Failure::new("ERR_INVALID_ARGUMENT", format!("{text:?} is no address of a server")))
    })
}

#[napi]
impl NativeLocalCluster {
    #[napi]
    pub fn stop_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.stop_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    #[napi]
    pub fn freeze_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.freeze_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    #[napi]
    pub fn cut_off_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.cut_off_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    #[napi]
    pub fn start_server(&self, token: u32, server: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.start_server(address(&server)?).await?;
            Ok(Completion::Done)
        })
    }

    #[napi]
    pub fn heal_server(&self, token: u32, server: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.heal_server(address(&server)?).await?;
            Ok(Completion::Done)
        })
    }

    /// Starts or heals all servers that need it.
    #[napi]
    pub fn heal_all(&self, token: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.heal_all().await?;
            Ok(Completion::Done)
        })
    }

    /// Answer: Number, of the scans that are open on its servers.
    #[napi]
    pub fn open_scans(&self, token: u32) -> Result<()> {
        self.with(token, |cluster| async move { Ok(Completion::Number(cluster.open_scans() as i64)) })
    }
}
