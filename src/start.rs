//! Starting operations of one client, whose log lines go to its logger.

use std::rc::Rc;

use napi::Result;
use pegasus_client::Error;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::bridge::completion::Completion;
use crate::bridge::handle::Bridge;
use crate::results::completions::{completion, maybe_stale};

/// Starts operations of one client. Every native object of the client has one.
#[derive(Clone)]
pub(crate) struct Starter {
    pub(crate) bridge: Rc<Bridge>,
    pub(crate) log: Option<Dispatch>,
}

impl Starter {
    /// Starts an operation; its completion comes back with the token.
    pub(crate) fn run<F>(&self, token: u32, operation: F) -> Result<()>
    where
        F: Future<Output = Completion> + Send + 'static,
    {
        match &self.log {
            None => self.bridge.run(token, operation),
            Some(log) => self.bridge.run(token, operation.with_subscriber(log.clone())),
        }
    }

    /// Starts an operation of the client crate; `lay_out` lays out the value of a success.
    pub(crate) fn run_result<T, F, L>(&self, token: u32, operation: F, lay_out: L) -> Result<()>
    where
        L: FnOnce(T) -> Completion + Send + 'static,
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.run(token, async move { completion(operation.await, lay_out) })
    }

    /// As [`run_result`](Self::run_result), for a read that a secondary may answer.
    pub(crate) fn run_maybe_stale<T, F, L>(&self, token: u32, operation: F, lay_out: L) -> Result<()>
    where
        L: FnOnce(T) -> Completion + Send + 'static,
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.run(token, maybe_stale(operation, lay_out))
    }
}
