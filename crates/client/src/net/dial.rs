//! Makes connections.

use std::fmt::Display;
use std::sync::Arc;

use super::driver::drive;
use super::error::{NetError, NetErrorKind};
use super::names::Names;
use super::race::{self, Winner};
use super::remembered::Remembered;
use super::shared::{Limits, SharedConnection};
use crate::address::ServerAddress;
use crate::resolve::Resolve;

/// What all servers of a client share to make connections.
pub(super) struct Dialler {
    pub(super) limits: Limits,
    pub(super) names: Names,
    pub(super) remembered: Remembered,
}

impl Dialler {
    pub(super) fn new(limits: Limits, resolver: Arc<dyn Resolve>) -> Self {
        Self { limits, names: Names::new(resolver), remembered: Remembered::default() }
    }
}

/// The task of a connection: makes it and drives it to its end.
pub(super) async fn dial_and_drive(
    address: ServerAddress,
    dialler: Arc<Dialler>,
    shared: Arc<SharedConnection>,
) {
    let server = address.to_string();
    let dialled = tokio::select! {
        biased;
        // The client was closed, or nobody wants the connection any more.
        () = shared.over() => return,
        dialled = dial(&address, &dialler, &shared) => dialled,
    };
    let reason = match dialled {
        Ok(winner) => converse(winner, &shared, &server).await,
        Err(reason) => {
            shared.health.note_failed_dial(&server, NetErrorKind::Unreachable, &reason);
            unreachable(&server, &reason)
        }
    };
    tracing::debug!(%server, %reason, "connection ended");
    // After the notes about the server: those who are told now may want the next connection at once.
    shared.end(reason);
}

/// Drives a connection that was made to its end, and returns the reason.
async fn converse(winner: Winner, shared: &SharedConnection, server: &str) -> NetError {
    tracing::debug!(%server, "connected");
    let Winner { stream, has_answered } = winner;
    let (reader, writer) = stream.into_split();
    let writer = Arc::new(writer);
    if has_answered {
        shared.health.note_answer(server);
    }
    shared.establish(Arc::downgrade(&writer), has_answered);
    let reason = drive(reader, &writer, shared, server).await;
    if reason.kind != NetErrorKind::Closed {
        if shared.lock().inflight.has_answered() {
            shared.health.note_lost_connection();
        } else {
            shared.health.note_failed_dial(server, reason.kind, &reason.to_string());
        }
    }
    reason
}

/// The error of calls to a server that no connection can be made to.
pub(super) fn unreachable(server: &impl Display, reason: &impl Display) -> NetError {
    NetError::new(NetErrorKind::Unreachable, format!("cannot connect to {server}: {reason}"))
}

/// Waits for the end of the server's pause and connects to it.
async fn dial(
    address: &ServerAddress,
    dialler: &Dialler,
    shared: &SharedConnection,
) -> Result<Winner, String> {
    shared.health.wait_for_dial().await;
    race::connect(address, &dialler.names, dialler.limits.connect_timeout).await
}
