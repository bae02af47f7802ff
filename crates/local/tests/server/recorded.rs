//! Sends the requests to meta servers that were recorded with a real cluster. The answers must be
//! the same, except for ids, times and addresses of that cluster.
//!
//! The recordings are not in this repository but beside it. Without them the test says so and
//! passes; if `CI` is set, it fails.

use std::collections::HashMap;

use bytes::BytesMut;
use pegasus_local::ClusterOptions;
use pegasus_protocol::frame::{ReplyFrame, decode_reply};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, Rpc};
use serde_json::Value;

use crate::support::{Peer, TestCluster};

/// The id of the first table that the recording created. Here it is the second table.
const FIRST_RECORDED: i32 = 27;

struct Frame {
    name: String,
    rpc: String,
    request: Vec<u8>,
    response: Vec<u8>,
}

fn recorded() -> Option<Vec<Frame>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/frames.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        assert!(std::env::var_os("CI").is_none(), "the recordings are missing: {path}");
        return None;
    };
    let hex = |value: &Value| {
        let digits = value.as_str().unwrap().as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    let read = |line| {
        let frame: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| frame[field].as_str().unwrap().to_owned();
        let (request, response) = (hex(&frame["request"]), hex(&frame["response"]));
        Frame { name: text("name"), rpc: text("rpc"), request, response }
    };
    Some(text.lines().map(read).collect())
}

/// Makes the description of a table comparable: of a time, only whether it is set remains.
fn plain(info: &mut AppInfo) {
    if info.app_id >= FIRST_RECORDED {
        info.app_id -= FIRST_RECORDED - 2;
    }
    for time in [&mut info.create_second, &mut info.drop_second, &mut info.expire_second] {
        *time = (*time).signum();
    }
}

/// Compares two answers after `plain` has made them comparable.
fn compare<R: Rpc>(name: &str, recorded: &[u8], answered: &ReplyFrame, plain: impl Fn(&mut R::Response))
where
    R::Response: std::fmt::Debug + PartialEq,
{
    let mut recorded = decode_reply(&mut BytesMut::from(recorded), 1 << 20).unwrap().unwrap();
    assert_eq!((&answered.error, &answered.head.name), (&recorded.error, &recorded.head.name), "{name}");
    let body = |frame: &ReplyFrame| {
        let mut body = frame.body::<R>().unwrap().expect("a body");
        plain(&mut body);
        body
    };
    assert_eq!(body(answered), body(&mut recorded), "{name}");
}

fn compare_any(frame: &Frame, answered: &ReplyFrame) {
    let (name, recorded) = (frame.name.as_str(), frame.response.as_slice());
    match frame.rpc.as_str() {
        "RPC_CM_CREATE_APP" => compare::<rpc::CreateApp>(name, recorded, answered, |body| {
            if body.appid >= FIRST_RECORDED {
                body.appid -= FIRST_RECORDED - 2;
            }
        }),
        "RPC_CM_DROP_APP" => compare::<rpc::DropApp>(name, recorded, answered, |_| {}),
        "RPC_CM_RECALL_APP" => {
            compare::<rpc::RecallApp>(name, recorded, answered, |body| plain(&mut body.info));
        }
        "RPC_CM_UPDATE_APP_ENV" => compare::<rpc::UpdateAppEnv>(name, recorded, answered, |_| {}),
        "RPC_CM_LIST_APPS" => compare::<rpc::ListApps>(name, recorded, answered, |body| {
            body.infos.retain(|info| info.app_name == "golden_a" || info.app_name == "golden_c");
            body.infos.iter_mut().for_each(plain);
        }),
        "RPC_CM_LIST_NODES" => compare::<rpc::ListNodes>(name, recorded, answered, |body| {
            for info in &mut body.infos {
                assert_eq!(info.node.socket_addr().unwrap().port(), info.hp_node.as_ref().unwrap().port);
                info.node = Default::default();
                info.hp_node = info.hp_node.take().map(|host| HostPortOf(host).without_port());
            }
        }),
        "RPC_CM_CLUSTER_INFO" => compare::<rpc::ClusterInfo>(name, recorded, answered, |body| {
            assert_eq!(body.keys.len(), body.values.len());
            let level = body.keys.iter().position(|key| key == "meta_function_level").unwrap();
            body.values = vec![body.values[level].clone()];
        }),
        "RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX" => {
            compare::<rpc::QueryCfg>(name, recorded, answered, |body| body.partitions.clear());
        }
        other => panic!("{other} is not compared"),
    }
}

struct HostPortOf(pegasus_protocol::types::HostPort);

impl HostPortOf {
    fn without_port(self) -> pegasus_protocol::types::HostPort {
        pegasus_protocol::types::HostPort::new(self.0.host, 1)
    }
}

#[tokio::test]
async fn meta_servers_answer_as_those_of_a_real_cluster() {
    let Some(frames) = recorded() else { return };
    let options = ClusterOptions { meta_servers: 2, host_ports: true, ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(8, options).await;
    let metas = cluster.cluster.meta_servers();
    let mut peers = HashMap::new();
    let mut compared = 0;
    for frame in frames.iter().filter(|frame| frame.rpc.starts_with("RPC_CM_")) {
        let meta = usize::from(frame.name.ends_with("at a follower"));
        if let std::collections::hash_map::Entry::Vacant(place) = peers.entry(meta) {
            place.insert(Peer::connect(metas[meta]).await);
        }
        let peer = peers.get_mut(&meta).unwrap();
        peer.send(&frame.request).await;
        compare_any(frame, &peer.answer().await);
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
    cluster.cluster.stop().await.unwrap();
}
