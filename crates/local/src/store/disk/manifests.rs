//! Checks files that the engine trusts without a check: its lists of files, and the tables of
//! contents of those files.
//!
//! The engine has checksums for both. But it reads a list without comparing the checksum, and it
//! reserves memory for as many entries as a file claims before it compares. A damaged file could
//! end the process, or be taken for a list of other files.

use std::fs::{File, read, read_dir};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

use crate::store::error::StoreError;

/// The length of the trailer of an archive: magic, two bytes, checksum of the table of contents,
/// its position, its length.
const TRAILER: u64 = 4 + 1 + 1 + 16 + 8 + 8;
const MAGIC: &[u8] = b"SFA!";
const CHECKSUM_AT: usize = 6;
const POSITION_AT: usize = 22;

/// Checks the lists and archives of all keyspaces. Missing files are left for the engine to report.
pub(super) fn check(directory: &Path) -> Result<(), StoreError> {
    let keyspaces = directory.join("keyspaces");
    if !keyspaces.is_dir() {
        return Ok(());
    }
    for keyspace in read_dir(keyspaces)? {
        let keyspace = keyspace?.path();
        check_list(&keyspace)?;
        let tables = keyspace.join("tables");
        for table in if tables.is_dir() { Some(read_dir(tables)?) } else { None }.into_iter().flatten() {
            check_contents(&table?.path())?;
        }
    }
    Ok(())
}

/// Checks the current list of files. The file `current` has its number and its checksum.
fn check_list(keyspace: &Path) -> Result<(), StoreError> {
    let Some(current) = if_there(read(keyspace.join("current")))? else {
        return Ok(());
    };
    let (Some(number), Some(checksum)) = (current.first_chunk(), current.get(8..24)) else {
        return Err(StoreError::Damaged("the file \"current\" is cut short"));
    };
    let list = keyspace.join(format!("v{}", u64::from_le_bytes(*number)));
    match if_there(read(&list))? {
        None => Err(StoreError::Damaged("a list of files is not there")),
        Some(content) if xxh3_128(&content).to_le_bytes() != *checksum => {
            Err(StoreError::Damaged("a list of files has another checksum"))
        }
        Some(_) => Ok(()),
    }
}

/// Checks the table of contents of an archive. An unfinished archive has no trailer; nobody reads
/// it, or the engine reports it.
fn check_contents(archive: &Path) -> Result<(), StoreError> {
    let damaged = Err(StoreError::Damaged("a file with rows has no table of contents"));
    let mut file = File::open(archive)?;
    let Some(end) = file.metadata()?.len().checked_sub(TRAILER) else {
        return Ok(());
    };
    let mut trailer = [0; TRAILER as usize];
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut trailer)?;
    if !trailer.starts_with(MAGIC) {
        return Ok(());
    }
    let position = trailer[POSITION_AT..].first_chunk().map_or(u64::MAX, |at| u64::from_le_bytes(*at));
    let Some(length) = end.checked_sub(position) else {
        return damaged;
    };
    let mut contents = Vec::new();
    file.seek(SeekFrom::Start(position))?;
    file.take(length).read_to_end(&mut contents)?;
    if xxh3_128(&contents).to_le_bytes() == trailer[CHECKSUM_AT..POSITION_AT] { Ok(()) } else { damaged }
}

/// `None` if the file does not exist.
fn if_there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
