//! Temporary directories, and how they go when a process exits without unwinding.
//!
//! A directory goes with its store. A process that ends by `exit` drops nothing, and a store may just
//! be opening then: so every directory is on a list as long as it is there, and the list can be
//! emptied at the last moment.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

static THERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The storage engine may still be writing files into a directory that is removed.
const TRIES: u32 = 50;

fn there() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    THERE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A directory that goes when this does.
pub(super) struct Temporary(TempDir);

impl Temporary {
    pub(super) fn create() -> io::Result<Self> {
        // Under the lock, so that no directory is made after the list was emptied and not on it.
        let mut there = there();
        let directory = tempfile::Builder::new().prefix("pegasus-local-").tempdir()?;
        there.insert(directory.path().to_owned());
        Ok(Self(directory))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Removes it, and says when that fails.
    pub(super) fn close(self) -> io::Result<()> {
        there().remove(self.path());
        self.0.close()
    }
}

/// Removes the temporary directories of all clusters of this process, running or about to. Only for a
/// process that is about to exit: the clusters cannot be used any more.
pub fn remove_temporary_files() {
    for path in std::mem::take(&mut *there()) {
        for _ in 0..TRIES {
            match fs::remove_dir_all(&path) {
                Ok(()) => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(_) => sleep(Duration::from_millis(2)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_directory_is_gone_and_off_the_list() {
        let temporary = Temporary::create().unwrap();
        let path = temporary.path().to_owned();
        assert!(path.is_dir() && there().contains(&path));
        temporary.close().unwrap();
        assert!(!path.exists() && !there().contains(&path));
    }
}
