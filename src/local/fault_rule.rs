//! Rules by which a local cluster answers requests with faults.

use std::time::Duration;

use napi_derive::napi;
use pegasus_local::{Fault, Reaction};

use super::servers::address;
use crate::failure::Failure;

/// A rule. `lib/` has checked its fields.
#[napi(object, object_to_js = false)]
pub struct NativeFaultRule {
    pub rpc: Option<String>,
    pub table: Option<String>,
    pub partition_index: Option<u32>,
    pub server: Option<String>,
    pub skip: u32,
    pub times: Option<u32>,
    pub share: f64,
    pub seed: u32,
    pub reaction: NativeReaction,
}

/// What happens to a request that a rule takes.
#[napi(object, object_to_js = false)]
pub struct NativeReaction {
    pub kind: ReactionKind,
    /// Of `error`.
    pub error: Option<String>,
    /// Of `delayMs`.
    pub delay_ms: Option<u32>,
    /// Of `holdMs`.
    pub hold_ms: Option<u32>,
    /// Of `error`, `drop` and `disconnect`.
    pub carried_out: bool,
}

/// The kinds of reactions.
#[napi(string_enum = "camelCase", object_to_js = false)]
pub enum ReactionKind {
    Error,
    DelayMs,
    HoldMs,
    Drop,
    Duplicate,
    Corrupt,
    Disconnect,
}

impl NativeFaultRule {
    pub(super) fn read(self) -> Result<Fault, Box<Failure>> {
        Ok(Fault {
            rpc: self.rpc,
            table: self.table,
            partition_index: self.partition_index,
            server: self.server.as_deref().map(address).transpose()?,
            skip: self.skip.into(),
            times: self.times.map(Into::into),
            share: self.share,
            seed: self.seed.into(),
            reaction: self.reaction.read(),
        })
    }
}

impl NativeReaction {
    fn read(self) -> Reaction {
        let Self { kind, error, delay_ms, hold_ms, carried_out } = self;
        let milliseconds = |given: Option<u32>| Duration::from_millis(given.unwrap_or_default().into());
        match kind {
            ReactionKind::Error => Reaction::Answer { error: error.unwrap_or_default(), carried_out },
            ReactionKind::DelayMs => Reaction::Delay(milliseconds(delay_ms)),
            ReactionKind::HoldMs => Reaction::Hold(milliseconds(hold_ms)),
            ReactionKind::Drop => Reaction::Drop { carried_out },
            ReactionKind::Duplicate => Reaction::Duplicate,
            ReactionKind::Corrupt => Reaction::Corrupt,
            ReactionKind::Disconnect => Reaction::Disconnect { carried_out },
        }
    }
}
