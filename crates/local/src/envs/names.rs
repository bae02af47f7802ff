//! The names of the envs that clients notice.

use std::collections::BTreeMap;

use pegasus_protocol::thrift::Text;

/// The envs of a table: name to value.
pub(crate) type Envs = BTreeMap<Text, Text>;

pub(crate) const DEFAULT_TTL: &str = "default_ttl";
pub(crate) const VALIDATE_PARTITION_HASH: &str = "replica.split.validate_partition_hash";
pub(super) const DENY_CLIENT_REQUEST: &str = "replica.deny_client_request";
pub(super) const WRITE_THROTTLING: &str = "replica.write_throttling";
pub(super) const WRITE_THROTTLING_BY_SIZE: &str = "replica.write_throttling_by_size";
pub(super) const READ_THROTTLING: &str = "replica.read_throttling";
pub(super) const READ_THROTTLING_BY_SIZE: &str = "replica.read_throttling_by_size";
pub(super) const BACKUP_REQUEST_THROTTLING: &str = "replica.backup_request_throttling";
