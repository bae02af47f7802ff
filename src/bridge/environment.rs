//! The beginning and the end of a bridge, which are those of its Node environment.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr;
use std::rc::{Rc, Weak};

use napi::{Env, Error, Result, Status, sys};

use super::exchange::Exchange;
use super::handle::Bridge;
use super::node_api::{check, create_function, make_records, make_reference};
use super::visit::on_announcement;

impl Bridge {
    /// Makes the bridge of an environment; `on_batch` is the JavaScript function that takes results,
    /// `most_bytes` is the longest result.
    pub(crate) fn attach(env: &Env, on_batch: sys::napi_value, most_bytes: usize) -> Result<Rc<Self>> {
        let raw_env = env.raw();
        let bridge = Rc::new_cyclic(|weak: &Weak<Self>| {
            let context = weak.as_ptr().cast::<c_void>().cast_mut();
            // SAFETY: `env` is the environment of this call. The context is this very bridge, which
            // lives until the environment ends: the clean-up hook below owns a count of it.
            let function = unsafe { create_function(raw_env, on_batch, context, Some(on_announcement)) };
            Self::new(raw_env, Exchange::new(function.unwrap_or(ptr::null_mut())), most_bytes)
        });
        if bridge.exchange().outbox.function().is_null() {
            return Err(Error::new(Status::GenericFailure, "cannot make the thread-safe function"));
        }
        // SAFETY: JavaScript thread of this environment; see `make_records`.
        bridge.records.set(unsafe { make_records(raw_env) }?);
        // SAFETY: as above; `on_batch` is a value of this call.
        bridge.on_batch.set(unsafe { make_reference(raw_env, on_batch) }?);
        let owned = Rc::into_raw(Rc::clone(&bridge)).cast::<c_void>().cast_mut();
        // SAFETY: the hook gets the count that was just taken and gives it back exactly once. Hooks
        // run last in first out, so this one runs before the function's own.
        check(unsafe { sys::napi_add_env_cleanup_hook(raw_env, Some(clean_up), owned) })?;
        Ok(bridge)
    }
}

/// The environment ends: nothing may call it any more, and the I/O thread stops.
unsafe extern "C" fn clean_up(owned: *mut c_void) {
    // SAFETY: this is the count that `attach` took for this hook, which runs once.
    let bridge = unsafe { Rc::from_raw(owned.cast::<Bridge>()) };
    // SAFETY: JavaScript thread; this hook runs once.
    unsafe { bridge.exchange().outbox.release() };
    bridge.exchange().close();
    // The thread must be gone before its code may be unloaded.
    if let Some(io_thread) = bridge.io_thread.take() {
        io_thread.join();
    }
    // SAFETY: JavaScript thread of this environment, whose last batch has been delivered. If Node refuses,
    // a few bytes stay behind.
    unsafe {
        sys::napi_delete_reference(bridge.env, bridge.records.replace(ptr::null_mut()));
        sys::napi_delete_reference(bridge.env, bridge.on_batch.replace(ptr::null_mut()));
    }
}
