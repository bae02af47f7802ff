//! Servers that fail and come back, as clients see them.

mod freeze;
mod helpers;
mod in_flight;
mod moves;
mod orders;
mod stop;
