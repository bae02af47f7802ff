//! The trait of all operations.

use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::status::Status;

use crate::routing::Target;

/// An operation as the loop of attempts in `execute` needs it.
pub(crate) trait Operation {
    /// Whether a secondary may answer it when the table's options allow that: only reads that one server
    /// answers alone.
    const MAY_ASK_SECONDARY: bool = false;

    /// The RPC that carries it.
    type Rpc: Rpc;
    /// The result for the caller.
    type Output;

    /// The partition that it goes to.
    fn target(&self) -> Target;

    /// The request, the same for every attempt.
    fn request(&self) -> &<Self::Rpc as Rpc>::Request;

    /// The bytes of its keys and values, which count towards the limit on bytes in flight.
    fn payload(&self) -> usize;

    /// Turns the reply into the result. A status other than success or not found is an error.
    fn output(&self, response: <Self::Rpc as Rpc>::Response) -> Result<Self::Output, Status>;

    /// What a status means for this operation, in words.
    fn explain(&self, _status: Status) -> Option<&'static str> {
        None
    }
}
