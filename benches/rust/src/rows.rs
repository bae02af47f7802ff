//! The rows that every peer reads and writes. `benches/rows.mjs` has the same in JavaScript.

/// The length of a value, in bytes.
pub const VALUE_LENGTH: usize = 100;

/// Keys of the loaded rows: every hash key with every sort key.
pub struct Rows {
    hash_keys: Vec<[u8; 16]>,
    sort_keys: Vec<[u8; 16]>,
    /// The value of every row, which every set writes.
    pub value: [u8; VALUE_LENGTH],
}

impl Rows {
    /// Makes the keys of this many rows.
    pub fn new(hash_keys: u32, sort_keys: u32) -> Self {
        Self {
            hash_keys: (0..hash_keys).map(|index| key("hash-key-", index)).collect(),
            sort_keys: (0..sort_keys).map(|index| key("sort-key-", index)).collect(),
            value: [b'v'; VALUE_LENGTH],
        }
    }

    /// Hash key and sort key of a random row.
    pub fn any(&self) -> (&[u8; 16], &[u8; 16]) {
        let hash_key = &self.hash_keys[fastrand::usize(..self.hash_keys.len())];
        (hash_key, &self.sort_keys[fastrand::usize(..self.sort_keys.len())])
    }
}

fn key(prefix: &str, index: u32) -> [u8; 16] {
    let mut key = [b'0'; 16];
    let text = format!("{prefix}{index:07}");
    key.copy_from_slice(&text.as_bytes()[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_16_bytes() {
        assert_eq!(&key("hash-key-", 12), b"hash-key-0000012");
    }
}
