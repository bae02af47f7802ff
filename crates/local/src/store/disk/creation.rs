//! Creates a data directory as a whole: after a kill in the middle, the next start begins anew.
//!
//! The engine writes several files before it can open its database again. During the first
//! creation, a mark file stands beside them. No write has been acknowledged while the mark exists,
//! so the files beside a mark can be deleted.

use std::fs::{DirEntry, File, TryLockError, create_dir_all, read_dir, remove_dir_all, remove_file};
use std::io;
use std::path::Path;

use super::witness;
use crate::store::error::StoreError;

/// The mark file. The process that creates the files holds a lock on it.
const MARK: &str = "unfinished";

/// A file that every complete database has.
const VERSION: &str = "version";

/// The first opening of a data directory.
pub(super) struct Creation<'a> {
    directory: &'a Path,
    mark: File,
}

impl<'a> Creation<'a> {
    /// Begins the creation; `None` if there is a database already.
    pub(super) fn begin(directory: &'a Path) -> Result<Option<Self>, StoreError> {
        create_dir_all(directory)?;
        let path = directory.join(MARK);
        loop {
            let was_cut_off = path.try_exists()?;
            if !was_cut_off && is_database(directory)? {
                return Ok(None);
            }
            let mut options = File::options();
            let opened = options.write(true).create_new(!was_cut_off).open(&path);
            let mark = match opened {
                // Another process has just created or removed the mark.
                Err(error)
                    if [io::ErrorKind::NotFound, io::ErrorKind::AlreadyExists].contains(&error.kind()) =>
                {
                    continue;
                }
                opened => opened?,
            };
            match mark.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Ok(()) => {}
            }
            // The other process may have finished: it removes the mark under its lock, and then
            // there is a database.
            if path.try_exists()? {
                remove_leftovers(directory)?;
                sync(directory)?;
                return Ok(Some(Self { directory, mark }));
            }
        }
    }

    /// Removes the mark. From now on the database counts as complete.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        remove_file(self.directory.join(MARK))?;
        sync(self.directory)?;
        drop(self.mark);
        Ok(())
    }
}

fn is_database(directory: &Path) -> Result<bool, StoreError> {
    if directory.join(VERSION).try_exists()? {
        return Ok(true);
    }
    if engine_files(directory)?.is_empty() {
        return Ok(false);
    }
    Err(StoreError::Damaged("the file \"version\" is not there"))
}

fn remove_leftovers(directory: &Path) -> io::Result<()> {
    for entry in engine_files(directory)? {
        if entry.file_type()?.is_dir() { remove_dir_all(entry.path()) } else { remove_file(entry.path()) }?;
    }
    Ok(())
}

/// The files of the engine and the witness. The directory may also hold files of others.
fn engine_files(directory: &Path) -> io::Result<Vec<DirEntry>> {
    let is_of_engine = |entry: &io::Result<DirEntry>| {
        let Ok(entry) = entry else { return true };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        [VERSION, "lock", "keyspaces", witness::FILE].contains(&&*name) || name.ends_with(".jnl")
    };
    read_dir(directory)?.filter(is_of_engine).collect()
}

/// Makes the changes of names in the directory durable, in this order.
fn sync(directory: &Path) -> io::Result<()> {
    // On other systems a directory cannot be opened as a file.
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs::write;

    use super::*;
    use crate::store::Store;

    fn names(directory: &Path) -> Vec<String> {
        let name = |entry: io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = read_dir(directory).unwrap().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_cut_off_is_begun_anew_and_files_of_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        for name in [MARK, "lock", "0.jnl", "notes.txt"] {
            write(directory.path().join(name), "something").unwrap();
        }
        Store::open(Some(directory.path())).unwrap().close().unwrap();
        let made = names(directory.path());
        assert!(made.contains(&"notes.txt".to_owned()) && !made.contains(&MARK.to_owned()), "{made:?}");
        // A second start leaves a complete directory as it is.
        Store::open(Some(directory.path())).unwrap().close().unwrap();
        assert_eq!(names(directory.path()), made);
    }

    #[test]
    fn a_database_without_its_version_is_damaged_and_not_begun_anew() {
        let directory = tempfile::tempdir().unwrap();
        Store::open(Some(directory.path())).unwrap().close().unwrap();
        remove_file(directory.path().join(VERSION)).unwrap();
        let before = names(directory.path());
        assert!(matches!(Store::open(Some(directory.path())), Err(StoreError::Damaged(_))));
        assert_eq!(names(directory.path()), before);
    }

    #[test]
    fn two_do_not_begin_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = Creation::begin(directory.path()).unwrap().unwrap();
        assert!(matches!(Creation::begin(directory.path()), Err(StoreError::InUse)));
        drop(first);
        let again = Creation::begin(directory.path()).unwrap().unwrap();
        again.finish().unwrap();
        assert!(names(directory.path()).is_empty());
    }
}
