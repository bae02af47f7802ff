//! How keys and values appear in `Debug` output, which may reach logs: of a key the first bytes, of a value
//! only its length.

use std::fmt;

/// The bytes of a key that are shown: enough to tell rows apart in a log.
const KEY_PREFIX: usize = 16;

/// A key, or a pattern for keys.
pub(crate) struct ShownKey<'a>(pub(crate) &'a [u8]);

/// A value, or an operand that values are compared with.
pub(crate) struct ShownValue<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(key) = self;
        let start = &key[..key.len().min(KEY_PREFIX)];
        write!(f, "b\"{}\"", start.escape_ascii())?;
        if start.len() < key.len() { write!(f, "… ({} bytes)", key.len()) } else { Ok(()) }
    }
}

impl fmt::Debug for ShownValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use pegasus_protocol::idl::{CheckType, FilterType};

    use super::*;
    use crate::error::Error;
    use crate::{
        Check, CheckResult, CheckedSet, DelRangeError, DelRangeOptions, Filter, MultiGetResult, Mutation,
        ScanOptions, ScanRow, SortKeyRange, SortKeyValue,
    };

    #[test]
    fn a_key_shows_sixteen_bytes_and_a_value_none() {
        assert_eq!(format!("{:?}", ShownKey(b"user\x00\"1")), r#"b"user\x00\"1""#);
        assert_eq!(format!("{:?}", ShownKey(b"0123456789abcdef")), r#"b"0123456789abcdef""#);
        assert_eq!(
            format!("{:?}", ShownKey(b"0123456789abcdefSECRET")),
            r#"b"0123456789abcdef"… (22 bytes)"#
        );
        assert_eq!(format!("{:?}", ShownValue(b"SECRET")), "(6 bytes)");
    }

    #[test]
    fn what_callers_hold_prints_no_value_and_little_of_a_key() {
        let key = || Bytes::from_static(b"0123456789abcdefSECRET");
        let value = || Bytes::from_static(b"SECRET");
        let filter = || Filter { filter_type: FilterType::MatchPrefix, pattern: key() };
        let row = || SortKeyValue { sort_key: key(), value: value() };
        let printed: [&dyn fmt::Debug; 13] = [
            &filter(),
            &SortKeyRange { start: key(), stop: key(), filter: filter(), ..SortKeyRange::default() },
            &row(),
            &MultiGetResult { entries: vec![row()], complete: true },
            &ScanRow { hash_key: key(), sort_key: key(), value: value(), expires_at: None },
            &ScanOptions {
                hash_key_filter: filter(),
                sort_key_filter: filter(),
                timeout: Duration::from_secs(1),
                ..ScanOptions::default()
            },
            &Check { operand: value(), ..Check::new(key(), CheckType::ValueExist) },
            &CheckResult { succeeded: true, check_value: Some(Some(value())) },
            &CheckedSet { sort_key: Some(key()), value: value(), ttl_seconds: 0 },
            &Mutation::Set { sort_key: key(), value: value(), ttl_seconds: 0 },
            &Mutation::Delete { sort_key: key() },
            &DelRangeOptions { filter: filter(), ..DelRangeOptions::default() },
            &DelRangeError { error: Error::closed(), deleted: 1, next_sort_key: Some(key()) },
        ];
        for shown in printed {
            let text = format!("{shown:?} {shown:#?}");
            assert!(!text.contains("SECRET") && !text.contains("83, 69, 67"), "{text}");
            assert!(text.contains("bytes)"), "it says that there is more: {text}");
        }
    }
}
