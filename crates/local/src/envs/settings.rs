//! What the settings of a table say about its requests.

use pegasus_protocol::thrift::Text;

use super::deny::Deny;
use super::names::{
    BACKUP_REQUEST_THROTTLING, DEFAULT_TTL, DENY_CLIENT_REQUEST, Envs, READ_THROTTLING,
    READ_THROTTLING_BY_SIZE, VALIDATE_PARTITION_HASH, WRITE_THROTTLING, WRITE_THROTTLING_BY_SIZE,
};
use super::throttling::{Throttling, parse_rate};
use super::validate::is_true;

/// What the settings of a table say about requests, read once for every change of them.
///
/// A value that makes no sense counts as absent, as in the servers: `create_app` checks almost none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Which requests are not served at all.
    pub(crate) deny: Option<Deny>,
    /// Whether requests and scanned rows must belong to their partition by hash.
    pub(crate) validates_hash: bool,
    /// How long rows live that are written without an expiry, where that is said.
    pub(crate) default_ttl: Option<u32>,
    /// Limits on how many writes there are in a second.
    pub(crate) writes: Option<Throttling>,
    /// Limits on how many bytes of writes there are in a second.
    pub(crate) written_bytes: Option<Throttling>,
    /// Limits on how many reads there are in a second.
    pub(crate) reads: Option<Throttling>,
    /// Limits on how many backup reads there are in a second.
    pub(crate) backup_reads: Option<Throttling>,
    /// How many bytes a partition may answer reads with in a second.
    pub(crate) read_bytes: Option<u64>,
}

impl Settings {
    /// Reads the settings of a table of so many partitions; limits are shared among them evenly.
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
            backup_reads: throttling(BACKUP_REQUEST_THROTTLING),
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
