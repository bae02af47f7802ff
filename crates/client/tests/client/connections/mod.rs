//! Connections: their names, their ends, and what peers send on them.

mod cancellation;
mod closing;
mod dead_servers;
mod direct;
mod first_connection;
mod garbage;
mod host_names;
mod idle;
mod large_tables;
mod names;
mod silence;
