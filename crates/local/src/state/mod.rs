//! The state that all servers of a cluster share, and every change of it.

mod cluster_state;
mod create;
mod disk_failure;
mod drop;
mod envs;
mod finish_splits;
mod load;
mod scan_contexts;
mod servers;
mod split;
mod sweep;

pub(crate) use self::cluster_state::ClusterState;
pub(crate) use self::disk_failure::DiskFailure;
pub(crate) use self::envs::Removal;
pub(crate) use self::finish_splits::finish_splits;
pub(crate) use self::scan_contexts::ScanContexts;
