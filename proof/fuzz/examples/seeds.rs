//! Writes the first inputs of the fuzzer, one folder for each target: valid frames of every RPC.
//!
//! `cargo run --example seeds -- <corpus folder>`

use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use pegasus_fuzz::{Visit, envelope, visit_all};
use pegasus_protocol::frame::{RequestHeader, encode_error, encode_reply, encode_request};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::thrift::{Reader, Text, Wire};
use pegasus_protocol::types::{ErrorCode, Gpid, HostPort, RpcAddress};

struct Seeds {
    corpus: PathBuf,
    written: io::Result<()>,
}

impl Seeds {
    fn put(&mut self, target: &str, name: &str, bytes: &[u8]) {
        let folder = self.corpus.join(target);
        let write = || {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(name), bytes)
        };
        if self.written.is_ok() {
            self.written = write();
        }
    }

    fn request<R: Rpc>(&mut self, name: &str, value: &R::Request) {
        let gpid = Gpid { app_id: 1, partition_index: 3 };
        for is_backup in [false, true] {
            let header = RequestHeader { gpid, timeout_ms: 1000, partition_hash: 7, is_backup };
            let name = format!("{name}-{}", if is_backup { "v1" } else { "v0" });
            let mut frame = BytesMut::new();
            encode_request::<R>(&header, 5, value, &mut frame);
            self.put("requests", &name, &frame);

            let mut parts = vec![position::<R>(), u8::from(is_backup)];
            for number in [gpid.app_id, gpid.partition_index, header.timeout_ms, 5] {
                parts.extend_from_slice(&number.to_le_bytes());
            }
            parts.extend_from_slice(&header.partition_hash.to_le_bytes());
            parts.extend_from_slice(&envelope(1, value));
            self.put("request_values", &name, &parts);
        }
    }

    fn reply<R: Rpc>(&mut self, name: &str, value: &R::Response) {
        let mut frame = BytesMut::new();
        encode_reply::<R>(&ErrorCode::Ok, 5, value, &mut frame);
        encode_error(&ErrorCode::Busy, R::CODE.name().as_bytes(), 6, &mut frame);
        self.put("replies", name, &frame);
        let parts = [&[position::<R>(), 0][..], &envelope(0, value)[..]].concat();
        self.put("reply_values", name, &parts);
    }
}

/// The byte that chooses the RPC.
fn position<R: Rpc>() -> u8 {
    RpcCode::ALL.iter().take_while(|code| **code != R::CODE).count() as u8
}

/// Empty values: a struct without fields, an empty blob, the number 0.
fn empty<T: Wire>() -> T {
    T::read(&mut Reader::new(Bytes::from_static(&[0; 8]))).expect("zeros are a value of every type")
}

impl Visit for Seeds {
    fn visit<R: Rpc<Request: Debug + PartialEq, Response: Debug + PartialEq>>(&mut self) {
        let name = format!("{:?}", R::CODE);
        self.request::<R>(&name, &empty());
        self.reply::<R>(&name, &empty());
    }
}

/// Full values: every list, map and optional field has content.
fn full(seeds: &mut Seeds) {
    let blob = || Bytes::from_static(b"blob");
    let text = || Text::from("text");
    let address = RpcAddress::from(std::net::SocketAddrV4::new([127, 0, 0, 1].into(), 34801));
    let host = HostPort::new("localhost", 34801);
    let row = KeyValue { key: blob(), value: blob(), expire_ts_seconds: Some(1) };
    let rows = || vec![row.clone(), row.clone()];
    let full_key = || FullKey { hash_key: blob(), sort_key: blob() };
    let full_data = || FullData { hash_key: blob(), sort_key: blob(), value: blob() };

    seeds.request::<rpc::Get>("full-Get", &Bytes::from_static(b"\0\x01hs"));
    seeds.request::<rpc::MultiGet>(
        "full-MultiGet",
        &MultiGetRequest { sort_keys: vec![blob(), blob()], ..empty() },
    );
    seeds.request::<rpc::MultiPut>("full-MultiPut", &MultiPutRequest { kvs: rows(), ..empty() });
    seeds.request::<rpc::MultiRemove>(
        "full-MultiRemove",
        &MultiRemoveRequest { sort_keys: vec![blob()], ..empty() },
    );
    seeds.request::<rpc::BatchGet>("full-BatchGet", &BatchGetRequest { keys: vec![full_key(), full_key()] });
    let mutate = Mutate { operation: 1, sort_key: blob(), value: blob(), set_expire_ts_seconds: 1 };
    let check_and_mutate = CheckAndMutateRequest { mutate_list: vec![mutate], ..empty() };
    seeds.request::<rpc::CheckAndMutate>("full-CheckAndMutate", &check_and_mutate);
    let yes = Some(true);
    seeds.request::<rpc::GetScanner>(
        "full-GetScanner",
        &GetScannerRequest {
            start_key: blob(),
            validate_partition_hash: yes,
            return_expire_ts: yes,
            full_scan: yes,
            only_return_count: yes,
            ..empty()
        },
    );
    seeds.request::<rpc::QueryCfg>(
        "full-QueryCfg",
        &QueryCfgRequest { app_name: text(), partition_indices: vec![0, 1] },
    );
    let envs = || [(text(), text()), (Text::from("other"), text())].into();
    let options = CreateAppOptions { envs: envs(), atomic_idempotent: yes, ..empty() };
    seeds.request::<rpc::CreateApp>("full-CreateApp", &CreateAppRequest { app_name: text(), options });
    let options = DropAppOptions { success_if_not_exist: true, reserve_seconds: Some(1) };
    seeds.request::<rpc::DropApp>("full-DropApp", &DropAppRequest { app_name: text(), options });
    seeds.request::<rpc::ListApps>(
        "full-ListApps",
        &ListAppsRequest { status: 1, app_name_pattern: Some(text()), match_type: Some(1) },
    );
    seeds.request::<rpc::UpdateAppEnv>(
        "full-UpdateAppEnv",
        &UpdateAppEnvRequest {
            keys: Some(vec![text()]),
            values: Some(vec![text()]),
            clear_prefix: Some(text()),
            ..empty()
        },
    );

    seeds.reply::<rpc::Get>("full-Get", &ReadResponse { value: blob(), server: text(), ..empty() });
    seeds.reply::<rpc::MultiGet>("full-MultiGet", &MultiGetResponse { kvs: rows(), ..empty() });
    seeds.reply::<rpc::BatchGet>("full-BatchGet", &BatchGetResponse { data: vec![full_data()], ..empty() });
    seeds.reply::<rpc::Scan>("full-Scan", &ScanResponse { kvs: rows(), kv_count: Some(2), ..empty() });
    let partition = PartitionConfiguration {
        pid: Gpid { app_id: 1, partition_index: 0 },
        ballot: 3,
        primary: address,
        secondaries: vec![address, RpcAddress::NONE],
        last_drops: vec![address],
        hp_primary: Some(host.clone()),
        hp_secondaries: Some(vec![host.clone(), HostPort::NONE]),
        hp_last_drops: Some(vec![host.clone()]),
        ..empty()
    };
    let partitions = vec![partition.clone(), partition];
    let query_cfg =
        QueryCfgResponse { err: ErrorCode::Ok, app_id: 1, partition_count: 2, is_stateful: true, partitions };
    seeds.reply::<rpc::QueryCfg>("full-QueryCfg", &query_cfg);
    let info = AppInfo {
        app_name: text(),
        envs: envs(),
        duplicating: yes,
        is_bulk_loading: yes,
        atomic_idempotent: yes,
        ..empty()
    };
    let list_apps =
        ListAppsResponse { err: ErrorCode::Ok, infos: vec![info.clone(), info], hint_message: Some(text()) };
    seeds.reply::<rpc::ListApps>("full-ListApps", &list_apps);
    let node = NodeInfo { status: 1, node: address, hp_node: Some(host) };
    seeds.reply::<rpc::ListNodes>(
        "full-ListNodes",
        &ListNodesResponse { err: ErrorCode::Ok, infos: vec![node] },
    );
    let cluster_info = ClusterInfoResponse { err: ErrorCode::Ok, keys: vec![text()], values: vec![text()] };
    seeds.reply::<rpc::ClusterInfo>("full-ClusterInfo", &cluster_info);
}

fn main() -> io::Result<()> {
    let corpus = std::env::args_os().nth(1).unwrap_or_else(|| "corpus".into());
    let mut seeds = Seeds { corpus: Path::new(&corpus).to_owned(), written: Ok(()) };
    visit_all(&mut seeds);
    full(&mut seeds);
    for (name, key) in [("short", &b"\0\x01hs"[..]), ("ones", &[0xff; 64]), ("zeros", &[0; 64])] {
        seeds.put("keys", name, key);
    }
    seeds.written
}
