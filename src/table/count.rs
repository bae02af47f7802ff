//! Counting the rows of a table.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_client::CountProgress;

use super::native::NativeTable;
use crate::bridge::completion::Completion;
use crate::bridge::token::plain_token;
use crate::bridge::value::make_value;
use crate::results::completions::count;
use crate::scan::options::NativeScanOptions;

/// How far a count has come.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeProgress {
    pub rows: f64,
    pub partitions_done: u32,
    pub partitions: u32,
}

impl From<CountProgress> for NativeProgress {
    fn from(progress: CountProgress) -> Self {
        let CountProgress { rows, partitions_done, partitions } = progress;
        Self { rows: rows as f64, partitions_done, partitions }
    }
}

#[napi]
impl NativeTable {
    /// Answer: Number. With `with_progress`, Progress records come before it.
    #[napi]
    pub fn count(&self, token: u32, options: NativeScanOptions, with_progress: bool) -> Result<()> {
        let exchange = Arc::clone(self.starter.bridge.exchange());
        let plain = plain_token(token);
        let on_progress = move |progress: CountProgress| {
            if with_progress {
                let progress = make_value(NativeProgress::from(progress));
                exchange.finish(plain, Completion::Progress(progress));
            }
        };
        self.run(token, self.table.count(options.read()?, on_progress), count)
    }
}
