//! A single-process server that speaks the Apache Pegasus protocol, for tests and development.
//!
//! [`Cluster::start`] runs meta servers and replica servers in this process, each on a port of its
//! own. Any Pegasus client can use them; rows behave as on real servers (expiry, limits, checks,
//! scans), whose answers were recorded and are compared with in the tests. What it is not: replicas
//! share one copy of the rows, nothing is replicated.
//!
//! A request goes straight down: [`server`] takes the connection, [`connection`] cuts frames and
//! sends answers, [`dispatch`] and [`admit`] decide whether the request may be here, one of
//! [`handlers`] turns it into an operation of [`store`], the only part that knows the storage engine,
//! or into a change of the tables in [`state`]. Beside the path: [`topology`] (servers, tables, who
//! is primary), [`guard`] (what the requests to one partition share), [`envs`] (settings of tables),
//! [`scan_sessions`] (open scans), [`pending`] (answers that come later), [`faults`] (rules by which
//! requests are answered otherwise).
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

mod blocking;
pub mod cli;
mod clock;
mod cluster;
mod dispatch;
mod envs;
mod error;
mod exchange;
mod faults;
mod handlers;
mod options;
mod server;
mod state;
mod store;
mod topology;

pub use clock::{Clock, ManualClock, SystemClock};
pub use cluster::Cluster;
pub use error::{CreateTableError, DropTableError, ServerError, SplitTableError, StartError, StopError};
pub use faults::{AddedFault, Fault, FaultError, Reaction};
pub use options::ClusterOptions;
pub use store::StoreError;
pub use topology::AppId;
