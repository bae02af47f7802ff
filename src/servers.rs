//! What can be done to the servers of a local cluster.

use std::net::SocketAddr;

use napi::Result;
use napi_derive::napi;
use pegasus_local::ServerError;

use crate::bridge::Completion;
use crate::convert::{timeout, to_value};
use crate::error::Failure;
use crate::local::NativeLocalCluster;

impl From<ServerError> for Box<Failure> {
    fn from(error: ServerError) -> Self {
        Self::new(Failure::new(error.code(), error.to_string()))
    }
}

/// An address that `lib/` has found among the cluster's.
pub(crate) fn address(text: &str) -> std::result::Result<SocketAddr, Box<Failure>> {
    text.parse().map_err(|_| {
        Box::new(Failure::new("ERR_INVALID_ARGUMENT", format!("{text:?} is no address of a server")))
    })
}

fn text(value: String) -> Completion {
    Completion::Extra(Box::new(move |env| to_value(env, value)))
}

#[napi]
impl NativeLocalCluster {
    /// Stops a server. Negative: its absence is never noticed, as below.
    #[napi]
    pub fn stop_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.stop_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    /// Freezes a server.
    #[napi]
    pub fn freeze_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.freeze_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    /// Cuts a server off.
    #[napi]
    pub fn cut_off_server(&self, token: u32, server: String, failover_after_ms: i32) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.cut_off_server(address(&server)?, timeout(failover_after_ms)).await?;
            Ok(Completion::Done)
        })
    }

    /// Starts a stopped server.
    #[napi]
    pub fn start_server(&self, token: u32, server: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.start_server(address(&server)?).await?;
            Ok(Completion::Done)
        })
    }

    /// Heals a frozen or cut off server.
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

    /// Where a partition's primary is.
    #[napi]
    pub fn primary(&self, token: u32, table: String, partition_index: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            let reason = || format!("partition {partition_index} of {table:?} has no primary");
            let primary = cluster.primary(&table, partition_index)?;
            let server = primary.ok_or_else(|| Box::new(Failure::new("ERR_INVALID_STATE", reason())))?;
            Ok(text(server.to_string()))
        })
    }

    /// Moves a partition's primary.
    #[napi]
    pub fn move_primary(
        &self,
        token: u32,
        table: String,
        partition_index: u32,
        server: Option<String>,
    ) -> Result<()> {
        self.with(token, move |cluster| async move {
            let to = server.as_deref().map(address).transpose()?;
            Ok(text(cluster.move_primary(&table, partition_index, to).await?.to_string()))
        })
    }

    /// Raises a partition's ballot.
    #[napi]
    pub fn raise_ballot(&self, token: u32, table: String, partition_index: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            Ok(Completion::Number(cluster.raise_ballot(&table, partition_index).await?))
        })
    }

    /// How many scans are open at its servers.
    #[napi]
    pub fn open_scans(&self, token: u32) -> Result<()> {
        self.with(token, |cluster| async move { Ok(Completion::Number(cluster.open_scans() as i64)) })
    }

    /// Which meta server leads.
    #[napi]
    pub fn meta_leader(&self, token: u32) -> Result<()> {
        self.with(token, move |cluster| async move { Ok(text(cluster.meta_leader().to_string())) })
    }

    /// Lets another meta server lead.
    #[napi]
    pub fn move_meta_leader(&self, token: u32, server: Option<String>) -> Result<()> {
        self.with(token, move |cluster| async move {
            let to = server.as_deref().map(address).transpose()?;
            Ok(text(cluster.move_meta_leader(to).await?.to_string()))
        })
    }
}
