//! Visits to the JavaScript thread, in which JavaScript gets all that has finished.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::iter::Peekable;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::vec::IntoIter;

use napi::{Env, Error, Result, sys};

use super::batch::Batch;
use super::completion::Completion;
use super::handle::Bridge;
use super::node_api::{buffer_copy, check, records_slice, report};

/// How often one visit looks for results.
const VISIT_ROUNDS: usize = 4;

/// Node calls this on the JavaScript thread once for each announcement.
pub(super) unsafe extern "C" fn on_announcement(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() || on_batch.is_null() {
        return; // The environment is going away: nobody waits for results.
    }
    // SAFETY: the context is the bridge that `attach` gave. The clean-up hook still owns a count of it;
    // after the hook no announcement comes with an environment.
    let bridge = unsafe {
        Rc::increment_strong_count(context.cast::<Bridge>());
        Rc::from_raw(context.cast::<Bridge>())
    };
    // Results that finish during the visit come along without an announcement of their own. The number of
    // rounds is limited, because other parts of the program want the thread too.
    for _ in 0..VISIT_ROUNDS {
        let finished = bridge.exchange().drain_results();
        if finished.is_empty() {
            return;
        }
        // SAFETY: JavaScript thread of this environment, inside a handle scope that Node opened.
        unsafe { deliver_all(env, on_batch, &bridge, finished) };
    }
    bridge.exchange().outbox.announce_rest();
}

/// Gives results to JavaScript, batch by batch.
unsafe fn deliver_all(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: Vec<(u32, Completion)>,
) {
    let mut finished = finished.into_iter().peekable();
    while finished.peek().is_some() {
        let before = finished.len();
        // A panic must not unwind into Node.
        let delivered = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the caller's.
            unsafe { deliver(env, on_batch, bridge, &mut finished) }
        }));
        let delivered =
            delivered.unwrap_or_else(|_| Err(Error::from_reason("a result could not be laid out")));
        if let Err(error) = delivered {
            // SAFETY: the caller's. The error becomes an uncaught exception: it must not pass unseen.
            unsafe { report(env, &error) };
        }
        // No result of this round could be laid out, so another round would not end either.
        if finished.len() == before {
            break;
        }
    }
}

/// Gives one batch to JavaScript.
unsafe fn deliver(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: &mut Peekable<IntoIter<(u32, Completion)>>,
) -> Result<()> {
    // SAFETY: the caller's.
    unsafe {
        let mut array = ptr::null_mut();
        check(sys::napi_get_reference_value(env, bridge.records.get(), &mut array))?;
        let records = records_slice(env, array)?;
        let batch = Batch::take(Env::from_raw(env), bridge, records, finished);
        bridge.settled(batch.answers);
        let slab = buffer_copy(env, &batch.slab)?;
        let (mut extras, mut count) = (ptr::null_mut(), ptr::null_mut());
        check(sys::napi_create_array_with_length(env, batch.extras.len(), &mut extras))?;
        for (index, value) in batch.extras.into_iter().enumerate() {
            check(sys::napi_set_element(env, extras, index as u32, value))?;
        }
        check(sys::napi_create_uint32(env, batch.count as u32, &mut count))?;
        let arguments = [array, count, slab, extras];
        let mut this = ptr::null_mut();
        check(sys::napi_get_undefined(env, &mut this))?;
        let mut result = ptr::null_mut();
        check(sys::napi_call_function(env, this, on_batch, 4, arguments.as_ptr(), &mut result))
    }
}
