//! Kills the program again and again while it writes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pegasus_protocol::idl::AppStatus;
use pegasus_protocol::types::ErrorCode;

use super::load::{TableRoute, Writer};
use crate::program::{Program, command};
use crate::support::{Peer, TABLE, locate, options};

const WRITERS: usize = 4;

/// The largest partition count after splits.
const MOST_PARTITIONS: i32 = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let rounds = from_env("PEGASUS_DURABILITY_ROUNDS", 3);
    let seed = from_env("PEGASUS_DURABILITY_SEED", 1);
    let directory = tempfile::tempdir().unwrap();
    let mut run = Run::new(&directory.path().join("data"), seed);
    for round in 1..=rounds {
        run.round(&format!("seed {seed}, round {round}")).await;
    }
    run.check("at the end").await;
    let total: usize = run.writers.iter().map(Writer::acknowledged).sum();
    assert!(total >= rounds as usize * 500, "{total} writes are too few to show anything");
    println!("seed {seed}: {rounds} kills, {total} acknowledged writes, {} tables, none lost", run.tables);
}

/// Kills the program during its first start, in any state of its data directory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_is_killed_can_be_made_again() {
    let seed = from_env("PEGASUS_DURABILITY_SEED", 1);
    for round in 0..8 * from_env("PEGASUS_DURABILITY_ROUNDS", 3) {
        let directory = tempfile::tempdir().unwrap();
        let mut run = Run::new(&directory.path().join("data"), seed + round);
        run.kill_while_it_starts().await;
        let (mut program, _) = run.start().await;
        program.signal("TERM").await;
    }
}

pub(super) fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

struct Run {
    data_dir: String,
    random: u64,
    writers: Vec<Writer>,
    /// How many tables besides the first one were acknowledged.
    tables: u32,
}

impl Run {
    fn new(data_dir: &Path, seed: u64) -> Self {
        let writers = (0..WRITERS).map(Writer::new).collect();
        Self { data_dir: data_dir.to_str().unwrap().to_owned(), random: seed, writers, tables: 0 }
    }

    fn args(&self) -> [&str; 6] {
        ["--data-dir", &self.data_dir, "--replica-servers", "1", "--meta-servers", "1"]
    }

    async fn start(&self) -> (Program, TableRoute) {
        let program = Program::start(&self.args()).await;
        let mut meta = Peer::connect(program.meta_servers[0]).await;
        if self.tables == 0 {
            let answer = meta.create(TABLE, one_replica(4)).await;
            assert!([ErrorCode::Ok, ErrorCode::AppExist].contains(&answer.err), "{:?}", answer.err);
        }
        let route = TableRoute(locate(&mut meta, TABLE).await);
        (program, route)
    }

    /// Checks the data, writes more, and kills the program in the middle.
    async fn round(&mut self, context: &str) {
        self.kill_while_it_starts().await;
        self.check(context).await;
        let (mut program, route) = self.start().await;
        let server = server(&route);
        let acknowledged = Arc::new(AtomicU64::new(0));
        let target = 500 + self.next(3000);
        let split = self.next(3) == 0 && route.0.partition_count < MOST_PARTITIONS;

        let route = Arc::new(route);
        let mut tasks = Vec::new();
        for mut writer in std::mem::take(&mut self.writers) {
            let (route, acknowledged) = (route.clone(), acknowledged.clone());
            let peer = Peer::connect(server).await;
            tasks.push(tokio::spawn(async move {
                writer.write(peer, &route, &acknowledged).await;
                writer
            }));
        }
        let meta = Peer::connect(program.meta_servers[0]).await;
        let tables =
            tokio::spawn(create_tables(meta, self.tables, split.then_some(route.0.partition_count * 2)));
        while acknowledged.load(Ordering::Relaxed) < target {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        program.child.start_kill().unwrap(); // SIGKILL
        for task in tasks {
            self.writers.push(task.await.unwrap());
        }
        self.tables = tables.await.unwrap();
        program.child.wait().await.unwrap();
    }

    /// A kill during recovery must leave the data for the next recovery.
    async fn kill_while_it_starts(&mut self) {
        let mut child = command(&self.args()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(self.next(80))).await;
        child.start_kill().unwrap();
        child.wait().await.unwrap();
    }

    async fn check(&mut self, context: &str) {
        let (mut program, mut route) = self.start().await;
        let mut meta = Peer::connect(program.meta_servers[0]).await;
        while route.0.partitions.iter().any(|partition| partition.ballot < 0) {
            tokio::time::sleep(Duration::from_millis(5)).await; // a split goes on where it was
            route = TableRoute(locate(&mut meta, TABLE).await);
        }
        let names: Vec<_> =
            meta.list(AppStatus::Available).await.into_iter().map(|info| info.app_name).collect();
        for table in 1..=self.tables {
            assert!(
                names.contains(&table_name(table).as_str().into()),
                "{context}: table {table} of {names:?}"
            );
        }
        let mut peer = Peer::connect(server(&route)).await;
        for writer in &self.writers {
            writer.check(&mut peer, &route, context).await;
        }
        program.child.start_kill().unwrap();
        program.child.wait().await.unwrap();
    }

    /// A number below `limit`.
    fn next(&mut self, limit: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % limit
    }
}

/// Splits the table if `split_into` says so, then creates tables until the connection ends. Returns
/// the number of the last acknowledged table.
async fn create_tables(mut meta: Peer, mut last: u32, split_into: Option<i32>) -> u32 {
    if let Some(count) = split_into {
        let request = pegasus_protocol::idl::StartPartitionSplitRequest {
            app_name: TABLE.into(),
            new_partition_count: count,
        };
        meta.try_ask::<pegasus_protocol::rpc::StartPartitionSplit>(&request).await;
    }
    for _ in 0..2 {
        let name = table_name(last + 1);
        let request = pegasus_protocol::idl::CreateAppRequest {
            app_name: name.as_str().into(),
            options: one_replica(1),
        };
        match meta.try_ask::<pegasus_protocol::rpc::CreateApp>(&request).await {
            Some(answer) => assert!([ErrorCode::Ok, ErrorCode::AppExist].contains(&answer.err), "{answer:?}"),
            None => return last,
        }
        last += 1;
    }
    last
}

fn table_name(number: u32) -> String {
    format!("table {number}")
}

fn one_replica(partition_count: i32) -> pegasus_protocol::idl::CreateAppOptions {
    pegasus_protocol::idl::CreateAppOptions { replica_count: 1, ..options(partition_count) }
}

fn server(route: &TableRoute) -> std::net::SocketAddr {
    route.0.partitions[0].primary.socket_addr().expect("a primary").into()
}
