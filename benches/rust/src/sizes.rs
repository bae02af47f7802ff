//! Tables of many partitions: the time to open one, and for how long anything else waits meanwhile.
//!
//! `cargo run --release --package pegasus-benches --bin pegasus-bench-sizes` prints a line for each size. Each
//! partition has a server of its own and two more as secondaries. The meta server is a script on a thread of its own;
//! the client's runtime is one thread, like that of the addon, on which a ticker stands for all other operations.
#![allow(clippy::print_stdout, clippy::print_stderr)] // lines of text are what this program is for

use std::cell::Cell;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use pegasus_client::{Client, ClientOptions, ScanOptions, Table, TableOptions};
use pegasus_protocol::frame::{RequestFrame, decode_request, encode_error, encode_reply};
use pegasus_protocol::idl::{PartitionConfiguration, QueryCfgResponse, ScanResponse};
use pegasus_protocol::rpc::{GetScanner, QueryCfg, Rpc, RpcCode};
use pegasus_protocol::types::{ErrorCode, Gpid, RpcAddress};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

const SIZES: [u32; 5] = [8, 8_192, 16_384, 32_768, 65_536];
/// The partitions of the table that is split during a scan, before the split.
const SPLIT: u32 = 8_192;
/// The scan of that table meets the split at this partition.
const SPLIT_AT: u32 = 100;
const APP_ID: i32 = 2;
const TICK: Duration = Duration::from_millis(1);

fn main() -> Result<(), Box<dyn Error>> {
    let (address, listening) = std::sync::mpsc::channel();
    std::thread::spawn(move || serve(&address));
    let server = listening.recv()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, measure(server))
}

async fn measure(server: SocketAddr) -> Result<(), Box<dyn Error>> {
    for partitions in SIZES {
        let client = connect(server).await?;
        let name = partitions.to_string();
        let (table, took, held) = watched(client.open_table(&name, TableOptions::default())).await;
        let known = table?.partition_count();
        println!("open {known:>6} partitions: {:>8.1} ms, held {:>6.1} ms", ms(took), ms(held));
        client.close().await;
    }
    let client = connect(server).await?;
    let table = client.open_table("split", TableOptions::default()).await?;
    let (scanned, took, held) = watched(scan(&table)).await;
    scanned?;
    let known = table.partition_count();
    println!("scan during the split to {known}: {:>8.1} ms, held {:>6.1} ms", ms(took), ms(held));
    client.close().await;
    Ok(())
}

async fn connect(server: SocketAddr) -> Result<Client, pegasus_client::Error> {
    let options =
        ClientOptions { timeout: Duration::from_secs(600), ..ClientOptions::new([server.to_string()]) };
    Client::connect(ClientOptions { meta_timeout: Duration::from_secs(600), ..options }).await
}

async fn scan(table: &Table) -> Result<(), pegasus_client::Error> {
    for mut scanner in table.unordered_scanners(1, &ScanOptions::default())? {
        while scanner.next_page().await?.is_some() {}
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The output of some work, how long it took, and the longest time for which the thread did nothing else: the CPU time
/// between two ticks, so that other programs on the machine do not count.
async fn watched<T>(work: impl Future<Output = T>) -> (T, Duration, Duration) {
    let longest = Rc::new(Cell::new(Duration::ZERO));
    let noted = Rc::clone(&longest);
    let ticker = tokio::task::spawn_local(async move {
        loop {
            let before = cpu_time();
            tokio::time::sleep(TICK).await;
            noted.set(noted.get().max(cpu_time() - before));
        }
    });
    tokio::time::sleep(TICK * 10).await;
    longest.set(Duration::ZERO);
    let start = Instant::now();
    let output = work.await;
    let took = start.elapsed();
    tokio::time::sleep(TICK * 2).await; // a delay at the very end counts too
    ticker.abort();
    (output, took, longest.get())
}

/// The CPU time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The scripted server, meta server and replica server at once.
fn serve(address: &std::sync::mpsc::Sender<SocketAddr>) {
    let serving = async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?;
        address.send(own).map_err(std::io::Error::other)?;
        loop {
            let (socket, _) = listener.accept().await?;
            tokio::spawn(async move {
                if let Err(error) = answer_all(socket, own).await {
                    eprintln!("the scripted server: {error}");
                }
            });
        }
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let ended: std::io::Result<()> = runtime.and_then(|runtime| runtime.block_on(serving));
    if let Err(error) = ended {
        eprintln!("the scripted server: {error}");
    }
}

async fn answer_all(mut socket: TcpStream, own: SocketAddr) -> std::io::Result<()> {
    let (mut input, mut output) = (BytesMut::new(), BytesMut::new());
    let (mut scans, mut queries_of_split) = (0, 0);
    while socket.read_buf(&mut input).await? > 0 {
        while let Some(frame) = decode_request(&mut input, 1 << 20).map_err(std::io::Error::other)? {
            let sequence_id = frame.head.sequence_id;
            match RpcCode::from_name(frame.head.name.as_bytes()) {
                Some(RpcCode::QueryCfg) => {
                    let response = configuration(&frame, own, &mut queries_of_split)?;
                    encode_reply::<QueryCfg>(&ErrorCode::Ok, sequence_id, &response, &mut output);
                }
                Some(RpcCode::GetScanner)
                    if frame.header.partition_hash < u64::from(2 * SPLIT) && scans >= SPLIT_AT =>
                {
                    encode_error(
                        &ErrorCode::ParentPartitionMisused,
                        GetScanner::CODE.name().as_bytes(),
                        sequence_id,
                        &mut output,
                    );
                }
                Some(RpcCode::GetScanner) => {
                    scans += 1;
                    let nothing = ScanResponse { context_id: -1, app_id: APP_ID, ..ScanResponse::default() };
                    encode_reply::<GetScanner>(&ErrorCode::Ok, sequence_id, &nothing, &mut output);
                }
                _ => encode_error(
                    &ErrorCode::HandlerNotFound,
                    frame.head.name.as_bytes(),
                    sequence_id,
                    &mut output,
                ),
            }
        }
        socket.write_all(&output).await?;
        output.clear();
    }
    Ok(())
}

/// The configuration of a table. Its name is its number of partitions; `split` has twice as many when it is asked for
/// again.
fn configuration(
    frame: &RequestFrame,
    own: SocketAddr,
    queries_of_split: &mut u32,
) -> std::io::Result<QueryCfgResponse> {
    let request: <QueryCfg as Rpc>::Request = frame.arguments().map_err(std::io::Error::other)?;
    let name = request.app_name.to_string();
    let SocketAddr::V4(own) = own else { return Err(std::io::Error::other("IPv4 only")) };
    let (count, at): (u32, Box<dyn Fn(u32) -> SocketAddrV4>) = match name.parse() {
        Ok(count) => (count, Box::new(server_of)),
        Err(_) => {
            *queries_of_split += 1;
            (SPLIT * (*queries_of_split).min(2), Box::new(move |_| own))
        }
    };
    let partition = |index: u32| PartitionConfiguration {
        pid: Gpid { app_id: APP_ID, partition_index: index as i32 },
        ballot: 3,
        max_replica_count: 3,
        primary: at(index).into(),
        secondaries: (1..3).map(|next| RpcAddress::from(at((index + next) % count))).collect(),
        ..PartitionConfiguration::default()
    };
    let partitions = (0..count).map(partition).collect();
    let err = ErrorCode::Ok;
    Ok(QueryCfgResponse { err, app_id: APP_ID, partition_count: count as i32, is_stateful: true, partitions })
}

/// An address of its own for each partition; nobody connects to it.
fn server_of(index: u32) -> SocketAddrV4 {
    let [_, a, b, c] = index.to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(10, a, b, c), 34801)
}
