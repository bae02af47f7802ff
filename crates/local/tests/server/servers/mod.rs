//! Servers that fail and come back, as clients see them.

mod freeze;
mod helpers;
mod moves;
mod orders;
mod stop;
