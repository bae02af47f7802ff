//! When servers are gone, move or have too much to do: what a client asks of those that are left.

mod known_route_beside_refresh;
mod load_retries;
mod moved_primaries;
mod paced_queries;
mod rebuilt_cluster;
