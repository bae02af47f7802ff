//! How names of servers are looked up.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};

/// Looks up the addresses of a name. [`ClientOptions::resolver`](crate::ClientOptions::resolver) takes one.
///
/// ```
/// use std::net::{IpAddr, Ipv4Addr};
/// use std::sync::Arc;
///
/// use pegasus_client::{ClientOptions, Resolve};
///
/// /// Everything runs on this machine.
/// #[derive(Debug)]
/// struct AllHere;
///
/// impl Resolve for AllHere {
///     fn resolve(&self, _host: &str) -> std::io::Result<Vec<IpAddr>> {
///         Ok(vec![Ipv4Addr::LOCALHOST.into()])
///     }
/// }
///
/// let options = ClientOptions { resolver: Arc::new(AllHere), ..ClientOptions::new(["meta:34601"]) };
/// ```
pub trait Resolve: Debug + Send + Sync + 'static {
    /// The addresses of a host, the best first. It may block: each look-up runs on a thread of its own, and at most
    /// 8 at once. Nobody waits for that thread, neither the end of the client nor that of the process.
    ///
    /// # Errors
    ///
    /// The name is unknown, or cannot be looked up now.
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's way: `getaddrinfo`, and so `/etc/hosts`, DNS and whatever else is configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        // The port plays no part.
        Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}
