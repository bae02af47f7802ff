//! Results of operations on their way to JavaScript.

use std::any::Any;
use std::rc::Rc;

use bytes::Bytes;
use napi::{Env, Result, sys};

use super::value::MakeValue;
use crate::failure::Failure;

/// A result on its way to JavaScript.
pub(crate) enum Completion {
    Done,
    Absent,
    Bytes(Bytes),
    Number(i64),
    Boolean(bool),
    BigInt(i64),
    /// Any other value.
    Extra(MakeValue),
    /// A native object; see `object`.
    Object(MakeObject),
    Failure(Box<Failure>),
    /// The answer of a secondary.
    MaybeStale(Box<Completion>),
    Cancelled,
    /// A line for a logger; belongs to no operation.
    Log(MakeValue),
    /// How far an operation has come; its result is still to come.
    Progress(MakeValue),
}

/// Makes a native object that keeps its bridge. The bridge stands above this file, which therefore
/// cannot name its type.
pub(super) type MakeObject = Box<dyn FnOnce(Env, Rc<dyn Any>) -> Result<sys::napi_value> + Send>;

impl Completion {
    /// The number of bytes that it holds, where they may be many.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::MaybeStale(answer) => answer.held(),
            _ => 0,
        }
    }
}

impl From<Failure> for Completion {
    fn from(failure: Failure) -> Self {
        Self::Failure(Box::new(failure))
    }
}

impl From<pegasus_client::Error> for Completion {
    fn from(error: pegasus_client::Error) -> Self {
        Failure::from(error).into()
    }
}
