//! Finds a partition, by its table's name or by its id.

use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::Gpid;

use super::guard::PartitionGuard;
use super::map::Topology;
use super::placement::Placement;
use super::table::TableState;
use crate::envs::Settings;
use crate::error::ServerError;
use crate::store::PartitionRows;

/// A partition as one of its replica servers sees it.
pub(crate) struct HostedPartition<'t> {
    /// The rows of the partition.
    pub(crate) partition: PartitionRows<'t>,
    /// What the table's envs say.
    pub(crate) settings: &'t Settings,
    /// Whether the server is the partition's primary.
    pub(crate) is_primary: bool,
}

impl Topology {
    /// What the requests to a partition share.
    pub(crate) fn guard(&self, gpid: Gpid) -> Option<&PartitionGuard> {
        let table = self.table(gpid.app_id)?;
        Some(table.guards.get(usize::try_from(gpid.partition_index).ok()?)?)
    }

    /// A partition, if the replica server holds it.
    pub(crate) fn hosted(&self, gpid: Gpid, server: usize) -> Option<HostedPartition<'_>> {
        let table = self.table(gpid.app_id).filter(|table| table.is_available())?;
        let placement = table.partitions.get(usize::try_from(gpid.partition_index).ok()?)?;
        if !placement.is_ready() {
            return None;
        }
        if !placement.is_at(server) {
            return None;
        }
        let is_primary = placement.primary == Some(server);
        let partition = table.rows.as_ref()?.partition(gpid.partition_index)?;
        Some(HostedPartition { partition, settings: &table.settings, is_primary })
    }

    /// A table that is not dropped.
    pub(crate) fn find_table(&self, name: &str) -> Result<&TableState, ServerError> {
        let table = self.table_by_name(&Text::from(name));
        table.map(|table| &**table).ok_or_else(|| ServerError::NoTable { name: name.to_owned() })
    }

    /// A partition that is on some server, and its table.
    pub(crate) fn find_partition(
        &self,
        name: &str,
        index: u32,
    ) -> Result<(&TableState, &Placement), ServerError> {
        let table = self.find_table(name)?;
        match table.partitions.get(index as usize) {
            None => {
                Err(ServerError::NoPartition { name: name.to_owned(), count: table.partitions.len(), index })
            }
            Some(placement) if !placement.is_ready() => Err(ServerError::NoServer {
                reason: format!("partition {index} of {name:?} is on no server yet: a split is creating it"),
            }),
            Some(placement) => Ok((table, placement)),
        }
    }
}
