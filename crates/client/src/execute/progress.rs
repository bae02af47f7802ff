//! The progress of an operation, and the errors that report it.

use std::sync::Arc;

use super::context::OperationContext;
use super::missed::Missed;
use crate::context::TableContext;
use crate::error::{Error, ErrorKind, Location};
use crate::net::error::NetErrorKind;
use crate::operation::Operation;
use crate::routing::Snapshot;

/// The progress of one operation over its attempts. Its errors take location and attempts from here.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) attempts: u32,
    /// The snapshot that the last attempt used.
    pub(super) used: Option<Arc<Snapshot>>,
    pub(super) maybe_applied: bool,
    /// The reason of the last failed attempt.
    pub(super) last: Option<String>,
}

impl Progress {
    /// Where the last attempt went.
    fn location<O: Operation>(&self, context: &OperationContext<'_, O>) -> Location {
        let route = self.used.as_ref().and_then(|used| used.route(context.operation.target()));
        let server = route.as_ref().and_then(|route| route.primary);
        Location {
            table: Some(context.table.name().to_owned()),
            partition_index: route.as_ref().map(|route| route.gpid.partition_index),
            server: server.map(|server| server.address().to_string()),
            attempts: self.attempts,
        }
    }

    /// The error of an operation that ends with this attempt.
    pub(super) fn failed<O: Operation>(&self, context: &OperationContext<'_, O>, missed: Missed) -> Error {
        missed.into_error().maybe_applied(self.maybe_applied).at(self.location(context))
    }

    /// The error of an operation that the meta servers refused to go on.
    pub(super) fn refused<O: Operation>(&self, context: &OperationContext<'_, O>, refusal: Error) -> Error {
        refusal.maybe_applied(self.maybe_applied).at(self.location(context))
    }

    /// Why there is no connection to the server that the last attempt went to.
    fn unconnected<O: Operation>(&self, context: &OperationContext<'_, O>) -> Option<String> {
        let route = self.used.as_ref()?.route(context.operation.target())?;
        let server = route.primary.filter(|server| server.live().is_none())?;
        let being_made = || {
            let look_up = server.looking_up().map(|progress| format!(", and {progress}")).unwrap_or_default();
            format!("the connection to {} is still being made{look_up}", server.address())
        };
        Some(match server.trouble() {
            Some(failure) if failure.kind == NetErrorKind::Unreachable => failure.to_string(),
            Some(failure) => {
                format!("the last connection to {} brought no answer: {failure}", server.address())
            }
            None => being_made(),
        })
    }

    /// The error of an operation whose deadline passed.
    pub(super) fn timed_out<O: Operation>(&self, context: &OperationContext<'_, O>) -> Error {
        let waited = context.deadline.timeout();
        let message = match (&self.last, self.unconnected(context)) {
            (Some(last), _) => format!("no result within {waited:?}; the last attempt failed: {last}"),
            (None, Some(reason)) => format!("no answer within {waited:?}: {reason}"),
            (None, None) => format!("no answer within {waited:?}"),
        };
        let error = Error::new(ErrorKind::Timeout, message).maybe_applied(self.maybe_applied);
        error.at(self.location(context))
    }

    /// Notes that the primary that the last attempt went to refused to be it, or could not be reached.
    pub(super) fn refute_primary<O: Operation>(&self, context: &OperationContext<'_, O>) {
        if let Some(used) = &self.used {
            context.table.router().refute(used, context.operation.target());
        }
    }

    /// Starts a refresh of the routes that the last attempt used, for the operations to come.
    pub(super) fn refresh_soon(&self, table: &TableContext) {
        if let Some(used) = &self.used {
            table.router().refresh_soon(used);
        }
    }
}
