//! From a request to its handler: which server serves which RPC, and which requests are admitted.

mod admit;
mod route;

pub(crate) use self::route::dispatch;
