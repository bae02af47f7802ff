//! The rules of a local cluster by which it answers requests otherwise.

use std::time::Duration;

use napi::Either;
use napi_derive::napi;
use pegasus_local::{AddedFault, Fault, Reaction};

use crate::error::Failure;
use crate::local::{NativeLocalCluster, stopped};
use crate::servers::address;

/// What `lib/fault-resolve.ts` made of a rule.
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

/// What happens; `kind` is one of the names in `lib/native.ts`.
#[napi(object, object_to_js = false)]
pub struct NativeReaction {
    pub kind: String,
    pub error: Option<String>,
    pub delay_ms: Option<u32>,
    pub carried_out: bool,
}

fn fault(rule: NativeFaultRule) -> Result<Fault, Box<Failure>> {
    Ok(Fault {
        rpc: rule.rpc,
        table: rule.table,
        partition_index: rule.partition_index,
        server: rule.server.as_deref().map(address).transpose()?,
        skip: rule.skip.into(),
        times: rule.times.map(Into::into),
        share: rule.share,
        seed: rule.seed.into(),
        reaction: reaction(rule.reaction)?,
    })
}

fn reaction(given: NativeReaction) -> Result<Reaction, Box<Failure>> {
    let NativeReaction { kind, error, delay_ms, carried_out } = given;
    Ok(match kind.as_str() {
        "error" => Reaction::Answer { error: error.unwrap_or_default(), carried_out },
        "delayMs" => Reaction::Delay(Duration::from_millis(delay_ms.unwrap_or_default().into())),
        "drop" => Reaction::Drop { carried_out },
        "duplicate" => Reaction::Duplicate,
        "corrupt" => Reaction::Corrupt,
        "disconnect" => Reaction::Disconnect { carried_out },
        other => {
            return Err(Box::new(Failure::new("ERR_INTERNAL", format!("there is no reaction {other:?}"))));
        }
    })
}

#[napi]
impl NativeLocalCluster {
    /// Adds a rule, which is in force when this returns.
    #[napi]
    pub fn add_fault(&self, rule: NativeFaultRule) -> Either<NativeFault, Failure> {
        let add = || {
            let fault = fault(rule)?;
            let cluster = self.now().ok_or_else(stopped)?;
            let added = cluster.add_fault(fault);
            added.map_err(|error| Box::new(Failure::new(error.code(), error.to_string())))
        };
        match add() {
            Ok(added) => Either::A(NativeFault(added)),
            Err(failure) => Either::B(*failure),
        }
    }
}

/// A rule of a cluster.
#[napi]
pub struct NativeFault(AddedFault);

#[napi]
impl NativeFault {
    /// How many requests it has taken.
    #[napi]
    pub fn hits(&self) -> f64 {
        self.0.hits() as f64
    }

    /// Removes it.
    #[napi]
    pub fn remove(&self) -> bool {
        self.0.remove()
    }
}
