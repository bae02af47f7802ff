//! The embedded local cluster. It has a runtime of its own: a server must not wait for its clients.

mod cluster;
mod fault_rule;
mod faults;
mod options;
mod partitions;
mod program;
mod servers;
mod start;
mod tables;
mod threads;
