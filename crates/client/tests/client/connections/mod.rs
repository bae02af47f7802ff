//! Connections: their names, their ends, and what peers send on them.

mod cancellation;
mod closing;
mod direct;
mod garbage;
mod host_names;
mod large_tables;
