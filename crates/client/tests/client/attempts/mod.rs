//! The loop of attempts: routes, retries, deadlines, limits, hedged reads.

mod back_pressure;
mod deadlines;
mod hedged;
mod meta;
mod retries;
mod routing;
