//! The rules by which a cluster answers requests otherwise.

use super::addresses::find_server;
use super::handle::Cluster;
use crate::faults::{AddedFault, Fault, FaultError, check};

impl Cluster {
    /// Adds a rule, after those that are there: the first one that takes a request decides about it.
    /// It is in force for every request that comes from now on.
    ///
    /// ```
    /// # async fn example(cluster: &pegasus_local::Cluster) -> Result<(), pegasus_local::FaultError> {
    /// use pegasus_local::{Fault, Reaction};
    ///
    /// // Every tenth read or so is refused, always the same ones.
    /// let busy = Reaction::Answer { error: "ERR_BUSY".to_owned(), carried_out: false };
    /// let fault = Fault { rpc: Some("get".to_owned()), share: 0.1, seed: 7, ..Fault::new(busy) };
    /// let added = cluster.add_fault(fault)?;
    /// println!("{} reads were refused", added.hits());
    /// added.remove();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A rule that could never take a request, because what it names is not there or its conditions
    /// contradict each other: see [`FaultError`].
    pub fn add_fault(&self, fault: Fault) -> Result<AddedFault, FaultError> {
        let addresses: Vec<_> = self.servers.iter().map(|server| server.address).collect();
        let found = fault.server.map(|address| find_server(&addresses, "server", address)).transpose()?;
        let role = found.map(|index| self.servers[index].role);
        let rule = check(&self.state.topology(), fault, role)?;
        Ok(self.state.faults.add(rule))
    }

    /// All rules that are in force, in their order.
    pub fn faults(&self) -> Vec<AddedFault> {
        self.state.faults.list()
    }

    /// Removes all rules.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }
}
