//! The loop of attempts: routes, retries, deadlines, limits, hedged reads.

mod back_pressure;
mod deadlines;
mod hedged;
mod meta;
mod one_slow_server;
mod retries;
mod routing;
