//! The meta servers: which of them leads, and what it knows.

mod answer;
mod ask;
mod client;
mod findings;
mod pauses;
mod search;

pub(crate) use answer::MetaAnswer;
pub(crate) use client::MetaClient;
