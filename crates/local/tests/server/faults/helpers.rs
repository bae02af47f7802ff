//! Helpers for the tests of fault rules.

use bytes::Bytes;
use pegasus_local::{AddedFault, Fault, Reaction};
use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self};

use crate::support::{TestCluster, encoded, put_request};

impl TestCluster {
    pub(super) fn add(&self, rpc: &str, reaction: Reaction) -> AddedFault {
        self.cluster.add_fault(Fault { rpc: Some(rpc.to_owned()), ..Fault::new(reaction) }).unwrap()
    }

    pub(super) async fn value(&self) -> Bytes {
        self.peer(0).await.ask::<rpc::Get>(&self.header(0), &key()).await.value
    }
}

pub(super) fn key() -> Bytes {
    encoded("h", "s")
}

pub(super) fn put(value: &'static str) -> UpdateRequest {
    put_request(&key(), value, 0)
}

pub(super) fn error(name: &str, carried_out: bool) -> Reaction {
    Reaction::Answer { error: name.to_owned(), carried_out }
}
