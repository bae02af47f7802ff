//! Random operations on a local cluster and on a plain model. Both must agree after each operation.
//!
//! Every run draws a new seed. A run that fails prints it, and how to repeat the run: `PEGASUS_MODEL_SEED=…
//! PEGASUS_MODEL_STEPS=… cargo test -p pegasus-client --test model …`.

// Tests may panic; so may the helpers outside of `#[test]` functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod reference;
mod run;
mod steps;

use run::run;
use steps::Space;

/// The steps of a test: 1 or 2 s in debug builds.
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
