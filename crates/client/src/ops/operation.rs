//! What every operation provides.

use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::status::Status;

use crate::routing::Target;

/// What the loop of attempts in `execute` needs to know about an operation.
pub(crate) trait Operation {
    /// Whether a secondary may answer it where the table's options allow that: only reads that one server
    /// answers alone.
    const MAY_ASK_SECONDARY: bool = false;

    /// The RPC that carries it.
    type Rpc: Rpc;
    /// What the caller gets.
    type Output;

    /// Which partition it goes to.
    fn target(&self) -> Target;

    /// The request; every attempt sends the same one.
    fn request(&self) -> &<Self::Rpc as Rpc>::Request;

    /// The bytes of its keys and values, which count towards the limit of bytes in flight.
    fn payload(&self) -> usize;

    /// The meaning of the reply; a status other than success or not found is an error.
    fn output(&self, response: <Self::Rpc as Rpc>::Response) -> Result<Self::Output, Status>;

    /// What a status means for this operation, in words.
    fn explain(&self, _status: Status) -> Option<&'static str> {
        None
    }
}
