//! What the tests talk to a cluster with: a raw peer that speaks frames, and a cluster with a clock
//! that is moved by hand.

#![allow(dead_code)] // every test program uses its own part of this

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::frame::{ReplyFrame, RequestHeader, decode_reply, encode_request};
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc};
use pegasus_protocol::types::{ErrorCode, Gpid};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Far longer than any answer takes; what fails because of it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time at which test clusters start.
pub(crate) const START: u32 = 300_000_000;

/// The other end of a connection.
pub(crate) struct Peer {
    socket: TcpStream,
    buffer: BytesMut,
    next_id: i32,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, buffer: BytesMut::new(), next_id: 1 }
    }

    /// Sends bytes as they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    /// Sends bytes, unless the connection has ended.
    pub(crate) async fn send_or_end(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes).await;
    }

    /// Waits for the next answer.
    pub(crate) async fn answer(&mut self) -> ReplyFrame {
        self.answer_or_end().await.expect("the connection is still open")
    }

    /// Waits for the next answer, or the end of the connection.
    pub(crate) async fn answer_or_end(&mut self) -> Option<ReplyFrame> {
        loop {
            if let Some(reply) = decode_reply(&mut self.buffer, 1 << 30).unwrap() {
                return Some(reply);
            }
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.buffer))
                .await
                .expect("an answer or the end");
            match read {
                Ok(0) | Err(_) => return None, // an end with bytes left unread is a reset
                Ok(_) => {}
            }
        }
    }

    /// Says that nothing more will be sent, waits for the end, and counts the answers before it.
    pub(crate) async fn finish(mut self) -> usize {
        let _ = self.socket.shutdown().await; // the server may have been faster
        let mut answers = 0;
        while self.answer_or_end().await.is_some() {
            answers += 1;
        }
        answers
    }

    /// Asserts that the server closes the connection without another answer.
    pub(crate) async fn expect_end(&mut self) {
        let reply = self.answer_or_end().await;
        assert!(reply.is_none(), "{reply:?}");
        assert!(self.buffer.is_empty(), "{:?}", self.buffer);
    }

    /// Sends a request under an id.
    pub(crate) async fn send_request<R: Rpc>(
        &mut self,
        header: &RequestHeader,
        id: i32,
        request: &R::Request,
    ) {
        let mut out = BytesMut::new();
        encode_request::<R>(header, id, request, &mut out);
        self.send(&out).await;
    }

    /// Waits for the bytes of the next answer, whatever they say.
    pub(crate) async fn frame(&mut self) -> BytesMut {
        let length =
            |buffer: &[u8]| buffer.first_chunk::<4>().map(|length| u32::from_be_bytes(*length) as usize);
        while length(&self.buffer).is_none_or(|length| self.buffer.len() < length) {
            let read = timeout(PATIENCE, self.socket.read_buf(&mut self.buffer)).await;
            assert_ne!(read.expect("an answer").unwrap(), 0);
        }
        let length = length(&self.buffer).unwrap();
        self.buffer.split_to(length)
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn call<R: Rpc>(&mut self, header: &RequestHeader, request: &R::Request) -> ReplyFrame {
        let id = self.next_id;
        self.next_id += 1;
        let mut out = BytesMut::new();
        encode_request::<R>(header, id, request, &mut out);
        self.send(&out).await;
        let reply = self.answer().await;
        assert_eq!(reply.head.sequence_id, id);
        reply
    }

    /// Sends a request to a meta server, and gives the answer's body unless the connection ends.
    pub(crate) async fn try_ask<R: Rpc>(&mut self, request: &R::Request) -> Option<R::Response> {
        let mut out = BytesMut::new();
        encode_request::<R>(&meta_header(), 0, request, &mut out);
        self.send_or_end(&out).await;
        self.answer_or_end().await?.body::<R>().unwrap()
    }

    /// Sends a request that must be answered with ERR_OK, and gives the body.
    pub(crate) async fn ask<R: Rpc>(&mut self, header: &RequestHeader, request: &R::Request) -> R::Response {
        let reply = self.call::<R>(header, request).await;
        assert_eq!(reply.error, ErrorCode::Ok);
        reply.body::<R>().unwrap().expect("a body")
    }

    /// Sends a request that must be refused in the header, without a body.
    pub(crate) async fn refusal<R: Rpc>(
        &mut self,
        header: &RequestHeader,
        request: &R::Request,
    ) -> ErrorCode {
        let reply = self.call::<R>(header, request).await;
        assert!(reply.body::<R>().unwrap().is_none());
        reply.error
    }
}

/// A cluster with one table, and a clock moved by hand.
pub(crate) struct TestCluster {
    pub(crate) cluster: Cluster,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) table: QueryCfgResponse,
}

/// The name of the table of [`TestCluster`].
pub(crate) const TABLE: &str = "temp";

impl TestCluster {
    pub(crate) async fn start(partition_count: u32) -> Self {
        Self::start_with(partition_count, ClusterOptions::default()).await
    }

    pub(crate) async fn start_with(partition_count: u32, options: ClusterOptions) -> Self {
        let options = ClusterOptions { tables: vec![(TABLE.to_owned(), partition_count)], ..options };
        let clock = Arc::new(ManualClock::new(START));
        let cluster = Cluster::start_with_clock(options, clock.clone()).await.unwrap();
        let table = locate(&mut Peer::connect(cluster.meta_servers()[0]).await, TABLE).await;
        Self { cluster, clock, table }
    }

    pub(crate) fn gpid(&self, partition_index: i32) -> Gpid {
        Gpid { app_id: self.table.app_id, partition_index }
    }

    /// The header of a request to a partition.
    pub(crate) fn header(&self, partition_index: i32) -> RequestHeader {
        header(self.gpid(partition_index))
    }

    /// The header of a request for an encoded key.
    pub(crate) fn header_of(&self, key: &[u8]) -> RequestHeader {
        let hash = key::hash(key).unwrap();
        let index = key::partition_index(hash, self.table.partition_count as u32);
        RequestHeader { partition_hash: hash, ..self.header(index as i32) }
    }

    /// Where a partition's primary is.
    pub(crate) fn primary(&self, partition_index: i32) -> SocketAddr {
        let partition = &self.table.partitions[partition_index as usize];
        partition.primary.socket_addr().expect("a primary").into()
    }

    /// A connection to a partition's primary.
    pub(crate) async fn peer(&self, partition_index: i32) -> Peer {
        Peer::connect(self.primary(partition_index)).await
    }
}

/// Asks where a table is.
pub(crate) async fn locate(meta: &mut Peer, table: &str) -> QueryCfgResponse {
    let request = QueryCfgRequest { app_name: table.into(), partition_indices: Vec::new() };
    meta.ask::<rpc::QueryCfg>(&header(Gpid::default()), &request).await
}

pub(crate) fn header(gpid: Gpid) -> RequestHeader {
    RequestHeader { gpid, timeout_ms: 5000, ..RequestHeader::default() }
}

pub(crate) fn encoded(hash_key: &str, sort_key: &str) -> Bytes {
    key::encode(hash_key.as_bytes(), sort_key.as_bytes()).unwrap()
}

pub(crate) fn put_request(key: &Bytes, value: impl Into<Bytes>, expire_ts: u32) -> UpdateRequest {
    UpdateRequest { key: key.clone(), value: value.into(), expire_ts_seconds: expire_ts as i32 }
}

/// The header of a request to a meta server.
pub(crate) fn meta_header() -> RequestHeader {
    header(Gpid::default())
}

impl TestCluster {
    /// A connection to the meta server that leads.
    pub(crate) async fn meta(&self) -> Peer {
        Peer::connect(self.cluster.meta_servers()[0]).await
    }

    /// Sets settings of the table, which must work.
    pub(crate) async fn set_envs(&self, envs: &[(&str, &str)]) {
        let answer = self.meta().await.update_envs(&set_envs(TABLE, envs)).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::Ok, "".into()));
    }
}

impl Peer {
    /// Asks a meta server for a change of settings.
    pub(crate) async fn update_envs(&mut self, request: &UpdateAppEnvRequest) -> UpdateAppEnvResponse {
        self.ask::<rpc::UpdateAppEnv>(&meta_header(), request).await
    }

    /// Asks a meta server for a table.
    pub(crate) async fn create(&mut self, name: &str, options: CreateAppOptions) -> CreateAppResponse {
        let request = CreateAppRequest { app_name: name.into(), options };
        self.ask::<rpc::CreateApp>(&meta_header(), &request).await
    }

    /// Asks a meta server to drop a table.
    pub(crate) async fn drop_table(&mut self, name: &str, reserve_seconds: Option<i64>) -> ErrorCode {
        let options = DropAppOptions { success_if_not_exist: false, reserve_seconds };
        let request = DropAppRequest { app_name: name.into(), options };
        self.ask::<rpc::DropApp>(&meta_header(), &request).await.err
    }

    /// Asks a meta server to bring a table back.
    pub(crate) async fn recall(&mut self, app_id: i32, new_name: &str) -> RecallAppResponse {
        let request = RecallAppRequest { app_id, new_app_name: new_name.into() };
        self.ask::<rpc::RecallApp>(&meta_header(), &request).await
    }

    /// Asks a meta server for all tables in a state.
    pub(crate) async fn list(&mut self, status: AppStatus) -> Vec<AppInfo> {
        let request = ListAppsRequest { status: status.into(), ..ListAppsRequest::default() };
        let answer = self.ask::<rpc::ListApps>(&meta_header(), &request).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::Ok, None));
        answer.infos
    }

    /// Asks a meta server to split a table.
    pub(crate) async fn split(
        &mut self,
        name: &str,
        new_partition_count: i32,
    ) -> StartPartitionSplitResponse {
        let request = StartPartitionSplitRequest { app_name: name.into(), new_partition_count };
        self.ask::<rpc::StartPartitionSplit>(&meta_header(), &request).await
    }
}

/// The request that sets settings.
pub(crate) fn set_envs(table: &str, envs: &[(&str, &str)]) -> UpdateAppEnvRequest {
    UpdateAppEnvRequest {
        app_name: table.into(),
        op: AppEnvOperation::Set.into(),
        keys: Some(envs.iter().map(|(key, _)| (*key).into()).collect()),
        values: Some(envs.iter().map(|(_, value)| (*value).into()).collect()),
        clear_prefix: None,
    }
}

/// What clients ask for a table with.
pub(crate) fn options(partition_count: i32) -> CreateAppOptions {
    CreateAppOptions {
        partition_count,
        replica_count: 3,
        app_type: "pegasus".into(),
        is_stateful: true,
        ..CreateAppOptions::default()
    }
}

/// A scan of all that a partition has.
pub(crate) fn scan_of_all(batch_size: i32) -> GetScannerRequest {
    GetScannerRequest {
        start_key: Bytes::from_static(b"\0\0"),
        stop_key: Bytes::from_static(b"\xff\xff"),
        start_inclusive: true,
        batch_size,
        full_scan: Some(true),
        ..GetScannerRequest::default()
    }
}
