//! Creating, dropping, recalling, listing and splitting tables.

use std::collections::HashMap;
use std::time::Duration;

use napi::Result;
use napi_derive::napi;
use pegasus_client::admin::{Admin, CreateTableOptions, TableStatus};

use super::info::{NativeTableInfo, NativeTableLayout};
use crate::arguments::options::timeout;
use crate::bridge::completion::Completion;
use crate::client::native::NativeClient;
use crate::results::completions::{done, extra};

#[napi]
impl NativeClient {
    /// Answer: Number, the table's id.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn create_table(
        &self,
        token: u32,
        name: String,
        partition_count: u32,
        replica_count: u32,
        envs: HashMap<String, String>,
        success_if_exists: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let options = CreateTableOptions {
            partition_count,
            replica_count,
            envs: envs.into_iter().collect(),
            success_if_exists,
            timeout: timeout(timeout_ms),
        };
        let create = move |admin: Admin| async move { admin.create_table(&name, &options).await };
        self.administer(token, create, |app_id| Completion::Number(app_id.into()))
    }

    /// `reserve_seconds` `NOT_GIVEN`: the cluster's own setting. Answer: Done.
    #[napi]
    pub fn drop_table(
        &self,
        token: u32,
        name: String,
        reserve_seconds: i64,
        success_if_not_exists: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let reserve = u64::try_from(reserve_seconds).ok().map(Duration::from_secs);
        let limit = timeout(timeout_ms);
        let drop = move |admin: Admin| async move {
            admin.drop_table(&name, reserve, success_if_not_exists, limit).await
        };
        self.administer(token, drop, done)
    }

    /// `new_name` null: the old name. Answer: Extra, a `NativeTableInfo`.
    #[napi]
    pub fn recall_table(
        &self,
        token: u32,
        app_id: i32,
        new_name: Option<String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let recall =
            move |admin: Admin| async move { admin.recall_table(app_id, new_name.as_deref(), limit).await };
        self.administer(token, recall, |table| extra(NativeTableInfo::from(table)))
    }

    /// `status` `ANY_STATUS`: all. Answer: Extra, an array of `NativeTableInfo`.
    #[napi]
    pub fn list_tables(&self, token: u32, status: i32, timeout_ms: i32) -> Result<()> {
        let (status, limit) = (TableStatus::try_from(status).ok(), timeout(timeout_ms));
        let list = move |admin: Admin| async move { admin.list_tables(status, limit).await };
        self.administer(token, list, |tables| {
            extra(tables.into_iter().map(NativeTableInfo::from).collect::<Vec<_>>())
        })
    }

    /// Answer: Extra, a `NativeTableLayout`.
    #[napi]
    pub fn table_layout(&self, token: u32, name: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let layout = move |admin: Admin| async move { admin.table_layout(&name, limit).await };
        self.administer(token, layout, |layout| extra(NativeTableLayout::from(layout)))
    }

    /// Answer: Done, when the split has begun.
    #[napi]
    pub fn start_partition_split(
        &self,
        token: u32,
        name: String,
        new_partition_count: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let split = move |admin: Admin| async move {
            admin.start_partition_split(&name, new_partition_count, limit).await
        };
        self.administer(token, split, done)
    }
}
