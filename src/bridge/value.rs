//! JavaScript values that only the JavaScript thread can make.

#![allow(unsafe_code)]

use napi::bindgen_prelude::ToNapiValue;
use napi::{Env, Result, sys};

/// Makes a JavaScript value, once it has come to the thread where that is allowed.
pub(crate) type MakeValue = Box<dyn FnOnce(Env) -> Result<sys::napi_value> + Send>;

/// Takes a Rust value along to the JavaScript thread.
pub(crate) fn make_value<T: ToNapiValue + Send + 'static>(value: T) -> MakeValue {
    Box::new(move |env| to_value(env, value))
}

/// The JavaScript value of a Rust value.
pub(super) fn to_value<T: ToNapiValue>(env: Env, value: T) -> Result<sys::napi_value> {
    // SAFETY: makers run on the JavaScript thread of their environment, and nothing else has an `Env`.
    unsafe { T::to_napi_value(env.raw(), value) }
}
