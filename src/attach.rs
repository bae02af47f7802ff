//! The bridge as JavaScript sees it: attaching to an environment, handing over bursts.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{FnArgs, Function, Unknown};
use napi::{Env, JsValue, Result};
use napi_derive::napi;

use crate::bridge::handle::Bridge;
use crate::rows::open_tables::OpenTables;
use crate::rows::requests::Requests;

/// The addon's side of one copy of this library.
///
/// Every operation is a synchronous call that takes a token first and returns at once. Exactly one answer with that
/// token comes back later, in every case, so a slot is free again when its answer has arrived and not before.
/// Finished operations cross together, in one call of the function given to `attach`.
#[napi]
pub struct NativeBridge {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) tables: Arc<OpenTables>,
}

/// Makes a bridge for one copy of this library. `on_batch` receives `count` records (`RECORD_LENGTH` numbers each) in
/// one visit to the JavaScript thread. With `is_spent`, it must call `resume` in a later turn of the event loop:
/// until then nothing more comes. A result of more than `most_bytes` is a failure. One environment (main thread or worker) can hold several copies, as under Jest.
/// Each copy attaches on its own and shares nothing with the others.
#[napi(
    ts_args_type = "onBatch: (records: Uint32Array, count: number, slab: Buffer, extras: unknown[], isSpent: boolean) => void, mostBytes: number"
)]
pub(crate) fn attach(
    env: Env,
    on_batch: Function<'_, FnArgs<(Unknown<'_>,)>, ()>,
    most_bytes: f64,
) -> Result<NativeBridge> {
    let bridge = Bridge::attach(&env, on_batch.raw(), most_bytes as usize)?;
    Ok(NativeBridge { bridge, tables: Arc::default() })
}

#[napi]
impl NativeBridge {
    /// Starts the operations of the burst: those called since the last flush, and the requests in the first `length`
    /// bytes of `requests`. Call it soon after operations; one call serves a whole burst. `is_whole` says that this is
    /// a complete burst: the addon starts a small one at once. Parts of a larger burst go to the I/O thread, which
    /// works on them while JavaScript makes the next part.
    // Small bursts start on this thread, where a defect must not end the process.
    #[napi(catch_unwind)]
    pub fn flush(&self, requests: &[u8], length: u32, is_whole: bool) -> Result<()> {
        if length == 0 {
            self.bridge.flush();
            return Ok(());
        }
        let records = requests.get(..length as usize).unwrap_or(requests);
        let (requests, tables) = (Requests::copy(records)?, Arc::clone(&self.tables));
        let is_small = is_whole && requests.are_few() && self.bridge.is_flushed();
        self.bridge.start(requests.count, move |operations| requests.start(&tables, operations))?;
        if is_small {
            self.bridge.flush_small();
        } else {
            self.bridge.flush();
        }
        Ok(())
    }

    /// Delivers results that wait, after a batch that said `is_spent`.
    #[napi]
    pub fn resume(&self) -> Result<()> {
        self.bridge.resume()
    }

    /// Cancels an operation, with the next flush. Its record still comes: Cancelled, or the answer if that was faster.
    #[napi]
    pub fn cancel(&self, token: u32) {
        self.bridge.cancel(token);
    }
}
