//! Runs operations: the loop of attempts, and everything that one operation needs for it.

mod attempt;
mod context;
mod hedged;
mod missed;
mod progress;
mod race;
mod requests;
mod run;
#[cfg(test)]
mod tests;
mod watched;

pub(crate) use run::execute;
