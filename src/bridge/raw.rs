//! Single Node-API calls, checked.

use std::ffi::c_void;
use std::ptr;

use napi::{Error, Result, Status, sys};

use super::batch::{RECORD_LENGTH, RECORDS};
use super::on_announcement;

pub(super) unsafe fn create_function(
    env: sys::napi_env,
    on_batch: sys::napi_value,
    context: *mut c_void,
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
            Some(on_announcement),
            &mut function,
        ))?;
        // A forgotten idle client must not keep the process alive.
        check(sys::napi_unref_threadsafe_function(env, function))?;
    }
    Ok(function)
}

/// The Uint32Array in which records are written, made once; JavaScript reads it during the call only.
pub(super) unsafe fn make_records(env: sys::napi_env) -> Result<sys::napi_ref> {
    let length = RECORDS * RECORD_LENGTH;
    let (mut data, mut buffer, mut array, mut reference) =
        (ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
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
        check(sys::napi_create_reference(env, array, 1, &mut reference))?;
    }
    Ok(reference)
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
        // A detached array has neither length nor memory.
        if data.is_null() {
            return Ok(&mut []);
        }
        // SAFETY: u32-aligned by its making, and only this thread touches it, here, before JavaScript
        // is called with it.
        Ok(std::slice::from_raw_parts_mut(data.cast::<u32>(), length))
    }
}

/// Makes an error an uncaught exception.
pub(super) unsafe fn report(env: sys::napi_env, error: &Error) {
    let (mut pending, mut exception) = (false, ptr::null_mut());
    // SAFETY: the caller is on the JavaScript thread. Nothing more can be done if these fail.
    unsafe {
        sys::napi_is_exception_pending(env, &mut pending);
        if pending {
            sys::napi_get_and_clear_last_exception(env, &mut exception);
        } else {
            let (mut message, text) = (ptr::null_mut(), error.to_string());
            sys::napi_create_string_utf8(env, text.as_ptr().cast(), text.len() as isize, &mut message);
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
