//! Connections that were idle for long. A firewall or an address translator may have forgotten them, and then
//! nothing that is sent on them arrives or is refused.
//!
//! The next request on such a connection is sent behind the harmless one. A request that must not be sent twice is
//! held back until that has its reply. When nothing is heard the connection is given up: requests that were held back
//! were not sent, and the others may be sent again.

use std::time::Duration;

use pegasus_protocol::frame::encode_probe;
use tokio::time::{Instant, sleep_until};

use super::error::{NetError, NetErrorKind};
use super::shared::{ConnectionState, SharedConnection};

/// A connection on which nothing was sent or heard for longer than this is doubtful.
const IDLE: Duration = Duration::from_secs(30);

/// A doubtful connection on which nothing is heard for this long is given up.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

impl ConnectionState {
    /// Whether the connection has become doubtful.
    pub(super) fn was_idle(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last_active) > IDLE
    }

    /// Queues the harmless request. The connection is doubtful until it has its reply.
    pub(super) fn ask_whether_alive(&mut self) {
        let id = self.inflight.expect_probe();
        let before = self.outgoing.len();
        encode_probe(id, &mut self.outgoing);
        self.queued += (self.outgoing.len() - before) as u64;
    }
}

/// Watches over doubtful connections.
pub(super) async fn watch(shared: &SharedConnection) -> NetError {
    loop {
        shared.doubted.notified().await;
        let asked = Instant::now();
        loop {
            let heard = {
                let state = shared.lock();
                if !state.inflight.is_doubtful() {
                    break;
                }
                state.inflight.last_heard()
            };
            let until = heard.map_or(asked, |heard| heard.max(asked)) + ANSWER_WITHIN;
            if Instant::now() >= until {
                let reason = format!(
                    "the connection was idle for more than {IDLE:?}, and nothing was heard on it within {ANSWER_WITHIN:?}"
                );
                return NetError::new(NetErrorKind::Reset, reason);
            }
            sleep_until(until).await;
        }
    }
}
