//! Adding rules to a local cluster, and removing them.

use napi::Either;
use napi_derive::napi;
use pegasus_local::AddedFault;

use super::cluster::{NativeLocalCluster, stopped};
use super::fault_rule::NativeFaultRule;
use crate::failure::Failure;

#[napi]
impl NativeLocalCluster {
    /// Adds a rule, which is in force when this returns.
    #[napi]
    pub fn add_fault(&self, rule: NativeFaultRule) -> Either<NativeFault, Failure> {
        let add = || {
            let fault = rule.read()?;
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
    /// The number of requests that it has taken.
    #[napi]
    pub fn hits(&self) -> f64 {
        self.0.hits() as f64
    }

    /// Removes it. Returns whether it was still there.
    #[napi]
    pub fn remove(&self) -> bool {
        self.0.remove()
    }
}
