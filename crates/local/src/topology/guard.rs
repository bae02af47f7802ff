//! What the requests to a partition share besides its rows: which keys the partition accepts, and
//! how much of its limits is used. It outlives changes of the table's state.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use crate::envs::{Settings, Throttled, Throttling, Usage};

/// The guard of one partition.
///
/// All replicas of a partition share one guard. On real servers, each replica has its own.
pub(crate) struct PartitionGuard {
    version: RwLock<PartitionVersion>,
    usage: Mutex<PartitionUsage>,
}

/// The partition count by which a partition recognizes its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartitionVersion {
    /// The partition accepts keys whose hash modulo this count is its index.
    Count(u32),
    /// The partition is being split and accepts no requests.
    Splitting,
}

#[derive(Debug, Default)]
struct PartitionUsage {
    writes: Usage,
    written_bytes: Usage,
    reads: Usage,
    hedged_reads: Usage,
    /// The bytes that may still be read, and the second of that count. `None` until the first read
    /// that counts.
    read_bytes: Option<(u32, i64)>,
}

impl PartitionGuard {
    pub(crate) fn new(partition_count: u32) -> Self {
        Self { version: RwLock::new(PartitionVersion::Count(partition_count)), usage: Mutex::default() }
    }

    /// Lets a request in. The version cannot change until the returned guard is dropped, so a
    /// partition is not split during a request.
    pub(crate) fn enter(&self) -> RwLockReadGuard<'_, PartitionVersion> {
        self.version.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all requests inside are served, then changes the version for later ones.
    pub(crate) fn change(&self, version: PartitionVersion) {
        *self.version.write().unwrap_or_else(PoisonError::into_inner) = version;
    }

    /// Counts a write against the limits on number and size.
    pub(crate) fn count_write(
        &self,
        settings: &Settings,
        bytes: usize,
        now: u32,
        timeout_ms: i32,
    ) -> Option<Throttled> {
        if settings.writes.is_none() && settings.written_bytes.is_none() {
            return None; // tables without limits need no lock
        }
        let mut usage = self.usage();
        let PartitionUsage { writes, written_bytes, .. } = &mut *usage;
        judge(settings.writes.as_ref(), writes, 1, now, timeout_ms)
            .or_else(|| judge(settings.written_bytes.as_ref(), written_bytes, bytes as u64, now, timeout_ms))
    }

    /// Counts a read against the limit.
    pub(crate) fn count_read(&self, settings: &Settings, now: u32, timeout_ms: i32) -> Option<Throttled> {
        settings.reads.as_ref()?.judge(&mut self.usage().reads, 1, now, timeout_ms)
    }

    /// Counts a hedged read against the limit.
    pub(crate) fn count_hedged_read(
        &self,
        settings: &Settings,
        now: u32,
        timeout_ms: i32,
    ) -> Option<Throttled> {
        settings.hedged_reads.as_ref()?.judge(&mut self.usage().hedged_reads, 1, now, timeout_ms)
    }

    /// Whether bytes may be read. One read may take more bytes than are left; later reads then wait
    /// until the debt is paid.
    pub(crate) fn may_read_bytes(&self, settings: &Settings, now: u32) -> bool {
        settings.read_bytes.is_none_or(|rate| self.usage().read_bytes(rate, now) > 0)
    }

    /// Counts the bytes of a read.
    pub(crate) fn count_read_bytes(&self, settings: &Settings, bytes: usize, now: u32) {
        if let Some(rate) = settings.read_bytes {
            let mut usage = self.usage();
            let left = usage.read_bytes(rate, now).saturating_sub_unsigned(bytes as u64);
            usage.read_bytes = Some((now, left));
        }
    }

    fn usage(&self) -> MutexGuard<'_, PartitionUsage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartitionUsage {
    /// How many bytes may be read now. Every second adds `rate`, up to a maximum of `rate`.
    fn read_bytes(&self, rate: u64, now: u32) -> i64 {
        let rate = i64::try_from(rate).unwrap_or(i64::MAX);
        let Some((then, left)) = self.read_bytes else {
            return rate;
        };
        left.saturating_add(rate.saturating_mul(now.saturating_sub(then).into())).min(rate)
    }
}

fn judge(
    throttling: Option<&Throttling>,
    usage: &mut Usage,
    units: u64,
    now: u32,
    timeout_ms: i32,
) -> Option<Throttled> {
    throttling?.judge(usage, units, now, timeout_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_were_read_are_made_up_for() {
        let (guard, settings) =
            (PartitionGuard::new(1), Settings { read_bytes: Some(100), ..Settings::default() });
        assert!(guard.may_read_bytes(&settings, 10));
        guard.count_read_bytes(&settings, 250, 10);
        assert!(!guard.may_read_bytes(&settings, 10));
        assert!(!guard.may_read_bytes(&settings, 11));
        assert!(guard.may_read_bytes(&settings, 12));
        guard.count_read_bytes(&settings, 50, 1000);
        assert!(guard.may_read_bytes(&settings, 1000));
        guard.count_read_bytes(&settings, 50, 1000);
        assert!(!guard.may_read_bytes(&settings, 1000));
        assert!(guard.may_read_bytes(&Settings::default(), 1000));
    }
}
