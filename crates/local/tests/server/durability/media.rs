//! A full disk and damaged files: always an error, never a missing row.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use pegasus_local::{Cluster, ClusterOptions};
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::kill::from_env;
use crate::program::{PROGRAM, Program, watched};
use crate::support::{Peer, TABLE, encoded, header, locate, put_request};

/// The size that the engine reserves for a journal. With a lower limit, nothing can start on the
/// disk.
const JOURNAL: usize = 64 << 20;

/// The program with a limit on the size of its files. (A write beyond the limit of a process fails
/// like a write to a full disk, if the signal that comes with it is ignored.)
fn limited(bytes: usize, args: &[&str]) -> Command {
    let blocks = bytes / 512; // the unit of `ulimit` in POSIX
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh", PROGRAM]).args(args);
    watched(command)
}

#[tokio::test]
async fn a_disk_that_is_full_from_the_start_is_said_so() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let output = limited(JOURNAL / 2, &["--data-dir", data_dir.to_str().unwrap()]).output().await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("cannot be opened: File too large"), "{errors}");
}

/// Every refused write gets an error, and every acknowledged write is there later.
#[tokio::test]
async fn a_disk_that_gets_full_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let args = ["--data-dir", data_dir.to_str().unwrap(), "--table", "temp:1"];
    let mut program = Program::run(limited(JOURNAL, &args)).await;
    let (mut peer, at) = connect(program.meta_servers[0]).await;
    let big = |n: i32| Bytes::from(vec![n as u8; 1 << 19]);
    let mut acknowledged = 0;
    // A failure is an answer with an error, or the end of the connection.
    loop {
        let put = put_request(&key(acknowledged), big(acknowledged), 0);
        peer.send_request::<rpc::Put>(&at, acknowledged, &put).await;
        let answer = peer.answer_or_end().await;
        let body = answer.and_then(|answer| answer.body::<rpc::Put>().unwrap());
        if body.is_none_or(|body| body.error != 0) {
            break;
        }
        acknowledged += 1;
        assert!((acknowledged as usize) << 19 < 4 * JOURNAL, "the disk never gets full");
    }
    assert!(acknowledged > 0);
    // Later writes and changes of tables fail too, with the error name of real servers. Reading
    // goes on.
    let (mut peer, at) = connect(program.meta_servers[0]).await;
    let put = put_request(&key(acknowledged), "small", 0);
    assert_eq!(peer.refusal::<rpc::Put>(&at, &put).await, ErrorCode::DiskInsufficient);
    let mut meta = Peer::connect(program.meta_servers[0]).await;
    assert_eq!(meta.create("more", crate::support::options(1)).await.err, ErrorCode::FileOperationFailed);
    let (mut peer, _) = connect(program.meta_servers[0]).await;
    assert_eq!(peer.ask::<rpc::Get>(&at, &key(0)).await.value, big(0));

    assert_eq!(program.signal("TERM").await.code(), Some(1));
    let mut errors = String::new();
    program.child.stderr.take().unwrap().read_to_string(&mut errors).await.unwrap();
    assert!(errors.contains("File too large"), "{errors}");
    assert!(errors.contains("pegasus-local: the data could not be written to disk"), "{errors}");

    let mut program = Program::start(&args).await;
    let (mut peer, at) = connect(program.meta_servers[0]).await;
    for n in 0..acknowledged {
        assert_eq!(peer.ask::<rpc::Get>(&at, &key(n)).await.value, big(n), "row {n} of {acknowledged}");
    }
    assert_eq!(program.signal("TERM").await.code(), Some(0));
}

const ROWS: i32 = 200;

/// Inverts bytes one at a time, all over the files of a data directory. Either the cluster does not
/// start and says why, or each row is there or its answer is an error.
#[tokio::test]
async fn damage_is_noticed_wherever_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole");
    let cluster = start(&whole).await.unwrap();
    let (mut peer, at) = connect(cluster.meta_servers()[0]).await;
    for n in 0..ROWS {
        assert_eq!(peer.ask::<rpc::Put>(&at, &put_request(&key(n), value(n), 0)).await.error, 0);
    }
    cluster.stop().await.unwrap();
    cut_reserved(&whole);
    let most = from_env("PEGASUS_DURABILITY_PLACES", 40) as usize;
    let (mut refused, mut harmless) = (0, 0);
    for file in files(&whole) {
        let content = std::fs::read(whole.join(&file)).unwrap();
        // More positions in the files with rows.
        let places = if content.len() > 10_000 { most } else { most / 4 };
        let places = places.min(content.len());
        for place in 0..places {
            let at = content.len() * place / places;
            let copy = directory.path().join("copy");
            copy_to(&whole, &copy);
            let mut damaged = content.clone();
            damaged[at] ^= 0xff;
            std::fs::write(copy.join(&file), damaged).unwrap();
            let context = format!("byte {at} of {} in {}", content.len(), file.display());
            if is_noticed(&copy, &context).await {
                refused += 1
            } else {
                harmless += 1
            }
            std::fs::remove_dir_all(&copy).unwrap();
        }
    }
    assert!(refused >= 40, "{refused} refused, {harmless} harmless");
}

/// A missing journal, or one that ends too early.
#[tokio::test]
async fn a_journal_that_is_cut_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    for cut in ["gone", "empty", "half"] {
        let data_dir = directory.path().join(cut);
        let cluster = start(&data_dir).await.unwrap();
        let (mut peer, at) = connect(cluster.meta_servers()[0]).await;
        for n in 0..ROWS {
            peer.ask::<rpc::Put>(&at, &put_request(&key(n), value(n), 0)).await;
        }
        cluster.stop().await.unwrap();
        cut_reserved(&data_dir);
        let journal = data_dir.join(journal(&data_dir));
        let content = std::fs::read(&journal).unwrap();
        match cut {
            "gone" => std::fs::remove_file(&journal).unwrap(),
            "empty" => std::fs::write(&journal, b"").unwrap(),
            _ => std::fs::write(&journal, &content[..content.len() / 2]).unwrap(),
        }
        // The error stays until somebody repairs the directory.
        for _ in 0..2 {
            let error = start(&data_dir).await.unwrap_err();
            assert_eq!(error.code(), "ERR_FILE_OPERATION_FAILED", "{cut}");
            assert!(error.to_string().contains(data_dir.to_str().unwrap()), "{cut}: {error}");
        }
        if cut == "half" {
            let error = start(&data_dir).await.unwrap_err().to_string();
            assert!(error.contains("commits are gone, because the journal is damaged"), "{error}");
            std::fs::remove_file(data_dir.join("commits")).unwrap();
            start(&data_dir).await.unwrap().stop().await.unwrap();
        }
    }
}

async fn is_noticed(data_dir: &Path, context: &str) -> bool {
    let cluster = match start(data_dir).await {
        Ok(cluster) => cluster,
        Err(error) => {
            assert_eq!(error.code(), "ERR_FILE_OPERATION_FAILED", "{context}: {error}");
            return true;
        }
    };
    let (mut peer, at) = connect(cluster.meta_servers()[0]).await;
    let mut is_noticed = false;
    for n in 0..ROWS {
        let found = peer.ask::<rpc::Get>(&at, &key(n)).await;
        match found.error {
            0 => assert_eq!(found.value, value(n), "{context}, row {n}"),
            error => {
                assert_ne!(error, 1, "{context}: row {n} is gone");
                is_noticed = true;
            }
        }
    }
    // The damage may be reported again.
    let _ = tokio::time::timeout(Duration::from_secs(20), cluster.stop()).await.expect("it ends");
    is_noticed
}

async fn start(data_dir: &Path) -> Result<Cluster, pegasus_local::StartError> {
    let options = ClusterOptions {
        tables: vec![(TABLE.to_owned(), 1)],
        replica_servers: 1,
        data_dir: Some(data_dir.to_path_buf()),
        ..ClusterOptions::default()
    };
    Cluster::start(options).await
}

async fn connect(meta: std::net::SocketAddr) -> (Peer, pegasus_protocol::frame::RequestHeader) {
    let table = locate(&mut Peer::connect(meta).await, TABLE).await;
    let primary = table.partitions[0].primary.socket_addr().unwrap();
    (Peer::connect(primary.into()).await, header(table.partitions[0].pid))
}

/// The relative paths of all files under a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(directory).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The engine's journal. While little is written, there is only one.
fn journal(data_dir: &Path) -> PathBuf {
    let is_journal = |file: &PathBuf| file.extension().is_some_and(|end| end == "jnl");
    files(data_dir).into_iter().find(is_journal).expect("a journal")
}

/// Removes the reserved zeros at the end of the journal.
fn cut_reserved(data_dir: &Path) {
    let journal = data_dir.join(journal(data_dir));
    let mut content = std::fs::read(&journal).unwrap();
    content.truncate(content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    std::fs::write(journal, content).unwrap();
}

fn copy_to(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(from.join(&file), target).unwrap();
    }
}

fn key(n: i32) -> Bytes {
    encoded("row", &n.to_string())
}

fn value(n: i32) -> Bytes {
    format!("{n:0>200}").into()
}
