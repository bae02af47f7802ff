//! Damage in files to which the engine has moved rows. The journal no longer has these rows.

use std::fs::{File, copy, create_dir_all, read, read_dir, remove_dir_all, write};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use super::*;

const ROWS: u32 = 500;

/// How many bytes of a file are inverted, one at a time.
const PLACES: usize = 24;

fn key(n: u32) -> Bytes {
    encoded(b"h", &n.to_be_bytes())
}

fn value(n: u32) -> Vec<u8> {
    n.to_string().repeat(20).into_bytes()
}

/// Whether the damage is detected. It may also have no effect, but no row may be lost or changed.
fn is_noticed(directory: &Path, context: &str) -> bool {
    let Ok(Ok(store)) = catch_unwind(|| Store::open(Some(directory))) else {
        return true; // a starting cluster catches the panic as well
    };
    let Ok(rows) = store.table_rows(1, 1) else {
        return true;
    };
    let mut is_noticed = false;
    for n in 0..ROWS {
        match rows.partition(0).unwrap().get(&key(n)) {
            Ok(row) => assert_eq!(row.expect(context).value, value(n), "{context}, row {n}"),
            Err(_) => is_noticed = true,
        }
    }
    is_noticed
}

#[test]
fn rows_are_right_or_an_error_wherever_a_file_is_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole");
    let store = Store::open(Some(&whole)).unwrap();
    let mut rows = store.table_rows(1, 1).unwrap();
    for n in 0..ROWS {
        let mut write = rows.partition(0).unwrap().write();
        write.put(key(n), 0, value(n).into());
        write.commit().unwrap();
    }
    engine(&mut rows).move_to_files();
    store.commit().unwrap();
    drop(rows);
    store.close().unwrap();
    // The space reserved for the journal need not be copied each time.
    File::options().write(true).open(whole.join("0.jnl")).unwrap().set_len(1 << 20).unwrap();
    let mut noticed = 0;
    for table in tables(&whole) {
        let content = read(whole.join(&table)).unwrap();
        for place in 0..PLACES {
            // The last bytes tell where everything else is, so all of them are tried.
            let from_end = place < PLACES / 2;
            let at = if from_end { content.len() - 1 - place } else { content.len() * place / PLACES };
            let damaged = directory.path().join("damaged");
            copy_all(&whole, &damaged);
            let mut bytes = content.clone();
            bytes[at] ^= 0xff;
            write(damaged.join(&table), bytes).unwrap();
            let context = format!("byte {at} of {} in {}", content.len(), table.display());
            noticed += usize::from(is_noticed(&damaged, &context));
            remove_dir_all(&damaged).unwrap();
        }
    }
    assert!(noticed >= PLACES, "{noticed}");
}

/// The files with rows, of all keyspaces.
fn tables(directory: &Path) -> Vec<PathBuf> {
    files(directory)
        .into_iter()
        .filter(|file| file.components().any(|part| part.as_os_str() == "tables"))
        .collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![directory.to_path_buf()]);
    while let Some(next) = open.pop() {
        for entry in read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() { &mut open } else { &mut found };
            list.push(path);
        }
    }
    found.iter().map(|file| file.strip_prefix(directory).unwrap().to_path_buf()).collect()
}

fn copy_all(from: &Path, to: &Path) {
    for file in files(from) {
        create_dir_all(to.join(&file).parent().unwrap()).unwrap();
        copy(from.join(&file), to.join(&file)).unwrap();
    }
}
