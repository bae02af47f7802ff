//! What meta servers answer to requests that manage tables, and what they refuse.

mod create;
mod envs;
mod leader;
mod lists;
