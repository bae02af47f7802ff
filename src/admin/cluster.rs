//! The servers of a cluster.

use napi::Result;
use napi_derive::napi;
use pegasus_client::admin::{Admin, NodeStatus};

use super::info::{NativeNodeInfo, unordered};
use crate::arguments::options::timeout;
use crate::client::native::NativeClient;
use crate::results::completions::extra;

#[napi]
impl NativeClient {
    /// `status` `ANY_STATUS`: all. Answer: Extra, an array of `NativeNodeInfo`.
    #[napi]
    pub fn list_nodes(&self, token: u32, status: i32, timeout_ms: i32) -> Result<()> {
        let (status, limit) = (NodeStatus::try_from(status).ok(), timeout(timeout_ms));
        let list = move |admin: Admin| async move { admin.list_nodes(status, limit).await };
        self.administer(token, list, |nodes| {
            extra(nodes.into_iter().map(NativeNodeInfo::from).collect::<Vec<_>>())
        })
    }

    /// Answer: Extra, an object from name to value, unordered.
    #[napi]
    pub fn cluster_info(&self, token: u32, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let info = move |admin: Admin| async move { admin.cluster_info(limit).await };
        self.administer(token, info, |info| extra(unordered(info)))
    }
}
