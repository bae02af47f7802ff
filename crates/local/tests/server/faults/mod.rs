//! Fault rules, as clients see their effects.

mod conditions;
mod helpers;
mod reactions;
