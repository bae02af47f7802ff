//! Operations on the tables of a running cluster.

use super::handle::Cluster;
use crate::error::{CreateTableError, DropTableError, SplitTableError};
use crate::state::ClusterState;
use crate::topology::AppId;

impl Cluster {
    /// Creates a table and returns its id. When this returns, the table serves requests.
    ///
    /// # Errors
    ///
    /// The name is empty, the partition count is not between 1 and 1024, a table of that name
    /// exists, or the storage failed: see [`CreateTableError`].
    pub async fn create_table(&self, name: &str, partition_count: u32) -> Result<AppId, CreateTableError> {
        let name = name.to_owned();
        self.change(move |state| state.create_table(&name, partition_count)).await
    }

    /// Drops a table. A new table may be created under its name and gets an id of its own. The rows
    /// of the dropped table can be recalled for a week, as in real clusters.
    ///
    /// # Errors
    ///
    /// No table has that name, the table is being split, or the storage failed: see
    /// [`DropTableError`].
    pub async fn drop_table(&self, name: &str) -> Result<(), DropTableError> {
        let name = name.to_owned();
        self.change(move |state| {
            let dropped = state.drop_table(&name.as_str().into(), None, false);
            dropped.map_err(|error| DropTableError::new(&name, error))
        })
        .await
    }

    /// Doubles the partitions of a table and returns the new partition count.
    ///
    /// As in real clusters, this only begins the split. Clients are told the new count at once; the
    /// new partitions get their rows one after the other. While one partition is being split,
    /// writes to it are refused. If the cluster stops before the split is complete, the next
    /// cluster on the same data directory completes it.
    ///
    /// # Errors
    ///
    /// No table has that name, the table is being split already, it would have more than 1024
    /// partitions, or the storage failed: see [`SplitTableError`].
    pub async fn split_table(&self, name: &str) -> Result<u32, SplitTableError> {
        let name = name.to_owned();
        let split = move |state: &ClusterState| {
            let started = state.start_split(&name.as_str().into(), None);
            started.map(|count| count as u32).map_err(|error| SplitTableError::new(&name, error))
        };
        self.change(split).await
    }
}
