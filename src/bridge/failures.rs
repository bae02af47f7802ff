//! Failures as JavaScript objects. Thousands may come in one moment, and most of their texts are the same: each text
//! crosses once in a batch.

#![allow(unsafe_code)]

use std::collections::HashMap;
use std::ptr;

use napi::{Env, Result, sys};

use super::node_api::{check, string};
use super::value::to_value;
use crate::failure::Failure;

/// The failures of one batch.
#[derive(Default)]
pub(super) struct FailureObjects {
    texts: HashMap<String, sys::napi_value>,
    /// The names of the properties. Every batch has the same.
    names: HashMap<&'static str, sys::napi_value>,
}

impl FailureObjects {
    /// Makes the same object as the conversion of [`Failure`] does, for less.
    pub(super) fn make(&mut self, env: Env, failure: Failure) -> Result<sys::napi_value> {
        // Only `delRange` has these, and its failures do not come by the thousands.
        if failure.deleted.is_some() {
            return to_value(env, failure);
        }
        let env = env.raw();
        let Failure {
            code, message, retryable, maybe_applied, table, partition_index, server, attempts, ..
        } = failure;
        let mut object = ptr::null_mut();
        // SAFETY: batches are laid out on the JavaScript thread, inside one handle scope: the values that are kept
        // live as long as the batch.
        unsafe {
            check(sys::napi_create_object(env, &mut object))?;
            for (name, text) in
                [("code", Some(code)), ("message", Some(message)), ("table", table), ("server", server)]
            {
                if let Some(text) = text {
                    let text = self.text(env, text)?;
                    self.set(env, object, name, text)?;
                }
            }
            for (name, is_set) in [("retryable", retryable), ("maybeApplied", maybe_applied)] {
                let mut value = ptr::null_mut();
                check(sys::napi_get_boolean(env, is_set, &mut value))?;
                self.set(env, object, name, value)?;
            }
            for (name, number) in
                [("partitionIndex", partition_index.map(i64::from)), ("attempts", attempts.map(i64::from))]
            {
                if let Some(number) = number {
                    let mut value = ptr::null_mut();
                    check(sys::napi_create_int64(env, number, &mut value))?;
                    self.set(env, object, name, value)?;
                }
            }
        }
        Ok(object)
    }

    unsafe fn set(
        &mut self,
        env: sys::napi_env,
        object: sys::napi_value,
        name: &'static str,
        value: sys::napi_value,
    ) -> Result<()> {
        let name = match self.names.get(name) {
            Some(made) => *made,
            None => {
                // SAFETY: the caller's.
                let made = unsafe { string(env, name) }?;
                self.names.insert(name, made);
                made
            }
        };
        // SAFETY: the caller's; all values are of the same handle scope.
        check(unsafe { sys::napi_set_property(env, object, name, value) })
    }

    unsafe fn text(&mut self, env: sys::napi_env, text: String) -> Result<sys::napi_value> {
        if let Some(made) = self.texts.get(&text) {
            return Ok(*made);
        }
        // SAFETY: the caller's.
        let made = unsafe { string(env, &text) }?;
        self.texts.insert(text, made);
        Ok(made)
    }
}
