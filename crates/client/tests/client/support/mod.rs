//! What the tests talk to: scripted servers, the answers they give, and clients of them.

mod answers;
mod fake;
mod scene;

pub(crate) use answers::*;
pub(crate) use fake::{Action, Fake, Gate, PATIENCE, Request, UnusedPort};
pub(crate) use scene::{CALL, FakeMeta, Scene, WRITE, options, within};
