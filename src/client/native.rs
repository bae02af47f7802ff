//! A connected client.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_client::{BackupDelay, BackupRequestOptions, Client, TableOptions};

use crate::arguments::options::timeout;
use crate::bridge::completion::Completion;
use crate::bridge::object::object;
use crate::rows::open_tables::{OpenTable, OpenTables};
use crate::start::Starter;
use crate::table::native::NativeTable;

/// `backup_delay_ms` of a delay that follows the measured latency of reads.
#[napi]
pub const AUTO_DELAY: i32 = 0;

/// A connected client. In administrative calls, `timeout_ms` `NOT_GIVEN` is the default of such calls.
#[napi]
pub struct NativeClient {
    pub(crate) starter: Starter,
    pub(crate) client: Client,
    tables: Arc<OpenTables>,
}

impl NativeClient {
    pub(super) fn new(starter: Starter, client: Client, tables: Arc<OpenTables>) -> Self {
        Self { starter, client, tables }
    }
}

#[napi]
impl NativeClient {
    /// Answer: Extra, a `NativeTable`. `timeout_ms` `NOT_GIVEN`: the client's timeout. `backup_delay_ms`
    /// `NOT_GIVEN`: no backup requests. `backup_max_share` `NOT_GIVEN`: the default.
    #[napi]
    pub fn open_table(
        &self,
        token: u32,
        name: String,
        timeout_ms: i32,
        backup_delay_ms: i32,
        backup_max_share: f64,
        backup_on_unreachable: bool,
    ) -> Result<()> {
        let backup_request = backup_request(backup_delay_ms, backup_max_share, backup_on_unreachable);
        let may_be_stale = backup_request.delay.is_some() || backup_request.on_unreachable;
        let options = TableOptions { timeout: timeout(timeout_ms), backup_request };
        let (client, tables) = (self.client.clone(), Arc::clone(&self.tables));
        let log = self.starter.log.clone();
        self.starter.run(token, async move {
            match client.open_table(&name, options).await {
                Ok(table) => object(move |bridge| {
                    let open = OpenTable { table, log: log.clone(), may_be_stale };
                    NativeTable::new(Starter { bridge, log }, tables, open)
                }),
                Err(error) => error.into(),
            }
        })
    }

    /// Answer: Done, when every operation in flight has its answer and every socket is closed.
    #[napi]
    pub fn close(&self, token: u32) -> Result<()> {
        let client = self.client.clone();
        self.starter.run(token, async move {
            client.close().await;
            Completion::Done
        })
    }
}

/// The options of hedged reads, from numbers as `open_table` describes them.
fn backup_request(delay_ms: i32, max_share: f64, on_unreachable: bool) -> BackupRequestOptions {
    let mut options = BackupRequestOptions { on_unreachable, ..BackupRequestOptions::default() };
    options.delay = timeout(delay_ms).map(|delay| match delay {
        _ if delay_ms == AUTO_DELAY => BackupDelay::Auto,
        delay => BackupDelay::After(delay),
    });
    if max_share >= 0.0 {
        options.max_share = max_share;
    }
    options
}
