//! Keys: their encoding, their order, and the partitions that they belong to.
//!
//! An encoded key is `u16_be(len(hash key)) ++ hash key ++ sort key`; keys sort as unsigned bytes.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use crc::{CRC_64_NVME, Crc, Table};
use thiserror::Error;

use crate::error::DecodeError;

/// A hash key must be shorter than this, in bytes: its length takes 16 bits, the largest value is reserved.
pub const HASH_KEY_LIMIT: usize = 65_535;

const CRC64: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_NVME);

/// The error for a hash key that cannot be encoded; it holds the length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a hash key of {0} bytes is too long: fewer than {HASH_KEY_LIMIT} are allowed")]
pub struct HashKeyTooLong(pub usize);

/// The hash that spreads keys over partitions.
pub fn crc64(bytes: &[u8]) -> u64 {
    CRC64.checksum(bytes)
}

/// Encodes a key. Every key is encoded here, so a longer hash key gets no further.
pub fn encode(hash_key: &[u8], sort_key: &[u8]) -> Result<Bytes, HashKeyTooLong> {
    if hash_key.len() >= HASH_KEY_LIMIT {
        return Err(HashKeyTooLong(hash_key.len()));
    }
    let mut key = BytesMut::with_capacity(2 + hash_key.len() + sort_key.len());
    key.put_u16(hash_key.len() as u16);
    key.put_slice(hash_key);
    key.put_slice(sort_key);
    Ok(key.freeze())
}

/// The end of the hash key in an encoded key.
fn hash_key_end(key: &[u8]) -> Result<usize, DecodeError> {
    match key {
        [high, low, rest @ ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length <= rest.len() && length < HASH_KEY_LIMIT {
                Ok(2 + length)
            } else {
                Err(DecodeError::BadKey(key.len()))
            }
        }
        _ => Err(DecodeError::BadKey(key.len())),
    }
}

/// Decodes a key into hash key and sort key, both views of its bytes.
pub fn decode(mut key: Bytes) -> Result<(Bytes, Bytes), DecodeError> {
    let end = hash_key_end(&key)?;
    key.advance(2);
    let hash_key = key.split_to(end - 2);
    Ok((hash_key, key))
}

/// The hash of an encoded key, as in [`row_hash`].
pub fn hash(key: &[u8]) -> Result<u64, DecodeError> {
    let end = hash_key_end(key)?;
    Ok(row_hash(&key[2..end], &key[end..]))
}

/// The hash that decides the partition of a row: that of its hash key or, if it is empty, of its sort key.
pub fn row_hash(hash_key: &[u8], sort_key: &[u8]) -> u64 {
    crc64(if hash_key.is_empty() { sort_key } else { hash_key })
}

/// The partition of a hash: the unsigned remainder, for any count.
pub fn partition_index(hash: u64, partition_count: u32) -> u32 {
    (hash % u64::from(partition_count.max(1))) as u32
}

/// The smallest byte string that sorts after all strings that start with `prefix`. `None`: there is none,
/// because all bytes of `prefix` are 0xFF.
pub fn successor(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next = BytesMut::from(&prefix[..=last]);
    next[last] += 1;
    Some(next.freeze())
}

/// The first encoded key after all keys of `hash_key` whose sort keys start with `sort_key_prefix`.
///
/// The carry may reach the length in front. It always stops there, because that length is never all ones.
pub fn after_prefix(hash_key: &[u8], sort_key_prefix: &[u8]) -> Result<Bytes, HashKeyTooLong> {
    let encoded = encode(hash_key, sort_key_prefix)?;
    successor(&encoded).ok_or(HashKeyTooLong(hash_key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(hash_key: &[u8], sort_key: &[u8]) -> Vec<u8> {
        after_prefix(hash_key, sort_key).unwrap().to_vec()
    }

    #[test]
    fn crc64_is_what_the_servers_compute() {
        let table: &[(&[u8], u64)] = &[
            (b"", 0),
            (b"a", 0x8c2f_8445_b4cb_fc3c),
            (b"b", 0x0d9c_951d_e495_67b7),
            (b"ab", 0xeb4f_b212_c8b6_5432),
            (b"hello", 0x3377_8570_0652_4257),
            (b"user_1", 0x9ce6_8171_e015_1387),
            (b"user_2", 0x1d55_9029_b04b_880c),
            (b"user1", 0x6ec4_f709_4502_9038),
            (b"pegasus", 0xce87_09cf_bd39_73c4),
            (b"test_hash_key", 0xf223_c1e5_1650_2981),
            (b"hash_key_0", 0x984e_5a07_bde9_cf21),
            (b"123456789", 0xae8b_1486_0a79_9888),
            (b"\x00", 0xd5da_5047_efec_8728),
            (b"\xff", 0xff00_0000_0000_0000),
            (b"\xff\xff", 0xffff_0000_0000_0000),
        ];
        for (input, expected) in table {
            assert_eq!(crc64(input), *expected, "{input:?}");
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(crc64(&all), 0xff71_e212_79d9_966e);
    }

    #[test]
    fn partitions_use_the_unsigned_remainder() {
        let hash = crc64(b"user_1");
        assert_eq!([3, 4, 8, 64].map(|count| partition_index(hash, count)), [1, 3, 7, 7]);
        let a = crc64(b"a");
        assert_eq!([1, 8, 12, 16].map(|count| partition_index(a, count)), [0, 4, 0, 12]);
    }

    #[test]
    fn keys_pack_and_unpack() {
        assert_eq!(encode(b"", b"").unwrap().as_ref(), b"\x00\x00");
        assert_eq!(encode(b"D", b"U").unwrap().as_ref(), b"\x00\x01DU");
        let (hash_key, sort_key) = decode(Bytes::from_static(b"\x00\x01DU")).unwrap();
        assert_eq!((hash_key.as_ref(), sort_key.as_ref()), (&b"D"[..], &b"U"[..]));
        for (hash_key, sort_key) in [(&b""[..], &b"sort"[..]), (b"hash", b""), (b"hash key", b"sort key")] {
            let decoded = decode(encode(hash_key, sort_key).unwrap()).unwrap();
            assert_eq!((decoded.0.as_ref(), decoded.1.as_ref()), (hash_key, sort_key));
        }
        for short in [&b""[..], b"\x00", b"\x00\x02D", b"\xff\xff"] {
            assert!(decode(Bytes::from_static(short)).is_err(), "{short:?}");
        }
    }

    #[test]
    fn the_longest_hash_key_is_65534_bytes() {
        assert!(encode(&vec![0; 65_534], b"s").is_ok());
        assert_eq!(encode(&vec![0; 65_535], b""), Err(HashKeyTooLong(65_535)));
        assert_eq!(encode(&vec![0; 65_536], b""), Err(HashKeyTooLong(65_536)));
        let decoded = |length: u16| {
            let key = [&length.to_be_bytes()[..], &vec![0; length.into()]].concat();
            decode(key.into()).map(|(hash_key, _)| hash_key.len())
        };
        assert_eq!(decoded(65_534), Ok(65_534));
        assert_eq!(decoded(65_535), Err(DecodeError::BadKey(65_537)));
    }

    #[test]
    fn an_empty_hash_key_is_hashed_by_its_sort_key() {
        assert_eq!(hash(&encode(b"", b"a").unwrap()).unwrap(), crc64(b"a"));
        assert_eq!(hash(&encode(b"a", b"x").unwrap()).unwrap(), crc64(b"a"));
    }

    #[test]
    fn what_comes_next() {
        assert_eq!(next(b"user_1", b""), b"\x00\x06user_2");
        assert_eq!(next(b"a\xff", b""), b"\x00\x02b");
        assert_eq!(next(b"\xff", b""), b"\x00\x02");
        assert_eq!(next(b"", b""), b"\x00\x01");
        assert_eq!(next(b"h", b"ab"), b"\x00\x01hac");
        assert_eq!(next(b"h", b"\xff\xff"), b"\x00\x01i");
        assert_eq!(next(b"\x0a", b""), b"\x00\x01\x0b");
        assert_eq!(next(b"\xfe", b""), b"\x00\x01\xff");
        assert_eq!(next(b"\x0a\xff", b""), b"\x00\x02\x0b");
        assert_eq!(next(b"\xff\xff", b""), b"\x00\x03");
        assert_eq!(next(b"", b"U"), b"\x00\x00V");
        assert_eq!(next(b"D", b"\xff"), b"\x00\x01E");
        assert_eq!(next(b"\xff", b"U"), b"\x00\x01\xffV");
        assert_eq!(next(b"\xff\xff", b"\xff"), b"\x00\x03");
        assert_eq!(next(&vec![0xff; 65_534], b""), b"\xff\xff");
        assert_eq!(successor(b"\xff\xff"), None);
    }
}
