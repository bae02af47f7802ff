//! Keys: packing, order, hashes, partitions, and where a range of keys ends.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use pegasus_protocol::key::{
    HASH_KEY_LIMIT, after_prefix, crc64, decode, encode, hash, partition_index, successor,
};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Chooses a length near the limit, to which the hash key is filled up. Rarely, as such keys are slow.
    length: u16,
    filling: u8,
    /// Whether the second key starts with the first one's prefix.
    is_related: bool,
    partition_count: u32,
    hash_key: &'a [u8],
    sort_key: &'a [u8],
    other_hash_key: &'a [u8],
    other_sort_key: &'a [u8],
}

fn packing(hash_key: &[u8], sort_key: &[u8], partition_count: u32) {
    let Ok(key) = encode(hash_key, sort_key) else {
        assert!(hash_key.len() >= HASH_KEY_LIMIT);
        assert_eq!(after_prefix(hash_key, sort_key).ok(), None);
        return;
    };
    assert!(hash_key.len() < HASH_KEY_LIMIT);
    let (hash_key_again, sort_key_again) = decode(key.clone()).expect("what was packed can be unpacked");
    assert_eq!((&hash_key_again[..], &sort_key_again[..]), (hash_key, sort_key));
    let hashed = if hash_key.is_empty() { sort_key } else { hash_key };
    assert_eq!(hash(&key), Ok(crc64(hashed)));
    let index = partition_index(crc64(hashed), partition_count);
    assert!(index < partition_count.max(1));
}

/// Bytes that are not a packed key.
fn unpacking(bytes: &[u8]) {
    let unpacked = decode(Bytes::copy_from_slice(bytes));
    assert_eq!(unpacked.is_ok(), hash(bytes).is_ok());
    if let Ok((hash_key, sort_key)) = unpacked {
        assert_eq!(encode(&hash_key, &sort_key).expect("only what can be packed is unpacked"), bytes);
    }
}

/// Checks that exactly the strings with a prefix are between the prefix and its successor.
fn successors(prefix: &[u8], other: &[u8]) {
    let starts = other.starts_with(prefix);
    match successor(prefix) {
        Some(next) => assert_eq!(other >= prefix && other < &next[..], starts),
        None => {
            assert!(prefix.iter().all(|byte| *byte == 0xff));
            assert_eq!(other >= prefix, starts);
        }
    }
}

fn ranges(hash_key: &[u8], sort_key: &[u8], other_hash_key: &[u8], other_sort_key: &[u8]) {
    let (Ok(start), Ok(other)) = (encode(hash_key, sort_key), encode(other_hash_key, other_sort_key)) else {
        return;
    };
    let order =
        (hash_key.len(), hash_key, sort_key).cmp(&(other_hash_key.len(), other_hash_key, other_sort_key));
    assert_eq!(start.cmp(&other), order, "shorter hash keys first, then bytes");
    let stop = after_prefix(hash_key, sort_key).expect("what can be packed has a successor");
    let is_within = hash_key == other_hash_key && other_sort_key.starts_with(sort_key);
    assert_eq!(start <= other && other < stop, is_within);
    successors(&start, &other);
}

fuzz_target!(|input: Input<'_>| {
    let mut hash_key = input.hash_key.to_vec();
    if usize::from(input.length) >= HASH_KEY_LIMIT - 2 {
        hash_key.resize(usize::from(input.length) + 1, input.filling);
    }
    let (mut other_hash_key, mut other_sort_key) = (input.other_hash_key.to_vec(), Vec::new());
    if input.is_related {
        other_hash_key.clone_from(&hash_key);
        other_sort_key.extend_from_slice(input.sort_key);
    }
    other_sort_key.extend_from_slice(input.other_sort_key);

    packing(&hash_key, input.sort_key, input.partition_count);
    unpacking(input.hash_key);
    unpacking(input.sort_key);
    successors(input.sort_key, &other_sort_key);
    ranges(&hash_key, input.sort_key, &other_hash_key, &other_sort_key);
    ranges(&other_hash_key, &other_sort_key, &hash_key, input.sort_key);
});
