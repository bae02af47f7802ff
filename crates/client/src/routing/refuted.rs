//! Primaries that refused to be primary, or could not be reached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::net::Server;

/// Partitions whose primary, as the current snapshot has it, was refuted since the last configuration came.
///
/// For them a lower ballot is no reason to distrust the leading meta server: the cluster was rebuilt, or another
/// cluster answers at its address.
#[derive(Default)]
pub(super) struct Refuted(Mutex<HashMap<i32, Arc<Server>>>);

impl Refuted {
    pub(super) fn add(&self, partition_index: i32, primary: &Arc<Server>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(partition_index, Arc::clone(primary));
    }

    /// Takes the entries: they are judged by the configuration that has just come.
    pub(super) fn take(&self) -> HashMap<i32, Arc<Server>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
