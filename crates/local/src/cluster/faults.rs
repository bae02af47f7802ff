//! Fault rules of a running cluster.

use super::addresses::find_server;
use super::handle::Cluster;
use crate::faults::{AddedFault, Fault, FaultError, check};

impl Cluster {
    /// Adds a rule behind those that are there. For each request, the first rule that takes it
    /// decides. The new rule applies to every request that arrives from now on.
    ///
    /// ```
    /// # async fn example(cluster: &pegasus_local::Cluster) -> Result<(), pegasus_local::FaultError> {
    /// use pegasus_local::{Fault, Reaction};
    ///
    /// // Refuses about one read in ten. The seed makes it the same ones in every run.
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
    /// The rule could never take a request, because it names something that does not exist or its
    /// conditions contradict each other: see [`FaultError`].
    pub fn add_fault(&self, fault: Fault) -> Result<AddedFault, FaultError> {
        let addresses: Vec<_> = self.servers.iter().map(|server| server.address).collect();
        let found = fault.server.map(|address| find_server(&addresses, "server", address)).transpose()?;
        let role = found.map(|index| self.servers[index].role);
        let rule = check(&self.state.topology(), fault, role)?;
        Ok(self.state.faults.add(rule))
    }

    /// All active rules, in the order in which they were added.
    pub fn faults(&self) -> Vec<AddedFault> {
        self.state.faults.list()
    }

    /// Removes all rules.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }
}
