//! What the envs of a table say about its requests.

use pegasus_protocol::thrift::Text;

use super::deny::Deny;
use super::names::{
    BACKUP_REQUEST_THROTTLING, DEFAULT_TTL, DENY_CLIENT_REQUEST, Envs, READ_THROTTLING,
    READ_THROTTLING_BY_SIZE, VALIDATE_PARTITION_HASH, WRITE_THROTTLING, WRITE_THROTTLING_BY_SIZE,
};
use super::throttling::{Throttling, parse_rate};
use super::validate::is_true;

/// What the envs of a table say about requests. The envs are parsed once for each change of them.
///
/// An invalid value counts as absent, as in real servers: `create_app` checks almost no values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Which requests the table denies.
    pub(crate) deny: Option<Deny>,
    /// Whether a request or a scanned row is refused when its hash belongs to another partition.
    pub(crate) validates_hash: bool,
    /// The time to live of rows that are written without an expiry, in seconds.
    pub(crate) default_ttl: Option<u32>,
    /// Limits on the number of writes per second.
    pub(crate) writes: Option<Throttling>,
    /// Limits on the bytes written per second.
    pub(crate) written_bytes: Option<Throttling>,
    /// Limits on the number of reads per second.
    pub(crate) reads: Option<Throttling>,
    /// Limits on the number of hedged reads per second.
    pub(crate) hedged_reads: Option<Throttling>,
    /// How many bytes per second a partition may send as answers to reads.
    pub(crate) read_bytes: Option<u64>,
}

impl Settings {
    /// Parses the envs of a table. Each of its partitions gets an equal share of the limits.
    pub(crate) fn new(envs: &Envs, partition_count: i32) -> Self {
        let value = |name: &'static str| envs.get(&Text::from_static(name)).map(Text::to_str);
        let count = u64::try_from(partition_count).unwrap_or(1).max(1);
        let throttling = |name| Throttling::parse(&value(name)?).ok().map(|whole| whole.shared_by(count));
        Self {
            deny: value(DENY_CLIENT_REQUEST).and_then(|text| Deny::parse(&text)),
            validates_hash: value(VALIDATE_PARTITION_HASH).is_some_and(|text| is_true(&text)),
            default_ttl: value(DEFAULT_TTL).and_then(|text| text.parse().ok()),
            writes: throttling(WRITE_THROTTLING),
            written_bytes: throttling(WRITE_THROTTLING_BY_SIZE),
            reads: throttling(READ_THROTTLING),
            hedged_reads: throttling(BACKUP_REQUEST_THROTTLING),
            read_bytes: value(READ_THROTTLING_BY_SIZE)
                .and_then(|text| parse_rate(&text).ok().flatten())
                .map(|bytes| bytes / count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&'static str, &str)], partition_count: i32) -> Settings {
        let envs = pairs.iter().map(|(name, value)| (Text::from_static(name), Text::from(*value))).collect();
        Settings::new(&envs, partition_count)
    }

    #[test]
    fn nothing_is_set_where_nothing_is_said_or_nonsense() {
        assert_eq!(settings(&[], 8), Settings::default());
        let nonsense: Vec<_> = [
            DEFAULT_TTL,
            VALIDATE_PARTITION_HASH,
            DENY_CLIENT_REQUEST,
            WRITE_THROTTLING,
            READ_THROTTLING_BY_SIZE,
            "who.knows",
        ]
        .map(|name| (name, "nonsense*"))
        .to_vec();
        assert_eq!(settings(&nonsense, 8), Settings::default());
    }

    #[test]
    fn what_is_denied() {
        let deny = |text: &'static str| settings(&[(DENY_CLIENT_REQUEST, text)], 1).deny;
        let all = deny("timeout*all").unwrap();
        assert!(all.is_silent && all.is_for(true) && all.is_for(false));
        let writes = deny("reconfig*write").unwrap();
        assert!(!writes.is_silent && writes.is_for(true) && !writes.is_for(false));
        let reads = deny(" reconfig * read ").unwrap();
        assert!(!reads.is_for(true) && reads.is_for(false));
        assert_eq!(deny("timeout*none"), None);
        assert_eq!(deny("timeout*all*all"), None);
    }

    #[test]
    fn bytes_to_read_are_shared_among_partitions() {
        let bytes =
            |text: &'static str, count| settings(&[(READ_THROTTLING_BY_SIZE, text)], count).read_bytes;
        assert_eq!(bytes("8K", 8), Some(1024));
        assert_eq!(bytes("100*delay*10", 1), None);
        assert_eq!(bytes("100*delay*10,80*reject*1", 1), Some(80));
    }
}
