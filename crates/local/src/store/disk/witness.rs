//! Detects a journal that has lost its end.
//!
//! If a journal is damaged in the middle, the engine takes the damage for a write that a crash has
//! cut short, and cuts off everything behind it. Acknowledged writes would be lost silently. So
//! this module counts every commit twice: in a row, which goes through the journal behind the
//! writes of the commit, and in a file beside the journal, after the commit. If the file has a
//! larger number than the row, commits are lost.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fjall::Keyspace;

use crate::store::error::StoreError;

const ROW: &[u8] = b"commits";
pub(super) const FILE: &str = "commits";

/// Counts the commits of one data directory.
pub(super) struct Witness {
    counts: Mutex<Counts>,
}

struct Counts {
    /// The number of the last commit that has begun.
    begun: u64,
    /// The number in the file.
    noted: u64,
    file: File,
}

impl Witness {
    /// Compares the row with the file. A directory from the time before the file has nothing to
    /// compare.
    pub(super) fn open(directory: &Path, catalog: &Keyspace) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let noted = match bytes.as_slice() {
            [] => 0,
            bytes => number(bytes, "the file \"commits\" does not hold a number")?,
        };
        let row = catalog.get(ROW)?;
        let begun = row.map_or(Ok(0), |row| number(&row, "the number of commits is invalid"))?;
        if begun < noted {
            return Err(StoreError::Lost { commits: noted - begun });
        }
        Ok(Self { counts: Mutex::new(Counts { begun, noted, file }) })
    }

    /// Counts a commit in the journal before it is made, and returns its number.
    pub(super) fn begin(&self, catalog: &Keyspace) -> Result<u64, StoreError> {
        // Under the lock, so that the numbers are in the journal in their order.
        let mut counts = self.lock();
        let next = counts.begun + 1;
        catalog.insert(ROW, next.to_be_bytes())?;
        counts.begun = next;
        Ok(next)
    }

    /// Notes a commit that has been made. This must happen before the commit is acknowledged.
    pub(super) fn note(&self, commit: u64) -> Result<(), StoreError> {
        let mut counts = self.lock();
        if commit > counts.noted {
            overwrite(&counts.file, &commit.to_be_bytes())?;
            counts.noted = commit;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Uses a single system call where possible, because every commit waits for it.
fn overwrite(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::FileExt::write_at(file, bytes, 0)? == bytes.len() {
        return Ok(());
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)
}

fn number(bytes: &[u8], otherwise: &'static str) -> Result<u64, StoreError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| StoreError::Damaged(otherwise))
}

#[cfg(test)]
mod tests {
    use crate::store::{Store, StoreError};

    #[test]
    fn commits_that_are_gone_are_missed() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Store::open(Some(directory.path()));
        let store = open().unwrap();
        for _ in 0..3 {
            store.commit().unwrap();
        }
        store.close().unwrap(); // one more
        open().unwrap().close().unwrap();
        let path = directory.path().join(super::FILE);
        assert_eq!(std::fs::read(&path).unwrap(), 5_u64.to_be_bytes());
        std::fs::write(&path, 7_u64.to_be_bytes()).unwrap();
        assert!(matches!(open(), Err(StoreError::Lost { commits: 2 })));
        std::fs::write(&path, b"seven").unwrap();
        assert!(matches!(open(), Err(StoreError::Damaged(_))));
        std::fs::remove_file(&path).unwrap();
        open().unwrap().close().unwrap();
    }
}
