//! Visits to the JavaScript thread, in which JavaScript gets what has finished, ration by ration.

#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::collections::vec_deque::IntoIter;
use std::ffi::c_void;
use std::iter::Peekable;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::{Env, Error, Result, sys};

use super::batch::Batch;
use super::completion::Completion;
use super::handle::{Bridge, RATION};
use super::node_api::{buffer_copy, check, records_slice, referenced, report};

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
    // SAFETY: JavaScript thread of this environment, inside a handle scope that Node opened.
    unsafe { visit(env, on_batch, &bridge) };
}

impl Bridge {
    /// Begins the next ration. JavaScript calls it in a later turn, when a ration has been spent.
    pub(crate) fn resume(self: &Rc<Self>) -> Result<()> {
        self.ration_left.set(RATION);
        // SAFETY: JavaScript calls this, so this is its thread, inside a handle scope; both references live as
        // long as the environment.
        unsafe { visit(self.env, referenced(self.env, self.on_batch.get())?, self) };
        Ok(())
    }
}

/// Gives JavaScript what has finished, until the ration is spent.
///
/// Results that finish during the visit come along without an announcement of their own. Without rations, a visit
/// could hold the thread for as long as there are results, and Node makes up to a thousand visits in one turn of
/// its loop. A spent ration ends only when JavaScript resumes, in a later turn: so other parts of the program get
/// their turns, however many operations end together.
unsafe fn visit(env: sys::napi_env, on_batch: sys::napi_value, bridge: &Rc<Bridge>) {
    loop {
        let mut left = bridge.ration_left.get();
        if left == 0 {
            return;
        }
        let finished = bridge.exchange().take_results(&mut left);
        bridge.ration_left.set(left);
        if finished.is_empty() {
            return;
        }
        // SAFETY: the caller's.
        unsafe { deliver_all(env, on_batch, bridge, finished) };
    }
}

/// Gives results to JavaScript, batch by batch.
unsafe fn deliver_all(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    bridge: &Rc<Bridge>,
    finished: VecDeque<(u32, Completion)>,
) {
    let mut finished = finished.into_iter().peekable();
    let mut is_refused = false;
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
            is_refused = true;
        }
        // No result of this round could be laid out, so another round would not end either.
        if finished.len() == before {
            break;
        }
    }
    // JavaScript may not have heard that it is to resume.
    if is_refused && bridge.ration_left.get() == 0 {
        bridge.ration_left.set(RATION);
        bridge.exchange().outbox.announce_rest();
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
        let array = referenced(env, bridge.records.get())?;
        let records = records_slice(env, array)?;
        let batch = Batch::take(Env::from_raw(env), bridge, records, finished);
        bridge.settled(batch.answers);
        let slab = buffer_copy(env, &batch.slab)?;
        let is_spent = bridge.ration_left.get() == 0 && finished.peek().is_none();
        let (mut extras, mut count, mut spent) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        check(sys::napi_create_array_with_length(env, batch.extras.len(), &mut extras))?;
        for (index, value) in batch.extras.into_iter().enumerate() {
            check(sys::napi_set_element(env, extras, index as u32, value))?;
        }
        check(sys::napi_create_uint32(env, batch.count as u32, &mut count))?;
        check(sys::napi_get_boolean(env, is_spent, &mut spent))?;
        let arguments = [array, count, slab, extras, spent];
        let mut this = ptr::null_mut();
        check(sys::napi_get_undefined(env, &mut this))?;
        let mut result = ptr::null_mut();
        check(sys::napi_call_function(env, this, on_batch, 5, arguments.as_ptr(), &mut result))
    }
}
