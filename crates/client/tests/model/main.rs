//! Random operations through the client on a local cluster and on a plain model, which must agree after
//! each of them.
//!
//! Every run draws another seed. One that fails names it and says how to do the same again:
//! `PEGASUS_MODEL_SEED=… PEGASUS_MODEL_STEPS=… cargo test -p pegasus-client --test model …`.

// How tests fail; the helpers outside of #[test] functions fail the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod reference;
mod run;
mod steps;

use run::run;
use steps::Space;

/// In debug builds, a second or two for each test.
const STEPS: u64 = 5000;

/// Steps on thousands of rows take longer.
const WIDE_STEPS: u64 = 150;

#[tokio::test]
async fn few_keys_in_1_partition() {
    run("few_keys_in_1_partition", 1, Space::Few, STEPS).await;
}

#[tokio::test]
async fn few_keys_in_3_partitions() {
    run("few_keys_in_3_partitions", 3, Space::Few, STEPS).await;
}

#[tokio::test]
async fn few_keys_in_8_partitions() {
    run("few_keys_in_8_partitions", 8, Space::Few, STEPS).await;
}

#[tokio::test]
async fn wide_hash_keys() {
    run("wide_hash_keys", 3, Space::Wide, WIDE_STEPS).await;
}
