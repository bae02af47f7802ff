//! Filters on hash keys and sort keys. Checks of values use the same comparisons.

use bytes::Bytes;
use pegasus_protocol::idl::FilterType;

/// A filter of a request.
#[derive(Debug, Clone)]
pub(super) struct KeyFilter {
    kind: FilterType,
    pattern: Bytes,
}

impl KeyFilter {
    /// The filter of a request; `None` if the filter type does not exist.
    pub(super) fn new(kind: i32, pattern: &Bytes) -> Option<Self> {
        FilterType::try_from(kind).ok().map(|kind| Self { kind, pattern: pattern.clone() })
    }

    /// The common prefix of all keys that pass, if the filter asks for one.
    pub(super) fn prefix(&self) -> Option<&[u8]> {
        (self.kind == FilterType::MatchPrefix && !self.pattern.is_empty()).then_some(&self.pattern)
    }

    /// Whether all keys pass.
    pub(super) fn passes_all(&self) -> bool {
        self.kind == FilterType::NoFilter || self.pattern.is_empty()
    }

    /// Whether `key` passes. An empty pattern lets all keys pass.
    pub(super) fn passes(&self, key: &[u8]) -> bool {
        match self.kind {
            FilterType::NoFilter => true,
            FilterType::MatchAnywhere => contains(key, &self.pattern),
            FilterType::MatchPrefix => key.starts_with(&self.pattern),
            FilterType::MatchPostfix => key.ends_with(&self.pattern),
        }
    }
}

/// Whether `bytes` contains `pattern`.
pub(super) fn contains(bytes: &[u8], pattern: &[u8]) -> bool {
    pattern.is_empty() || bytes.windows(pattern.len()).any(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(kind: FilterType, pattern: &'static str, key: &str) -> bool {
        KeyFilter::new(kind.into(), &Bytes::from_static(pattern.as_bytes())).unwrap().passes(key.as_bytes())
    }

    #[test]
    fn what_passes() {
        use FilterType::{MatchAnywhere, MatchPostfix, MatchPrefix, NoFilter};
        for kind in [NoFilter, MatchAnywhere, MatchPrefix, MatchPostfix] {
            assert!(passes(kind, "", "") && passes(kind, "", "key"), "{kind:?}");
        }
        assert!(passes(NoFilter, "x", "key"));
        assert!(passes(MatchAnywhere, "bc", "abcd") && !passes(MatchAnywhere, "bd", "abcd"));
        assert!(passes(MatchPrefix, "ab", "abcd") && !passes(MatchPrefix, "bc", "abcd"));
        assert!(passes(MatchPostfix, "cd", "abcd") && !passes(MatchPostfix, "bc", "abcd"));
        assert!(!passes(MatchAnywhere, "longer", "key"));
    }

    #[test]
    fn unknown_types_are_no_filter() {
        assert!(KeyFilter::new(4, &Bytes::new()).is_none());
        assert!(KeyFilter::new(-1, &Bytes::new()).is_none());
    }
}
