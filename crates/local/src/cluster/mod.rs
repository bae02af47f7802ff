//! The public handle of a cluster: what a program or a test does with one.

mod addresses;
mod faults;
mod handle;
mod open;
mod servers;
mod tables;

pub use self::handle::Cluster;
