//! The environment variables of tables.

use std::collections::{BTreeMap, HashMap};

use napi::Result;
use napi_derive::napi;
use pegasus_client::admin::Admin;

use super::info::unordered;
use crate::arguments::options::timeout;
use crate::client::native::NativeClient;
use crate::results::completions::{done, extra};

#[napi]
impl NativeClient {
    /// Answer: Extra, an object from name to value, unordered.
    #[napi]
    pub fn table_envs(&self, token: u32, name: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let envs = move |admin: Admin| async move { admin.table_envs(&name, limit).await };
        self.administer(token, envs, |envs| extra(unordered(envs)))
    }

    /// Answer: Done.
    #[napi]
    pub fn set_table_envs(
        &self,
        token: u32,
        name: String,
        envs: HashMap<String, String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let (envs, limit) = (envs.into_iter().collect::<BTreeMap<_, _>>(), timeout(timeout_ms));
        let set = move |admin: Admin| async move { admin.set_table_envs(&name, &envs, limit).await };
        self.administer(token, set, done)
    }

    /// Answer: Done.
    #[napi]
    pub fn delete_table_envs(
        &self,
        token: u32,
        name: String,
        keys: Vec<String>,
        timeout_ms: i32,
    ) -> Result<()> {
        let limit = timeout(timeout_ms);
        let delete = move |admin: Admin| async move { admin.delete_table_envs(&name, &keys, limit).await };
        self.administer(token, delete, done)
    }

    /// `prefix` empty: all settings. Answer: Done.
    #[napi]
    pub fn clear_table_envs(&self, token: u32, name: String, prefix: String, timeout_ms: i32) -> Result<()> {
        let limit = timeout(timeout_ms);
        let clear = move |admin: Admin| async move { admin.clear_table_envs(&name, &prefix, limit).await };
        self.administer(token, clear, done)
    }
}
