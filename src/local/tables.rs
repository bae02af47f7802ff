//! Tables of a local cluster.

use std::fmt::Display;

use napi::Result;
use napi_derive::napi;

use super::cluster::NativeLocalCluster;
use crate::bridge::completion::Completion;
use crate::failure::Failure;

#[napi]
impl NativeLocalCluster {
    #[napi]
    pub fn create_table(&self, token: u32, name: String, partition_count: u32) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.create_table(&name, partition_count).await {
                Ok(_) => Ok(Completion::Done),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }

    #[napi]
    pub fn drop_table(&self, token: u32, name: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.drop_table(&name).await {
                Ok(()) => Ok(Completion::Done),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }

    /// Answer: Number, the table's new partition count.
    #[napi]
    pub fn split_table(&self, token: u32, name: String) -> Result<()> {
        self.with(token, move |cluster| async move {
            match cluster.split_table(&name).await {
                Ok(partition_count) => Ok(Completion::Number(partition_count.into())),
                Err(error) => Err(failed(error.code(), &error)),
            }
        })
    }
}

fn failed(code: &str, error: &dyn Display) -> Box<Failure> {
    Box::new(Failure::new(code, error.to_string()))
}
