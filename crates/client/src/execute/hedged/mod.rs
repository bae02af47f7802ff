//! One attempt of a hedged read: at the primary, and at secondaries too or first when the primary is slow or gone.

mod attempt;
mod race;
mod read;
mod requests;
mod watched;

pub(super) use attempt::attempt;
