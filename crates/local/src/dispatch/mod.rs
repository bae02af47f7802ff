//! From a request to its handler: who may be asked what, and what is let in.

mod admit;
mod route;

pub(crate) use self::route::dispatch;
