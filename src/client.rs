//! Attaching to an environment, connecting, opening tables.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{FnArgs, Function, ToNapiValue, Unknown};
use napi::{Env, JsValue, Result};
use napi_derive::napi;
use pegasus_client::{BackupDelay, BackupRequestOptions, Client, ClientOptions, TableOptions, WhenFull};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::bridge::{Bridge, Completion};
use crate::convert::{timeout, to_value};
use crate::log;
use crate::requests::{OpenTable, Requests, Tables};
use crate::table::NativeTable;

/// The crossing of one environment.
#[napi]
pub struct NativeBridge {
    pub(crate) bridge: Rc<Bridge>,
    tables: Arc<Tables>,
}

/// Says where results of this environment go. Called once for each copy of the library in it.
#[napi]
pub(crate) fn attach(env: Env, on_batch: Function<'_, FnArgs<(Unknown<'_>,)>, ()>) -> Result<NativeBridge> {
    Ok(NativeBridge { bridge: Bridge::attach(&env, on_batch.raw())?, tables: Arc::default() })
}

/// What `lib/resolve.ts` made of the options; negative numbers stand for "not given".
#[napi(object, object_to_js = false)]
pub struct NativeClientOptions {
    pub meta_servers: Vec<String>,
    pub timeout_ms: i32,
    pub connect_timeout_ms: i32,
    pub meta_timeout_ms: i32,
    pub session_reset_ms: i32,
    pub retry_max_attempts: i32,
    pub retry_base_delay_ms: i32,
    pub retry_max_delay_ms: i32,
    pub max_in_flight: i32,
    pub max_in_flight_bytes: f64,
    pub refuse_when_full: bool,
    pub log_id: u32,
    pub log_level: u32,
}

impl From<&NativeClientOptions> for ClientOptions {
    fn from(given: &NativeClientOptions) -> Self {
        let mut options = Self::new(given.meta_servers.iter().map(String::as_str));
        let set = |option: &mut Duration, given: i32| *option = timeout(given).unwrap_or(*option);
        set(&mut options.timeout, given.timeout_ms);
        set(&mut options.connect_timeout, given.connect_timeout_ms);
        set(&mut options.meta_timeout, given.meta_timeout_ms);
        set(&mut options.session_reset, given.session_reset_ms);
        set(&mut options.retry.base_delay, given.retry_base_delay_ms);
        set(&mut options.retry.max_delay, given.retry_max_delay_ms);
        options.retry.max_attempts = u32::try_from(given.retry_max_attempts).ok();
        if let Ok(operations) = usize::try_from(given.max_in_flight) {
            options.max_in_flight = operations;
        }
        if given.max_in_flight_bytes >= 0.0 {
            options.max_in_flight_bytes = given.max_in_flight_bytes as u64;
        }
        if given.refuse_when_full {
            options.when_full = WhenFull::Refuse;
        }
        options
    }
}

#[napi]
impl NativeBridge {
    /// Hands over the operations started since the last time, and those in `requests`; whether these are a
    /// whole burst.
    // Small ones are started on this thread, where a defect must not end the process.
    #[napi(catch_unwind)]
    pub fn flush(&self, requests: &[u8], length: u32, is_whole: bool) -> Result<()> {
        if length == 0 {
            self.bridge.flush();
            return Ok(());
        }
        let records = requests.get(..length as usize).unwrap_or(requests);
        let (requests, tables) = (Requests::copy(records)?, Arc::clone(&self.tables));
        let is_small = is_whole && requests.are_few() && self.bridge.is_flushed();
        self.bridge.start(requests.count, move |running| requests.start(&tables, running))?;
        if is_small {
            self.bridge.flush_small();
        } else {
            self.bridge.flush();
        }
        Ok(())
    }

    /// Asks for an operation to be given up.
    #[napi]
    pub fn cancel(&self, token: u32) {
        self.bridge.cancel(token);
    }

    /// Connects to a cluster.
    #[napi]
    pub fn connect(&self, token: u32, options: NativeClientOptions) -> Result<()> {
        let log = (options.log_id != 0)
            .then(|| log::dispatch(options.log_id, options.log_level, self.bridge.shared().clone()));
        let connecting = Client::connect(ClientOptions::from(&options));
        run(&self.bridge, log.as_ref(), token, {
            let (log, tables) = (log.clone(), Arc::clone(&self.tables));
            async move {
                match connecting.await {
                    Ok(client) => object(move |bridge| NativeClient { bridge, client, tables, log }),
                    Err(error) => error.into(),
                }
            }
        })
    }
}

/// A connected client.
#[napi]
pub struct NativeClient {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) client: Client,
    tables: Arc<Tables>,
    pub(crate) log: Option<Dispatch>,
}

#[napi]
impl NativeClient {
    /// Opens a table.
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
        let (client, tables, log) = (self.client.clone(), Arc::clone(&self.tables), self.log.clone());
        run(&self.bridge, self.log.as_ref(), token, async move {
            match client.open_table(&name, options).await {
                Ok(table) => {
                    let open = OpenTable { table, log, may_be_stale };
                    object(move |bridge| NativeTable::new(bridge, tables, open))
                }
                Err(error) => error.into(),
            }
        })
    }

    /// Closes it when what runs has ended.
    #[napi]
    pub fn close(&self, token: u32) -> Result<()> {
        let client = self.client.clone();
        run(&self.bridge, self.log.as_ref(), token, async move {
            client.close().await;
            Completion::Done
        })
    }
}

/// Numbers as `lib/native.ts` describes them.
fn backup_request(delay_ms: i32, max_share: f64, on_unreachable: bool) -> BackupRequestOptions {
    let mut options = BackupRequestOptions { on_unreachable, ..BackupRequestOptions::default() };
    options.delay = timeout(delay_ms).map(|delay| match delay {
        Duration::ZERO => BackupDelay::Auto,
        delay => BackupDelay::After(delay),
    });
    if max_share >= 0.0 {
        options.max_share = max_share;
    }
    options
}

/// Starts an operation of a client, whose log it writes to.
pub(crate) fn run<F>(bridge: &Bridge, log: Option<&Dispatch>, token: u32, operation: F) -> Result<()>
where
    F: Future<Output = Completion> + Send + 'static,
{
    match log {
        None => bridge.run(token, operation),
        Some(log) => bridge.run(token, operation.with_subscriber(log.clone())),
    }
}

/// A native object, made on the JavaScript thread.
pub(crate) fn object<T>(make: impl FnOnce(Rc<Bridge>) -> T + Send + 'static) -> Completion
where
    T: ToNapiValue + 'static,
{
    Completion::Object(Box::new(move |env, bridge| to_value(env, make(bridge))))
}
