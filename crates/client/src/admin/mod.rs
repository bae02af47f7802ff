//! Administrative calls: managing tables and looking at the cluster. They go to the leading meta server.

mod answers;
mod calls;
mod tables;
mod types;

pub use calls::Admin;
pub use types::{
    ClusterInfo, CreateTableOptions, NodeInfo, NodeStatus, PartitionInfo, TableInfo, TableLayout, TableStatus,
};
