//! A cluster, as whoever runs one sees it.

mod addresses;
mod faults;
mod handle;
mod open;
mod servers;
mod tables;

pub use self::handle::Cluster;
