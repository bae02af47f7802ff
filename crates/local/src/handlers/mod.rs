//! What servers do for each RPC, one file an operation: the request in, the answer's fields out.
//!
//! Handlers know neither frames nor the storage engine: [`crate::dispatch`] has decided that the
//! request may be here, [`crate::store::ops`] does the work.

mod batch_get;
mod busy;
mod check;
mod cluster_info;
mod create_app;
mod drop_app;
mod get;
mod incr;
mod list_apps;
mod list_nodes;
mod multi_get;
mod multi_put;
mod multi_remove;
mod negotiate;
mod put;
mod query_cfg;
mod recall_app;
mod refusal;
mod remove;
mod scanner;
mod sortkey_count;
mod start_partition_split;
mod ttl;
mod update_app_env;

use pegasus_protocol::DecodeError;
use pegasus_protocol::idl::UpdateResponse;
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, Rpc, RpcCode};
use pegasus_protocol::status::Status;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::{ErrorCode, Gpid};

pub(crate) use self::busy::busy;
use self::refusal::Refusal;
pub(crate) use self::refusal::refuse;
use crate::disk_failure::DiskFailure;
use crate::dispatch::{Answer, Exchange};
use crate::scan_sessions::ScanSessions;
use crate::state::ClusterState;
use crate::store::ops::Written;
use crate::store::{Owner, PartitionRows, StoreError};
use crate::topology::Topology;

/// A request to a partition.
pub(crate) struct DataCall<'a> {
    /// Its rows.
    pub(crate) partition: PartitionRows<'a>,
    /// Its number.
    pub(crate) gpid: Gpid,
    /// Which keys are its own, where the table tells them from others.
    pub(crate) owner: Option<Owner>,
    /// The hash that the client says it chose the partition by.
    pub(crate) partition_hash: u64,
    /// The name of the server that answers.
    pub(crate) server: &'a Text,
    /// The open scans of that server.
    pub(crate) scans: &'a ScanSessions,
    /// Whether the disk still takes writes.
    pub(crate) disk_failure: &'a DiskFailure,
    /// The time.
    pub(crate) now: u32,
}

/// A request to a meta server.
pub(crate) struct MetaCall<'a> {
    /// The cluster as it is now.
    pub(crate) topology: &'a Topology,
    /// The name that stands for the servers' address, where answers shall carry one.
    pub(crate) host_name: Option<&'a Text>,
    /// Which meta server is asked.
    pub(crate) index: usize,
}

/// Answers a request to a partition.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of data RPCs come here
pub(crate) fn data(
    code: RpcCode,
    call: &DataCall<'_>,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::Get => exchange.answer::<rpc::Get>(|request| get::get(call, request)),
        RpcCode::Put => exchange.answer::<rpc::Put>(|request| put::put(call, request)),
        RpcCode::Remove => exchange.answer::<rpc::Remove>(|request| remove::remove(call, request)),
        RpcCode::Ttl => exchange.answer::<rpc::Ttl>(|request| ttl::ttl(call, request)),
        RpcCode::MultiGet => exchange.answer::<rpc::MultiGet>(|request| multi_get::multi_get(call, request)),
        RpcCode::MultiPut => exchange.answer::<rpc::MultiPut>(|request| multi_put::multi_put(call, request)),
        RpcCode::MultiRemove => {
            exchange.answer::<rpc::MultiRemove>(|request| multi_remove::multi_remove(call, request))
        }
        RpcCode::SortkeyCount => {
            exchange.answer::<rpc::SortkeyCount>(|request| sortkey_count::sortkey_count(call, request))
        }
        RpcCode::BatchGet => exchange.answer::<rpc::BatchGet>(|request| batch_get::batch_get(call, request)),
        RpcCode::Incr => exchange.answer::<rpc::Incr>(|request| incr::incr(call, request)),
        RpcCode::CheckAndSet => {
            exchange.answer::<rpc::CheckAndSet>(|request| check::check_and_set(call, request))
        }
        RpcCode::CheckAndMutate => {
            exchange.answer::<rpc::CheckAndMutate>(|request| check::check_and_mutate(call, request))
        }
        RpcCode::GetScanner => {
            exchange.answer::<rpc::GetScanner>(|request| scanner::get_scanner(call, request))
        }
        RpcCode::Scan => exchange.answer::<rpc::Scan>(|request| scanner::scan(call, request)),
        RpcCode::ClearScanner => {
            scanner::clear_scanner(call, exchange.frame.arguments()?);
            Ok(Answer::Silence)
        }
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}

/// Answers a request to a meta server.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of meta RPCs come here
pub(crate) fn meta(
    code: RpcCode,
    call: &MetaCall<'_>,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::QueryCfg => exchange.answer::<rpc::QueryCfg>(|request| query_cfg::query_cfg(call, request)),
        RpcCode::ListApps => call.show::<rpc::ListApps>(exchange, list_apps::list_apps),
        RpcCode::ListNodes => call.show::<rpc::ListNodes>(exchange, list_nodes::list_nodes),
        RpcCode::ClusterInfo => call.show::<rpc::ClusterInfo>(exchange, cluster_info::cluster_info),
        RpcCode::CreateApp => call.change::<rpc::CreateApp>(exchange, create_app::create_app),
        RpcCode::DropApp => call.change::<rpc::DropApp>(exchange, drop_app::drop_app),
        RpcCode::RecallApp if !recall_app::may_be(call.topology, &exchange.frame.arguments()?) => {
            exchange.answer::<rpc::RecallApp>(|_| Refusal::refused(ErrorCode::AppNotExist))
        }
        RpcCode::RecallApp => call.change::<rpc::RecallApp>(exchange, recall_app::recall_app),
        RpcCode::UpdateAppEnv => call.change::<rpc::UpdateAppEnv>(exchange, update_app_env::update_app_env),
        RpcCode::StartPartitionSplit => {
            call.change::<rpc::StartPartitionSplit>(exchange, start_partition_split::start_partition_split)
        }
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}

/// Answers a request that any server takes.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of such RPCs come here
pub(crate) fn node(code: RpcCode, mut exchange: Exchange<'_>) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::Negotiation => exchange.answer::<rpc::Negotiation>(negotiate::negotiate),
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}

impl MetaCall<'_> {
    /// Lets `handle` answer what shows the cluster, if this is the server to ask.
    fn show<R: Rpc<Response: Refusal>>(
        &self,
        mut exchange: Exchange<'_>,
        handle: fn(&MetaCall<'_>, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        exchange.answer::<R>(|request| {
            if self.is_leader() {
                handle(self, request)
            } else {
                Refusal::refused(ErrorCode::ForwardToOthers)
            }
        })
    }

    /// Lets `handle` make a change, if this is the server to ask, beside whatever else the
    /// connection has to do.
    fn change<R: Rpc<Request: 'static, Response: Refusal>>(
        &self,
        mut exchange: Exchange<'_>,
        handle: fn(&ClusterState, &R::Request) -> R::Response,
    ) -> Result<Answer, DecodeError> {
        if self.is_leader() {
            exchange.answer_change::<R>(handle)
        } else {
            exchange.answer::<R>(|_| Refusal::refused(ErrorCode::ForwardToOthers))
        }
    }

    fn is_leader(&self) -> bool {
        self.index == self.topology.leader
    }
}

impl DataCall<'_> {
    /// Whether a key has no room for the length of its hash key. The servers abort on those.
    fn is_cut(&self, encoded_key: &[u8]) -> bool {
        encoded_key.len() < 2
    }

    /// Whether the header's hash is not the key's. The servers abort on that in put and remove;
    /// 0 says nothing.
    fn is_misrouted(&self, encoded_key: &[u8]) -> bool {
        self.partition_hash != 0 && key::hash(encoded_key) != Ok(self.partition_hash)
    }

    /// What an answer says of a failure of the storage, which is logged.
    fn failed(&self, error: &StoreError) -> Status {
        tracing::error!(partition = %self.gpid, server = %self.server, %error, "the storage failed");
        error.status()
    }

    /// What an answer says of a write.
    fn written(&self, written: Result<Written, StoreError>) -> Written {
        written.unwrap_or_else(|error| {
            self.disk_failure.note_write(&error);
            Written { status: self.failed(&error), decree: 0 }
        })
    }

    /// The answer to a plain write.
    fn updated(&self, written: Result<Written, StoreError>) -> UpdateResponse {
        let written = self.written(written);
        UpdateResponse {
            error: written.status.code(),
            app_id: self.gpid.app_id,
            partition_index: self.gpid.partition_index,
            decree: written.decree,
            server: self.server.clone(),
        }
    }

    /// What an answer says of a read: its code and what was found, which is nothing if it failed.
    fn found<T: Default>(&self, found: Result<(Status, T), StoreError>) -> (i32, T) {
        let (status, value) = found.unwrap_or_else(|error| (self.failed(&error), T::default()));
        (status.code(), value)
    }
}
