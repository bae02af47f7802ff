//! Results of operations on their way to JavaScript.

use std::any::Any;
use std::rc::Rc;

use bytes::Bytes;
use napi::{Env, Result, sys};

use super::value::MakeValue;
use crate::failure::Failure;

/// Copying this many bytes into memory that is new to the process takes about a microsecond.
const BYTES_PER_UNIT: usize = 1024;

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

    /// What it costs the JavaScript thread to deliver it, in units of an answer without bytes. What the program does
    /// with it is not counted, except that an error is made there, with the stack of the caller.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Bytes(bytes) => 1 + u32::try_from(bytes.len() / BYTES_PER_UNIT).unwrap_or(u32::MAX - 1),
            Self::Failure(_) => 64,
            Self::Log(_) => 32,
            Self::Extra(_) | Self::Object(_) | Self::Progress(_) => 16,
            Self::MaybeStale(answer) => answer.cost(),
            Self::Done
            | Self::Absent
            | Self::Number(_)
            | Self::Boolean(_)
            | Self::BigInt(_)
            | Self::Cancelled => 1,
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
