//! Checks names and values of envs as real servers do, with their error texts.

use pegasus_protocol::thrift::Text;

use super::deny::Deny;
use super::names::{
    BACKUP_REQUEST_THROTTLING, DEFAULT_TTL, DENY_CLIENT_REQUEST, Envs, READ_THROTTLING,
    READ_THROTTLING_BY_SIZE, VALIDATE_PARTITION_HASH, WRITE_THROTTLING, WRITE_THROTTLING_BY_SIZE,
};
use super::throttling::{Throttling, parse_rate};
use crate::store::integer;

const WRITE_BUFFER_SIZE: &str = "rocksdb.write_buffer_size";
const NUM_LEVELS: &str = "rocksdb.num_levels";

/// Refuses an unknown env or an invalid value, with a hint.
pub(crate) fn validate(name: &Text, value: &Text) -> Result<(), String> {
    let (name, value) = (name.to_str(), value.to_str());
    let value = value.as_ref();
    match name.as_ref() {
        "replica.slow_query_threshold" => int64(value, ">= 20", |number| number >= 20),
        "replica.rocksdb_iteration_threshold_time_ms" => int64(value, ">= 0", |number| number >= 0),
        WRITE_BUFFER_SIZE => {
            int64(value, "In range [16777216, 536870912]", |number| (16 << 20..=512 << 20).contains(&number))
        }
        NUM_LEVELS => int64(value, "In range [1, 10]", |number| (1..=10).contains(&number)),
        "manual_compact.once.trigger_time" => {
            int64(value, "> 0, timestamp (in seconds) to trigger the once manual compaction", |number| {
                number >= 0
            })
        }
        "manual_compact.once.target_level" | "manual_compact.periodic.target_level" => {
            int64(value, "-1 or >= 1", |number| number == -1 || number >= 1)
        }
        DEFAULT_TTL
        | "rocksdb.checkpoint.reserve_time_seconds"
        | "manual_compact.max_concurrent_running_count" => int32(value, ">= 0", |number| number >= 0),
        "rocksdb.checkpoint.reserve_min_count" => int32(value, "> 0", |number| number > 0),
        VALIDATE_PARTITION_HASH
        | "replica.rocksdb_block_cache_enabled"
        | "rocksdb.allow_ingest_behind"
        | "manual_compact.disabled" => boolean(value),
        WRITE_THROTTLING | WRITE_THROTTLING_BY_SIZE | READ_THROTTLING | BACKUP_REQUEST_THROTTLING => {
            Throttling::parse(value).map(drop)
        }
        READ_THROTTLING_BY_SIZE => parse_rate(value).map(drop),
        DENY_CLIENT_REQUEST => Deny::parse(value).map(drop).ok_or_else(|| DENY_HINT.to_owned()),
        "rocksdb.usage_scenario" => one_of(value, &["bulk_load", "normal", "prefer_write"]),
        "manual_compact.once.bottommost_level_compaction"
        | "manual_compact.periodic.bottommost_level_compaction" => one_of(value, &["force", "skip"]),
        "business.info"
        | "user_specified_compaction"
        | "manual_compact.periodic.trigger_time"
        | "replica_access_controller.allowed_users"
        | "replica_access_controller.ranger_policies"
        | "duplication.master_cluster"
        | "duplication.master_metas"
        | "duplication.master_app_name"
        | "duplication.follower_app_status" => Ok(()),
        _ => Err(format!("app_env '{name}' is not supported")),
    }
}

/// Checks the envs of a new table. Like real servers, it checks only two envs of the storage
/// engine: the write buffer size and the number of levels.
pub(crate) fn validate_at_creation(envs: &Envs) -> Result<(), String> {
    let checked = [WRITE_BUFFER_SIZE, NUM_LEVELS].map(Text::from_static);
    checked.iter().filter_map(|name| Some((name, envs.get(name)?))).try_for_each(|(n, v)| validate(n, v))
}

const DENY_HINT: &str = "Invalid deny client args, valid include: timeout*all, timeout*write, \
                         timeout*read; reconfig*all, reconfig*write, reconfig*read";

/// Whether a value is the boolean `true`.
pub(super) fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

fn boolean(value: &str) -> Result<(), String> {
    let is_boolean = is_true(value) || value.eq_ignore_ascii_case("false");
    if is_boolean { Ok(()) } else { Err(format!("invalid value '{value}', should be a boolean")) }
}

fn int64(value: &str, limits: &str, is_within: impl FnOnce(i64) -> bool) -> Result<(), String> {
    let number = integer::parse(value.as_bytes())
        .ok_or_else(|| format!("invalid value '{value}', should be an 64 bits integer"))?;
    within(value, limits, is_within(number))
}

fn int32(value: &str, limits: &str, is_within: impl FnOnce(i32) -> bool) -> Result<(), String> {
    let number = integer::parse(value.as_bytes())
        .and_then(|number| i32::try_from(number).ok())
        .ok_or_else(|| format!("invalid value '{value}', should be an 32 bits integer"))?;
    within(value, limits, is_within(number))
}

fn within(value: &str, limits: &str, is_within: bool) -> Result<(), String> {
    if is_within { Ok(()) } else { Err(format!("invalid value '{value}', should be '{limits}'")) }
}

fn one_of(value: &str, values: &[&str]) -> Result<(), String> {
    if values.contains(&value) { Ok(()) } else { Err(values.join(" | ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(name: &str, value: &str) -> Option<String> {
        validate(&name.into(), &value.into()).err()
    }

    #[test]
    fn values_that_are_taken() {
        for (name, value) in [
            (DEFAULT_TTL, "0"),
            (DEFAULT_TTL, "86400"),
            (VALIDATE_PARTITION_HASH, "TRUE"),
            (WRITE_THROTTLING, "10K*delay*100,20K*reject*100"),
            (READ_THROTTLING_BY_SIZE, "20K"),
            (DENY_CLIENT_REQUEST, "reconfig*read"),
            ("replica.slow_query_threshold", "20"),
            ("rocksdb.usage_scenario", "bulk_load"),
            ("manual_compact.once.target_level", "-1"),
            ("business.info", "anything"),
        ] {
            assert_eq!(hint(name, value), None, "{name}={value}");
        }
    }

    #[test]
    fn values_that_are_refused_in_the_servers_words() {
        for (name, value, expected) in [
            ("no.such.env", "1", "app_env 'no.such.env' is not supported"),
            (DEFAULT_TTL, "-7", "invalid value '-7', should be '>= 0'"),
            (DEFAULT_TTL, "4294967296", "invalid value '4294967296', should be an 32 bits integer"),
            (
                "replica.rocksdb_iteration_threshold_time_ms",
                "x",
                "invalid value 'x', should be an 64 bits integer",
            ),
            ("replica.slow_query_threshold", "19", "invalid value '19', should be '>= 20'"),
            (VALIDATE_PARTITION_HASH, "1", "invalid value '1', should be a boolean"),
            (WRITE_THROTTLING, "", "The value shouldn't be empty"),
            (DENY_CLIENT_REQUEST, "all", DENY_HINT),
            ("rocksdb.usage_scenario", "fast", "bulk_load | normal | prefer_write"),
            (NUM_LEVELS, "11", "invalid value '11', should be 'In range [1, 10]'"),
        ] {
            assert_eq!(hint(name, value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn at_creation_only_the_engines_are_checked() {
        let envs = |name, value: &str| Envs::from([(Text::from_static(name), Text::from(value))]);
        assert!(validate_at_creation(&envs("no.such.env", "1")).is_ok());
        assert!(validate_at_creation(&envs(NUM_LEVELS, "0")).is_err());
    }
}
