//! The meta servers: which of them leads, and what it knows.

mod answer;
mod ask;
mod client;
mod complaints;

pub(crate) use answer::MetaAnswer;
pub(crate) use client::MetaClient;
