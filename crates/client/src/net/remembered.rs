//! What is known about servers that failed and that nobody uses at the moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::health::Health;
use crate::address::ServerAddress;

/// The most servers that are remembered; of more, some are dialed without a pause.
const MOST: usize = 1024;

/// The health of servers that were dropped while it mattered. A server comes back with the same health, so that
/// opening tables anew does not shorten its pauses.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<ServerAddress, Arc<Health>>>);

impl Remembered {
    pub(super) fn keep(&self, address: &ServerAddress, health: &Arc<Health>) {
        if !health.matters() {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.retain(|_, health| health.matters());
        }
        if kept.len() < MOST {
            kept.insert(address.clone(), Arc::clone(health));
        }
    }

    /// The health of a server that is used again, or a new one.
    pub(super) fn take(&self, address: &ServerAddress) -> Arc<Health> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(address).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::error::NetErrorKind;
    use super::*;

    fn address(number: usize) -> ServerAddress {
        ServerAddress::parse(&format!("server-{number}:34801")).unwrap()
    }

    fn failed() -> Arc<Health> {
        let health = Arc::<Health>::default();
        health.note_failed_dial("server", NetErrorKind::Unreachable, "refused");
        health
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_remembered_once_and_only_while_it_matters() {
        let remembered = Remembered::default();
        let (well, ill) = (Arc::default(), failed());
        remembered.keep(&address(0), &well);
        remembered.keep(&address(1), &ill);
        assert!(!Arc::ptr_eq(&remembered.take(&address(0)), &well), "there was nothing to remember");
        assert!(Arc::ptr_eq(&remembered.take(&address(1)), &ill));
        assert!(!Arc::ptr_eq(&remembered.take(&address(1)), &ill), "it is in use");
    }

    #[tokio::test(start_paused = true)]
    async fn few_are_remembered_and_what_is_old_makes_room() {
        let remembered = Remembered::default();
        (0..2 * MOST).for_each(|number| remembered.keep(&address(number), &failed()));
        assert_eq!(remembered.0.lock().unwrap().len(), MOST);
        tokio::time::advance(Duration::from_secs(100)).await;
        remembered.keep(&address(5000), &failed());
        assert_eq!(remembered.0.lock().unwrap().len(), 1);
    }
}
