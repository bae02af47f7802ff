//! A running scan.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::{Error, Filter, ScanOptions, Scanner};
use tokio::sync::Mutex;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

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
    pub(crate) fn read(&self) -> napi::Result<ScanOptions> {
        let defaults = ScanOptions::default();
        let filter = |number, pattern: &Buffer| -> napi::Result<Filter> {
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

/// Pages are prepared ahead from this one on: what reads less of a scan wants no more of it.
const AHEAD_AFTER: u32 = 2;

/// A scan, and the page after the one that JavaScript has.
struct Pages {
    scanner: Scanner,
    with_expiry: bool,
    given: u32,
    ready: Option<Completion>,
}

impl Pages {
    async fn next(&mut self) -> Result<Completion, Error> {
        let page = match self.ready.take() {
            Some(page) => page,
            None => self.fetch().await?,
        };
        self.given += 1;
        Ok(page)
    }

    async fn fetch(&mut self) -> Result<Completion, Error> {
        let rows = self.scanner.next_page().await?;
        Ok(rows.map_or(Completion::Absent, |rows| page_of_rows(&rows, self.with_expiry)))
    }

    /// Fetches the next page and lays it out, while JavaScript uses the one before.
    async fn prepare(&mut self) {
        if self.given >= AHEAD_AFTER && self.ready.is_none() {
            // What fails ahead of its time is tried again when it is asked for, with the time that there is then.
            self.ready = self.fetch().await.ok();
        }
    }

    fn close(&mut self) {
        self.ready = None;
        self.scanner.close();
    }
}

/// A scanner. Pages are asked for one at a time; the lock keeps preparing one and asking for it apart.
#[napi]
pub struct NativeScanner {
    bridge: Rc<Bridge>,
    pages: Arc<Mutex<Pages>>,
    log: Option<Dispatch>,
}

impl NativeScanner {
    pub(crate) fn new(
        bridge: Rc<Bridge>,
        scanner: Scanner,
        with_expiry: bool,
        log: Option<Dispatch>,
    ) -> Self {
        let pages = Pages { scanner, with_expiry, given: 0, ready: None };
        Self { bridge, pages: Arc::new(Mutex::new(pages)), log }
    }
}

#[napi]
impl NativeScanner {
    /// Asks for the next rows.
    #[napi]
    pub fn next_page(&self, token: u32) -> napi::Result<()> {
        let pages = Arc::clone(&self.pages);
        run(&self.bridge, self.log.as_ref(), token, async move {
            let mut locked = pages.lock_owned().await;
            let page = match locked.next().await {
                Ok(page) => page,
                Err(error) => return error.into(),
            };
            if !matches!(page, Completion::Absent) {
                let preparing = async move { locked.prepare().await };
                tokio::spawn(preparing.with_current_subscriber());
            }
            page
        })
    }

    /// Frees the server's context, after a page that is awaited.
    #[napi]
    pub fn close(&self) -> napi::Result<()> {
        let pages = Arc::clone(&self.pages);
        self.bridge.run_silently(async move { pages.lock().await.close() })
    }
}
