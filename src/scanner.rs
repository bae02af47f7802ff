//! A running scan.

use std::rc::Rc;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::{Filter, ScanOptions, Scanner};
use tokio::sync::Mutex;
use tracing::Dispatch;

use crate::bridge::{Bridge, Completion};
use crate::client::run;
use crate::convert::{filter_type, owned, timeout};
use crate::rows::page_of_rows;
use crate::table::flag;

/// How a scan is done, as `lib/resolve.ts` made it of the options.
#[napi(object, object_to_js = false)]
pub struct NativeScanOptions {
    pub timeout_ms: i32,
    pub batch_size: i32,
    pub flags: u32,
    pub hash_key_filter_type: i32,
    pub hash_key_filter_pattern: Buffer,
    pub sort_key_filter_type: i32,
    pub sort_key_filter_pattern: Buffer,
}

impl NativeScanOptions {
    pub(crate) fn read(&self) -> Result<ScanOptions> {
        let defaults = ScanOptions::default();
        let filter = |number, pattern: &Buffer| -> Result<Filter> {
            Ok(Filter { filter_type: filter_type(number)?, pattern: owned(pattern) })
        };
        Ok(ScanOptions {
            timeout: timeout(self.timeout_ms).unwrap_or(defaults.timeout),
            batch_size: self.batch_size,
            start_inclusive: self.flags & flag::START_INCLUSIVE != 0,
            stop_inclusive: self.flags & flag::STOP_INCLUSIVE != 0,
            no_value: self.flags & flag::NO_VALUE != 0,
            hash_key_filter: filter(self.hash_key_filter_type, &self.hash_key_filter_pattern)?,
            sort_key_filter: filter(self.sort_key_filter_type, &self.sort_key_filter_pattern)?,
            return_expire_ts: self.flags & flag::RETURN_EXPIRE_TS != 0,
            read_ahead: true,
        })
    }
}

/// A scanner. Pages are asked for one at a time; the lock only makes that safe.
#[napi]
pub struct NativeScanner {
    bridge: Rc<Bridge>,
    scanner: Arc<Mutex<Scanner>>,
    with_expiry: bool,
    log: Option<Dispatch>,
}

impl NativeScanner {
    pub(crate) fn new(
        bridge: Rc<Bridge>,
        scanner: Scanner,
        with_expiry: bool,
        log: Option<Dispatch>,
    ) -> Self {
        Self { bridge, scanner: Arc::new(Mutex::new(scanner)), with_expiry, log }
    }
}

#[napi]
impl NativeScanner {
    /// Asks for the next rows.
    #[napi]
    pub fn next_page(&self, token: u32) -> Result<()> {
        let (scanner, with_expiry) = (Arc::clone(&self.scanner), self.with_expiry);
        run(&self.bridge, self.log.as_ref(), token, async move {
            match scanner.lock().await.next_page().await {
                Ok(Some(rows)) => page_of_rows(&rows, with_expiry),
                Ok(None) => Completion::Absent,
                Err(error) => error.into(),
            }
        })
    }

    /// Frees the server's context, after a page that is awaited.
    #[napi]
    pub fn close(&self) -> Result<()> {
        let scanner = Arc::clone(&self.scanner);
        self.bridge.run_silently(async move { scanner.lock().await.close() })
    }
}
