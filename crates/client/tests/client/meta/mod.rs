//! Meta servers that are not what the client expects.

mod connect_asks_something_real;
mod meta_servers_that_point_at_each_other;
mod services_and_clusters_start_in_any_order;
