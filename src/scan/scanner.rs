//! A running scan.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_client::Scanner;
use tokio::sync::Mutex;

use crate::bridge::completion::Completion;
use crate::results::pages::page_of_rows;
use crate::start::Starter;

/// A running scan.
#[napi]
pub struct NativeScanner {
    starter: Starter,
    /// Locked by one page at a time, since `lib/` asks for no other page before.
    scanner: Arc<Mutex<Scanner>>,
    with_expiry: bool,
}

impl NativeScanner {
    pub(crate) fn new(starter: Starter, scanner: Scanner, with_expiry: bool) -> Self {
        Self { starter, scanner: Arc::new(Mutex::new(scanner)), with_expiry }
    }
}

#[napi]
impl NativeScanner {
    /// One call at a time. Answer: Extra, a page of rows; Absent at the end.
    #[napi]
    pub fn next_page(&self, token: u32) -> Result<()> {
        let (scanner, with_expiry) = (Arc::clone(&self.scanner), self.with_expiry);
        self.starter.run(token, async move {
            match scanner.lock().await.next_page().await {
                Ok(Some(rows)) => page_of_rows(&rows, with_expiry),
                Ok(None) => Completion::Absent,
                Err(error) => error.into(),
            }
        })
    }

    /// Frees the scan's context on the server, after a page that is still to come. Returns at once and has no
    /// answer. May be called again.
    #[napi]
    pub fn close(&self) -> Result<()> {
        let scanner = Arc::clone(&self.scanner);
        self.starter.bridge.run_silently(async move { scanner.lock().await.close() })
    }
}
