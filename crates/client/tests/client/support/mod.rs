//! What the tests run against: scripted servers, their replies, and clients of them.

mod answers;
mod fake;
mod lines;
mod scene;

pub(crate) use answers::*;
pub(crate) use fake::{Action, Fake, Latch, PATIENCE, Request, UnusedPort};
pub(crate) use lines::Lines;
pub(crate) use scene::{CALL, FakeMeta, Scene, WRITE, options, within};
