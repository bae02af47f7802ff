//! Failures as JavaScript objects. Thousands may come in one moment, and most of them and of their texts are the same:
//! each crosses once in a batch.

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
    /// JavaScript only reads these objects, so equal failures share one.
    objects: HashMap<Content, sys::napi_value>,
    texts: HashMap<String, sys::napi_value>,
    /// The names of the properties. Every object has the same.
    names: HashMap<&'static str, sys::napi_value>,
}

/// A failure of any call but `delRange`.
#[derive(PartialEq, Eq, Hash)]
struct Content {
    texts: [Option<String>; 4],
    bits: [bool; 2],
    numbers: [Option<i64>; 2],
}

const TEXTS: [&str; 4] = ["code", "message", "table", "server"];
const BITS: [&str; 2] = ["retryable", "maybeApplied"];
const NUMBERS: [&str; 2] = ["partitionIndex", "attempts"];

impl FailureObjects {
    /// Makes the same object as the conversion of [`Failure`] does, for less.
    pub(super) fn make(&mut self, env: Env, failure: Failure) -> Result<sys::napi_value> {
        // Only `delRange` has these, and its failures do not come by the thousands.
        if failure.deleted.is_some() {
            return to_value(env, failure);
        }
        let content = Content {
            texts: [Some(failure.code), Some(failure.message), failure.table, failure.server],
            bits: [failure.retryable, failure.maybe_applied],
            numbers: [failure.partition_index.map(i64::from), failure.attempts.map(i64::from)],
        };
        if let Some(made) = self.objects.get(&content) {
            return Ok(*made);
        }
        // SAFETY: batches are laid out on the JavaScript thread, inside one handle scope: the values that are kept
        // live as long as the batch.
        let made = unsafe { self.object(env.raw(), &content) }?;
        self.objects.insert(content, made);
        Ok(made)
    }

    unsafe fn object(&mut self, env: sys::napi_env, content: &Content) -> Result<sys::napi_value> {
        let mut object = ptr::null_mut();
        // SAFETY: the caller's.
        unsafe {
            check(sys::napi_create_object(env, &mut object))?;
            for (name, text) in TEXTS.into_iter().zip(&content.texts) {
                if let Some(text) = text {
                    let text = self.text(env, text)?;
                    self.set(env, object, name, text)?;
                }
            }
            for (name, is_set) in BITS.into_iter().zip(content.bits) {
                let mut value = ptr::null_mut();
                check(sys::napi_get_boolean(env, is_set, &mut value))?;
                self.set(env, object, name, value)?;
            }
            for (name, number) in NUMBERS.into_iter().zip(content.numbers) {
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

    unsafe fn text(&mut self, env: sys::napi_env, text: &str) -> Result<sys::napi_value> {
        if let Some(made) = self.texts.get(text) {
            return Ok(*made);
        }
        // SAFETY: the caller's.
        let made = unsafe { string(env, text) }?;
        self.texts.insert(text.to_owned(), made);
        Ok(made)
    }
}
