//! Replays conversations that were recorded with a real Pegasus server, and compares every answer.
//!
//! The recordings are not in this repository but beside it. Without them the test says so and
//! passes; if `CI` is set, it fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // how tests fail

mod conversation;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use conversation::Conversation;

/// How many differences are printed. Further ones are only counted.
const PRINTED: usize = 20;

fn recording(group: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    let path: PathBuf = path.join(group).with_extension("jsonl");
    match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{}: {error}", path.display());
            println!("{group} did not run: {}: {error}", path.display());
            None
        }
    }
}

async fn replay(group: &str) {
    let Some(recording) = recording(group) else { return };
    let mut lines = recording.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let partitions = lines.next().unwrap()["partitions"].as_u64().unwrap();
    let mut conversation = Conversation::start(partitions as u32).await;
    let (mut steps, mut differences) = (0, 0);
    for scenario in lines {
        for (index, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
            steps += 1;
            let Some(answer) = conversation.step(step).await else { continue };
            let expected = &step["reply"];
            if !conversation::agree(expected, &answer) {
                differences += 1;
                if differences <= PRINTED {
                    let name = scenario["scenario"].as_str().unwrap();
                    println!("{group}/{name}, step {index}: {}", short(step, "reply"));
                    println!("  recorded: {}\n  answered: {}", short(expected, ""), short(&answer, ""));
                }
            }
        }
    }
    println!("{group}: {steps} steps, {differences} differences");
    assert_eq!(differences, 0, "{group}: {differences} of {steps} answers differ");
    conversation.stop().await;
}

/// A value as one short line, without one of its fields.
fn short(value: &Value, without: &str) -> String {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.remove(without);
    }
    let text = value.to_string();
    match text.char_indices().nth(1500) {
        Some((end, _)) => format!("{} … ({} characters)", &text[..end], text.len()),
        None => text,
    }
}

macro_rules! groups {
    ($($group:ident)*) => {$(
        #[tokio::test]
        async fn $group() {
            replay(stringify!($group)).await;
        }
    )*};
}

groups! { basics expiry multi incr check scan fuzz1 fuzz2 }
