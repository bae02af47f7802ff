//! A data directory is made as a whole: what is killed while it makes one leaves nothing that the next
//! start cannot begin anew.
//!
//! The engine writes several files before it can open them again. While they are made for the first
//! time a mark stands beside them. Nobody has been told of any write as long as it does, so what is
//! found with a mark is thrown away.

use std::fs::{DirEntry, File, TryLockError, create_dir_all, read_dir, remove_dir_all, remove_file};
use std::io;
use std::path::Path;

use super::witness;
use crate::store::error::StoreError;

/// Held locked by whoever makes the files.
const MARK: &str = "unfinished";

/// What the engine, once it is open, has in any case.
const VERSION: &str = "version";

/// The first opening of a data directory.
pub(super) struct Creation<'a> {
    directory: &'a Path,
    mark: File,
}

impl<'a> Creation<'a> {
    /// Begins it; `None` where there is a database.
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
                // Another process was quicker, with its end or with its beginning.
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
            // It ends by removing the mark, under the lock: with the mark gone there is a database.
            if path.try_exists()? {
                remove_leftovers(directory)?;
                sync(directory)?;
                return Ok(Some(Self { directory, mark }));
            }
        }
    }

    /// The database is there, and stays from now on.
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

/// What the engine and its witness have made; a directory may hold files of others beside it.
fn engine_files(directory: &Path) -> io::Result<Vec<DirEntry>> {
    let is_of_engine = |entry: &io::Result<DirEntry>| {
        let Ok(entry) = entry else { return true };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        [VERSION, "lock", "keyspaces", witness::FILE].contains(&&*name) || name.ends_with(".jnl")
    };
    read_dir(directory)?.filter(is_of_engine).collect()
}

/// Makes sure that names in the directory come and go in this order, whatever happens to the machine.
fn sync(directory: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened as a file.
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
        // Made whole, it is left as it is.
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
