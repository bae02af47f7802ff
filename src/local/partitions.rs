//! Who leads in a local cluster: primaries of partitions, the leading meta server.

use napi::Result;
use napi_derive::napi;

use super::cluster::NativeLocalCluster;
use super::servers::address;
use crate::bridge::completion::Completion;
use crate::failure::Failure;
use crate::results::completions::extra;

#[napi]
impl NativeLocalCluster {
    /// Answer: Extra, the address of the partition's primary.
    #[napi]
    pub fn primary(&self, token: u32, table: String, partition_index: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            let reason = || format!("partition {partition_index} of {table:?} has no primary");
            let primary = cluster.primary(&table, partition_index)?;
            let server = primary.ok_or_else(|| Box::new(Failure::new("ERR_INVALID_STATE", reason())))?;
            Ok(extra(server.to_string()))
        })
    }

    /// Answer: Extra, the address of the new primary.
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
            Ok(extra(cluster.move_primary(&table, partition_index, to).await?.to_string()))
        })
    }

    /// Answer: Number, the new ballot.
    #[napi]
    pub fn raise_ballot(&self, token: u32, table: String, partition_index: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            Ok(Completion::Number(cluster.raise_ballot(&table, partition_index).await?))
        })
    }

    #[napi]
    pub fn rebuild_table(&self, token: u32, table: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            cluster.rebuild_table(&table).await?;
            Ok(Completion::Done)
        })
    }

    /// Answer: Extra, the address of the meta server that leads.
    #[napi]
    pub fn meta_leader(&self, token: u32) -> Result<()> {
        self.with(token, move |cluster| async move { Ok(extra(cluster.meta_leader().to_string())) })
    }

    /// Answer: Extra, the address of the meta server that leads from now on.
    #[napi]
    pub fn move_meta_leader(&self, token: u32, server: Option<String>) -> Result<()> {
        self.with(token, move |cluster| async move {
            let to = server.as_deref().map(address).transpose()?;
            Ok(extra(cluster.move_meta_leader(to).await?.to_string()))
        })
    }
}
