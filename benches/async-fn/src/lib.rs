//! The same Rust client, called in the usual way: each call is an `async fn`. napi runs each as a task of its own
//! runtime, and visits the JavaScript thread once for each promise.
//!
//! It exists only for comparison: the difference is the gain of crossing in batches.

use napi::bindgen_prelude::{Buffer, Error, Result};
use napi_derive::napi;
use pegasus_client::{CallOptions, Client, ClientOptions, Table, TableOptions, WriteOptions};

/// An open table with its client.
#[napi]
pub struct AsyncFnTable {
    client: Client,
    table: Table,
}

/// Connects and opens a table.
#[napi]
pub async fn open_table(meta_servers: String, name: String) -> Result<AsyncFnTable> {
    let client = Client::connect(ClientOptions::new(meta_servers.split(','))).await.map_err(reason)?;
    let table = client.open_table(&name, TableOptions::default()).await.map_err(reason)?;
    Ok(AsyncFnTable { client, table })
}

#[napi]
impl AsyncFnTable {
    /// Reads a row.
    #[napi]
    pub async fn get(&self, hash_key: Buffer, sort_key: Buffer) -> Result<Option<Buffer>> {
        let value = self.table.get(&hash_key, &sort_key, CallOptions::default()).await.map_err(reason)?;
        Ok(value.map(|value| Buffer::from(Vec::from(value))))
    }

    /// Sets a row.
    #[napi]
    pub async fn set(&self, hash_key: Buffer, sort_key: Buffer, value: Buffer) -> Result<()> {
        let set = self.table.set(&hash_key, &sort_key, &value, WriteOptions::default());
        set.await.map_err(reason)
    }

    /// Closes the client.
    #[napi]
    pub async fn close(&self) {
        self.client.close().await;
    }
}

fn reason(error: pegasus_client::Error) -> Error {
    Error::from_reason(error.to_string())
}
