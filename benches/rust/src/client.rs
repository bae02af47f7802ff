//! The client in pure Rust, with the same works as every peer.
//!
//! The runtime is like that of the addon: one thread does everything.

use std::error::Error;
use std::rc::Rc;

use pegasus_benches::measure::measure;
use pegasus_benches::rows::{Rows, VALUE_LENGTH};
use pegasus_benches::talk::{Command, Work, obey};
use pegasus_client::{CallOptions, Client, ClientOptions, Table, TableOptions, WriteOptions};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

struct Opened {
    // Its connections live as long as it does.
    _client: Client,
    table: Table,
    rows: Rows,
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut opened = None;
    obey(|command| match command {
        Command::Open { meta_servers, table, hash_keys, sort_keys } => {
            let rows = Rows::new(hash_keys, sort_keys);
            opened = Some(Rc::new(runtime.block_on(open(&meta_servers, &table, rows))?));
            Ok(None)
        }
        Command::Run(run) => {
            let opened = Rc::clone(opened.as_ref().ok_or("no table is open")?);
            let once = async move || opened.once(run.work).await;
            LocalSet::new().block_on(&runtime, measure(&run, once)).map(Some)
        }
    })?;
    Ok(())
}

async fn open(meta_servers: &str, table: &str, rows: Rows) -> Result<Opened, String> {
    let text = |error: pegasus_client::Error| error.to_string();
    let client = Client::connect(ClientOptions::new(meta_servers.split(','))).await.map_err(text)?;
    let table = client.open_table(table, TableOptions::default()).await.map_err(text)?;
    Ok(Opened { _client: client, table, rows })
}

impl Opened {
    async fn once(&self, work: Work) -> Result<(), String> {
        let (hash_key, sort_key) = self.rows.any();
        match work {
            Work::Get => {
                let value = self.table.get(hash_key, sort_key, CallOptions::default()).await;
                let value = value.map_err(|error| error.to_string())?;
                match value.map(|value| value.len()) {
                    Some(VALUE_LENGTH) => Ok(()),
                    other => Err(format!("a value of {VALUE_LENGTH} bytes was loaded, not of {other:?}")),
                }
            }
            Work::Set => {
                let set = self.table.set(hash_key, sort_key, &self.rows.value, WriteOptions::default());
                set.await.map_err(|error| error.to_string())
            }
        }
    }
}
