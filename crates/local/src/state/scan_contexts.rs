//! The open scans of a replica server: the contexts that wait for their next batch.
//!
//! Every batch takes its context out and puts it back under a new id, so an id works only once. A
//! context that is not used for five minutes expires. As in real servers, their number is not
//! limited. A context holds a view and a few keys, and only for those minutes.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pegasus_protocol::types::Gpid;

use crate::store::ops::ScanContext;

/// How many seconds a context waits for its next batch.
const IDLE_SECONDS: u32 = 300;

/// The open scans of one replica server.
pub(crate) struct ScanContexts {
    contexts: Mutex<OpenContexts>,
}

struct OpenContexts {
    next_id: i64,
    open: HashMap<i64, OpenContext>,
}

struct OpenContext {
    gpid: Gpid,
    scan: Box<ScanContext>,
    /// The first second in which the context has expired.
    gone_at: u32,
}

impl ScanContexts {
    pub(crate) fn new() -> Self {
        // Ids start at a random number, so that an id from before a restart does not match a new
        // context. They are never negative, because some clients do not accept negative ids.
        let start = (RandomState::new().hash_one(()) >> 33) << 32;
        let contexts = OpenContexts { next_id: start as i64 + 1, open: HashMap::new() };
        Self { contexts: Mutex::new(contexts) }
    }

    /// Stores a context until its next batch, and returns its id: 1 or more.
    pub(crate) fn keep(&self, gpid: Gpid, scan: Box<ScanContext>, now: u32) -> i64 {
        let mut contexts = self.lock();
        let id = contexts.next_id;
        contexts.next_id = id.checked_add(1).unwrap_or(1);
        contexts.open.insert(id, OpenContext { gpid, scan, gone_at: now.saturating_add(IDLE_SECONDS) });
        id
    }

    /// Takes a context out, if the id belongs to a context of that partition.
    pub(crate) fn take(&self, gpid: Gpid, id: i64, now: u32) -> Option<Box<ScanContext>> {
        let mut contexts = self.lock();
        let context = contexts.open.get(&id).filter(|context| context.gpid == gpid)?;
        let is_gone = context.gone_at <= now;
        let context = contexts.open.remove(&id)?;
        (!is_gone).then_some(context.scan)
    }

    /// The number of contexts that wait for their next batch.
    pub(crate) fn count(&self, now: u32) -> usize {
        self.lock().open.values().filter(|context| context.gone_at > now).count()
    }

    /// Drops expired contexts.
    pub(crate) fn sweep(&self, now: u32) {
        self.lock().open.retain(|_, context| context.gone_at > now);
    }

    /// Drops all contexts, because the server has stopped.
    pub(crate) fn clear(&self) {
        self.lock().open.clear();
    }

    fn lock(&self) -> MutexGuard<'_, OpenContexts> {
        self.contexts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use pegasus_protocol::idl::GetScannerRequest;

    use super::*;
    use crate::store::Store;
    use crate::store::ops::ScanStart;

    const HERE: Gpid = Gpid { app_id: 1, partition_index: 0 };
    const ELSEWHERE: Gpid = Gpid { app_id: 1, partition_index: 1 };

    fn with_scans(test: impl FnOnce(&ScanContexts, &dyn Fn() -> Box<ScanContext>)) {
        let store = Store::open(None).unwrap();
        let rows = store.table_rows(1, 1).unwrap();
        let request = GetScannerRequest {
            start_key: Bytes::from_static(b"\0\0"),
            stop_key: Bytes::from_static(b"\xff\xff"),
            ..GetScannerRequest::default()
        };
        let scan = || match ScanContext::start(rows.partition(0).unwrap(), &request) {
            ScanStart::Open(scan) => scan,
            ScanStart::Refused | ScanStart::Empty => panic!("there is a range"),
        };
        test(&ScanContexts::new(), &scan);
    }

    #[test]
    fn an_id_works_once_and_ids_are_positive() {
        with_scans(|contexts, scan| {
            let (first, second) = (contexts.keep(HERE, scan(), 0), contexts.keep(HERE, scan(), 0));
            assert!(first > 0 && second == first + 1);
            assert!(contexts.take(HERE, first, 0).is_some());
            assert!(contexts.take(HERE, first, 0).is_none());
            assert!(contexts.take(HERE, second, 0).is_some());
        });
    }

    #[test]
    fn an_id_of_another_partition_is_unknown_and_stays() {
        with_scans(|contexts, scan| {
            let id = contexts.keep(HERE, scan(), 0);
            assert!(contexts.take(ELSEWHERE, id, 0).is_none());
            assert!(contexts.take(HERE, id, 0).is_some());
        });
    }

    #[test]
    fn five_idle_minutes_are_the_end() {
        with_scans(|contexts, scan| {
            let early = contexts.keep(HERE, scan(), 1000);
            let late = contexts.keep(HERE, scan(), 1000);
            assert!(contexts.take(HERE, early, 1299).is_some());
            assert!(contexts.take(HERE, late, 1300).is_none());
            contexts.keep(HERE, scan(), 1000);
            contexts.sweep(1299);
            assert_eq!(contexts.lock().open.len(), 1);
            contexts.sweep(1300);
            assert_eq!(contexts.lock().open.len(), 0);
        });
    }
}
