//! Single Node-API calls, with their status checked.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr;

use napi::{Error, Result, Status, sys};

use super::record::{RECORD_LENGTH, RECORDS};

/// The thread-safe function. `on_announcement` runs once for each call of it, and gets `on_batch` and
/// `context`.
pub(super) unsafe fn create_function(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    context: *mut c_void,
    on_announcement: sys::napi_threadsafe_function_call_js,
) -> Result<sys::napi_threadsafe_function> {
    const NAME: &std::ffi::CStr = c"pegasus";
    let (mut name, mut function) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread; pointers are to locals or live for the call.
    unsafe {
        check(sys::napi_create_string_utf8(env, NAME.as_ptr(), NAME.count_bytes() as isize, &mut name))?;
        check(sys::napi_create_threadsafe_function(
            env,
            on_batch,
            ptr::null_mut(),
            name,
            0,
            1,
            ptr::null_mut(),
            None,
            context,
            on_announcement,
            &mut function,
        ))?;
        // A forgotten idle client must not keep the process alive.
        check(sys::napi_unref_threadsafe_function(env, function))?;
    }
    Ok(function)
}

/// The Uint32Array for the records, made once. JavaScript reads it only while it is called with it.
pub(super) unsafe fn make_records(env: sys::napi_env) -> Result<sys::napi_ref> {
    let length = RECORDS * RECORD_LENGTH as usize;
    let (mut data, mut buffer, mut array) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread; each result is checked before it is used.
    unsafe {
        check(sys::napi_create_arraybuffer(env, length * 4, &mut data, &mut buffer))?;
        check(sys::napi_create_typedarray(
            env,
            sys::TypedarrayType::uint32_array,
            length,
            buffer,
            0,
            &mut array,
        ))?;
        make_reference(env, array)
    }
}

/// Keeps a value alive until the reference is deleted.
pub(super) unsafe fn make_reference(env: sys::napi_env, value: sys::napi_value) -> Result<sys::napi_ref> {
    let mut reference = ptr::null_mut();
    // SAFETY: the caller is on the JavaScript thread, with a value of its own call.
    check(unsafe { sys::napi_create_reference(env, value, 1, &mut reference) })?;
    Ok(reference)
}

/// The value of a reference.
pub(super) unsafe fn referenced(env: sys::napi_env, reference: sys::napi_ref) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller is on the JavaScript thread, and the reference is not deleted.
    check(unsafe { sys::napi_get_reference_value(env, reference, &mut value) })?;
    Ok(value)
}

/// A string.
pub(super) unsafe fn string(env: sys::napi_env, text: &str) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller is on the JavaScript thread; the text lives for the call.
    check(unsafe {
        sys::napi_create_string_utf8(env, text.as_ptr().cast(), text.len() as isize, &mut value)
    })?;
    Ok(value)
}

/// The memory of that array.
pub(super) unsafe fn records_slice<'a>(env: sys::napi_env, array: sys::napi_value) -> Result<&'a mut [u32]> {
    let (mut length, mut data) = (0, ptr::null_mut());
    // SAFETY: `array` is the typed array of `make_records`; unused results may be null.
    unsafe {
        check(sys::napi_get_typedarray_info(
            env,
            array,
            ptr::null_mut(),
            &mut length,
            &mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        ))?;
        // A detached array has no memory.
        if data.is_null() {
            return Ok(&mut []);
        }
        // SAFETY: Node aligns the memory of a Uint32Array for u32. Only this thread touches it, and only
        // here, before JavaScript is called with the array.
        Ok(std::slice::from_raw_parts_mut(data.cast::<u32>(), length))
    }
}

/// A new Buffer in JavaScript's own memory, with a copy of the bytes.
pub(super) unsafe fn buffer_copy(env: sys::napi_env, bytes: &[u8]) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller is on the JavaScript thread; the bytes live for the call, and the result is checked.
    check(unsafe {
        sys::napi_create_buffer_copy(env, bytes.len(), bytes.as_ptr().cast(), ptr::null_mut(), &mut value)
    })?;
    Ok(value)
}

/// Makes an error an uncaught exception.
pub(super) unsafe fn report(env: sys::napi_env, error: &Error) {
    let (mut pending, mut exception) = (false, ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread. If these calls fail, nothing more can be done.
    unsafe {
        sys::napi_is_exception_pending(env, &mut pending);
        if pending {
            sys::napi_get_and_clear_last_exception(env, &mut exception);
        } else {
            let message = string(env, &error.to_string()).unwrap_or(ptr::null_mut());
            sys::napi_create_error(env, ptr::null_mut(), message, &mut exception);
        }
        if !exception.is_null() {
            sys::napi_fatal_exception(env, exception);
        }
    }
}

pub(super) fn check(status: sys::napi_status) -> Result<()> {
    if status == sys::Status::napi_ok {
        return Ok(());
    }
    Err(Error::new(Status::from(status), format!("Node-API refused with status {status}")))
}
