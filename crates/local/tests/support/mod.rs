//! What the tests need to talk to a cluster: a raw client that speaks frames, and a cluster whose
//! clock the test moves.

#![allow(dead_code)] // every test program uses its own part of this

mod cluster;
mod meta;
mod peer;
mod requests;

#[allow(unused_imports)]
pub(crate) use self::cluster::{START, TABLE, TestCluster};
#[allow(unused_imports)]
pub(crate) use self::meta::locate;
pub(crate) use self::peer::Peer;
#[allow(unused_imports)]
pub(crate) use self::requests::{encoded, header, meta_header, options, put_request, scan_of_all, set_envs};
