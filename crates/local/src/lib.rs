//! A single-process server that speaks the Apache Pegasus protocol, for tests and development.
//!
//! [`Cluster::start`] runs meta servers and replica servers in this process. Each server has its
//! own port, and any Pegasus client can use them. Rows behave as on real servers (expiry, limits,
//! checks, scans): the tests replay recorded answers of real servers and compare. Replication is
//! not simulated: the replicas of a partition share one copy of the rows.
//!
//! A request goes straight down through the layers:
//!
//! 1. [`server`] accepts the connection, cuts its bytes into frames and sends the answers.
//! 2. [`dispatch`] decides whether this server may serve the request.
//! 3. One of [`handlers`] runs it: as an operation of [`store`], the only room that knows the
//!    storage engine, or as a change of the tables in [`state`].
//!
//! Beside that path: [`exchange`] is what the layers hand to each other, [`topology`] knows the
//! servers, the tables and the primaries, [`envs`] are the settings of a table, and [`faults`] are
//! rules that change answers on purpose.
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

#![allow(rustdoc::private_intra_doc_links)] // the map above is for readers of the source

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
