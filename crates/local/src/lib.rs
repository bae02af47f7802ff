//! A single-process server that speaks the Apache Pegasus protocol, for tests and development.
//!
//! [`Cluster::start`] runs meta servers and replica servers in this process, each on a port of its
//! own. Any Pegasus client can use them; rows behave as on real servers (expiry, limits, checks,
//! scans), whose answers were recorded and are compared with in the tests. What it is not: replicas
//! share one copy of the rows, nothing is replicated.
//!
//! A request goes straight down: [`listener`] takes the connection, [`connection`] cuts frames and
//! sends answers, [`dispatch`] decides whether the request may be here, one of [`handlers`] turns
//! it into an operation of [`store`], the only part that knows the storage engine. Beside the path:
//! [`topology`] (servers, tables, who is primary), [`scan_sessions`] (open scans), [`state`] (what
//! all servers share, and its changes).
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pegasus_local::{Cluster, ClusterOptions};
//!
//! let options = ClusterOptions { tables: vec![("temp".to_owned(), 8)], ..ClusterOptions::default() };
//! let cluster = Cluster::start(options).await?;
//! println!("meta servers: {:?}", cluster.meta_servers());
//! cluster.create_table("more", 4).await?;
//! cluster.stop().await?;
//! # Ok(())
//! # }
//! ```

#![allow(rustdoc::private_intra_doc_links)] // the map above is for whoever reads the source

pub mod cli;
mod clock;
mod cluster;
mod connection;
mod dispatch;
mod error;
mod handlers;
mod listener;
mod options;
mod scan_sessions;
mod state;
mod store;
mod topology;

pub use clock::{Clock, ManualClock, SystemClock};
pub use cluster::Cluster;
pub use error::{CreateTableError, StartError, StopError, StoreError};
pub use options::ClusterOptions;
pub use state::AppId;
