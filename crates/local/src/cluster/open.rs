//! Opens the storage of a starting cluster and creates its tables.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use pegasus_protocol::thrift::Text;

use crate::clock::Clock;
use crate::error::{CreateTableError, StartError};
use crate::state::ClusterState;
use crate::store::{Store, StoreError};
use crate::topology::Topology;

/// Opens the storage and creates the tables that are missing.
///
/// The storage engine panics on some kinds of damage instead of returning an error. Such a panic
/// becomes an error here.
pub(super) fn open(
    data_dir: Option<PathBuf>,
    tables: Vec<(String, u32)>,
    topology: Topology,
    clock: Arc<dyn Clock>,
    host_name: Option<Text>,
) -> Result<ClusterState, StartError> {
    let opening = AssertUnwindSafe(|| load(data_dir.clone(), tables, topology, clock, host_name));
    catch_unwind(opening).unwrap_or_else(|_| {
        let damaged = StoreError::Damaged("the storage engine gave up when it read it");
        Err(StartError::store(data_dir, damaged))
    })
}

fn load(
    data_dir: Option<PathBuf>,
    tables: Vec<(String, u32)>,
    topology: Topology,
    clock: Arc<dyn Clock>,
    host_name: Option<Text>,
) -> Result<ClusterState, StartError> {
    let fail = |source: StoreError| StartError::store(data_dir.clone(), source);
    let store = Store::open(data_dir.as_deref()).map_err(fail)?;
    let state = ClusterState::load(store, topology, clock, host_name).map_err(fail)?;
    for (name, partition_count) in tables {
        let stored =
            state.topology().table_by_name(&name.as_str().into()).map(|table| table.info.partition_count);
        match stored {
            None => drop(state.create_table(&name, partition_count).map_err(|error| match error {
                CreateTableError::Store(source) => fail(source),
                refused => StartError::InvalidOption { reason: refused.to_string() },
            })?),
            Some(stored) if stored as u32 == partition_count => {}
            Some(stored) => {
                return Err(StartError::OtherPartitionCount { name, stored, asked: partition_count });
            }
        }
    }
    Ok(state)
}
