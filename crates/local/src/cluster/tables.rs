//! What can be done to the tables of a cluster while it runs.

use super::handle::Cluster;
use crate::error::{CreateTableError, DropTableError, SplitTableError};
use crate::state::ClusterState;
use crate::topology::AppId;

impl Cluster {
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

    /// Drops a table. Another one may be created under its name, which then has a number of its own;
    /// the rows of the dropped one can be recalled for a week, as in real clusters.
    ///
    /// # Errors
    ///
    /// No table of that name, one that is being split, a storage failure: see [`DropTableError`].
    pub async fn drop_table(&self, name: &str) -> Result<(), DropTableError> {
        let name = name.to_owned();
        self.change(move |state| {
            let dropped = state.drop_table(&name.as_str().into(), None, false);
            dropped.map_err(|error| DropTableError::new(&name, error))
        })
        .await
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
}
