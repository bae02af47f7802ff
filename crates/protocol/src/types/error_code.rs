//! The error codes of servers, in the header and the body of replies.

use std::borrow::Cow;
use std::fmt;

use bytes::BytesMut;

use crate::error::DecodeError;
use crate::thrift::{Reader, TType, Text, Wire};

/// The longest name that is shown, in bytes: twice the length of any known name.
const LONGEST_NAME: usize = 64;

macro_rules! error_codes {
    ($( $variant:ident = $name:literal, )*) => {
        /// An error of a server. Its name travels on the wire.
        ///
        /// An unknown name is kept as it came: newer servers have more names, and such a name is no reason to
        /// close a connection.
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum ErrorCode {
            $( #[doc = $name] $variant, )*
            /// A name that this version does not know.
            Unlisted(Text),
        }

        impl ErrorCode {
            /// All codes that this version knows.
            pub const LISTED: &[Self] = &[ $( Self::$variant, )* ];

            /// The name on the wire, or `ERR_UNKNOWN` for text that does not look like an error name: the
            /// name reaches logs, programs compare it, and a faulty peer may send anything.
            pub fn name(&self) -> Cow<'_, str> {
                match self {
                    $( Self::$variant => Cow::Borrowed($name), )*
                    Self::Unlisted(name) if is_name(name.as_bytes()) => name.to_str(),
                    Self::Unlisted(_) => Self::Unknown.name(),
                }
            }

            fn as_bytes(&self) -> &[u8] {
                match self {
                    $( Self::$variant => $name.as_bytes(), )*
                    Self::Unlisted(name) => name.as_bytes(),
                }
            }
        }

        impl From<Text> for ErrorCode {
            fn from(name: Text) -> Self {
                match name.as_bytes().as_ref() {
                    $( known if known == $name.as_bytes() => Self::$variant, )*
                    _ => Self::Unlisted(name),
                }
            }
        }
    };
}

error_codes! {
    Ok = "ERR_OK",
    Unknown = "ERR_UNKNOWN",
    ServiceNotFound = "ERR_SERVICE_NOT_FOUND",
    ServiceAlreadyRunning = "ERR_SERVICE_ALREADY_RUNNING",
    IoPending = "ERR_IO_PENDING",
    Timeout = "ERR_TIMEOUT",
    ServiceNotActive = "ERR_SERVICE_NOT_ACTIVE",
    Busy = "ERR_BUSY",
    NetworkInitFailed = "ERR_NETWORK_INIT_FAILED",
    ForwardToOthers = "ERR_FORWARD_TO_OTHERS",
    ObjectNotFound = "ERR_OBJECT_NOT_FOUND",
    HandlerNotFound = "ERR_HANDLER_NOT_FOUND",
    LearnFileFailed = "ERR_LEARN_FILE_FAILED",
    GetLearnStateFailed = "ERR_GET_LEARN_STATE_FAILED",
    InvalidVersion = "ERR_INVALID_VERSION",
    InvalidParameters = "ERR_INVALID_PARAMETERS",
    CapacityExceeded = "ERR_CAPACITY_EXCEEDED",
    InvalidState = "ERR_INVALID_STATE",
    InactiveState = "ERR_INACTIVE_STATE",
    NotEnoughMember = "ERR_NOT_ENOUGH_MEMBER",
    FileOperationFailed = "ERR_FILE_OPERATION_FAILED",
    HandleEof = "ERR_HANDLE_EOF",
    WrongChecksum = "ERR_WRONG_CHECKSUM",
    InvalidData = "ERR_INVALID_DATA",
    InvalidHandle = "ERR_INVALID_HANDLE",
    IncompleteData = "ERR_INCOMPLETE_DATA",
    VersionOutdated = "ERR_VERSION_OUTDATED",
    PathNotFound = "ERR_PATH_NOT_FOUND",
    PathAlreadyExist = "ERR_PATH_ALREADY_EXIST",
    AddressAlreadyUsed = "ERR_ADDRESS_ALREADY_USED",
    StateFreezed = "ERR_STATE_FREEZED",
    LocalAppFailure = "ERR_LOCAL_APP_FAILURE",
    BindIocpFailed = "ERR_BIND_IOCP_FAILED",
    NetworkStartFailed = "ERR_NETWORK_START_FAILED",
    NotImplemented = "ERR_NOT_IMPLEMENTED",
    CheckpointFailed = "ERR_CHECKPOINT_FAILED",
    WrongTiming = "ERR_WRONG_TIMING",
    NoNeedOperate = "ERR_NO_NEED_OPERATE",
    Corruption = "ERR_CORRUPTION",
    TryAgain = "ERR_TRY_AGAIN",
    ClusterNotFound = "ERR_CLUSTER_NOT_FOUND",
    ClusterAlreadyExist = "ERR_CLUSTER_ALREADY_EXIST",
    ServiceAlreadyExist = "ERR_SERVICE_ALREADY_EXIST",
    Injected = "ERR_INJECTED",
    ReplicationFailure = "ERR_REPLICATION_FAILURE",
    AppExist = "ERR_APP_EXIST",
    AppNotExist = "ERR_APP_NOT_EXIST",
    BusyCreating = "ERR_BUSY_CREATING",
    BusyDropping = "ERR_BUSY_DROPPING",
    NetworkFailure = "ERR_NETWORK_FAILURE",
    UnderRecovery = "ERR_UNDER_RECOVERY",
    LearnerNotFound = "ERR_LEARNER_NOT_FOUND",
    OperationDisabled = "ERR_OPERATION_DISABLED",
    Expired = "ERR_EXPIRED",
    LockAlreadyExist = "ERR_LOCK_ALREADY_EXIST",
    HoldByOthers = "ERR_HOLD_BY_OTHERS",
    RecursiveLock = "ERR_RECURSIVE_LOCK",
    NoOwner = "ERR_NO_OWNER",
    NodeAlreadyExist = "ERR_NODE_ALREADY_EXIST",
    InconsistentState = "ERR_INCONSISTENT_STATE",
    ArrayIndexOutOfRange = "ERR_ARRAY_INDEX_OUT_OF_RANGE",
    DirNotEmpty = "ERR_DIR_NOT_EMPTY",
    FsInternal = "ERR_FS_INTERNAL",
    IgnoreBadData = "ERR_IGNORE_BAD_DATA",
    AppDropped = "ERR_APP_DROPPED",
    MockInternal = "ERR_MOCK_INTERNAL",
    ZookeeperOperation = "ERR_ZOOKEEPER_OPERATION",
    ChildRegistered = "ERR_CHILD_REGISTERED",
    IngestionFailed = "ERR_INGESTION_FAILED",
    Unauthenticated = "ERR_UNAUTHENTICATED",
    Krb5Internal = "ERR_KRB5_INTERNAL",
    SaslInternal = "ERR_SASL_INTERNAL",
    SaslIncomplete = "ERR_SASL_INCOMPLETE",
    AclDeny = "ERR_ACL_DENY",
    Splitting = "ERR_SPLITTING",
    ParentPartitionMisused = "ERR_PARENT_PARTITION_MISUSED",
    ChildNotReady = "ERR_CHILD_NOT_READY",
    DiskInsufficient = "ERR_DISK_INSUFFICIENT",
    RetryExhausted = "ERR_RETRY_EXHAUSTED",
    SyncRangerPoliciesFailed = "ERR_SYNC_RANGER_POLICIES_FAILED",
    RangerParseAcl = "ERR_RANGER_PARSE_ACL",
    RangerPoliciesNoNeedUpdate = "ERR_RANGER_POLICIES_NO_NEED_UPDATE",
    RdbCorruption = "ERR_RDB_CORRUPTION",
    DiskIoError = "ERR_DISK_IO_ERROR",
    CurlFailed = "ERR_CURL_FAILED",
    DupExist = "ERR_DUP_EXIST",
    HttpError = "ERR_HTTP_ERROR",
    NotMatched = "ERR_NOT_MATCHED",
}

/// Whether the bytes look like the name of an error.
fn is_name(name: &[u8]) -> bool {
    name.starts_with(b"ERR_")
        && name.len() <= LONGEST_NAME
        && name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// The code of a reply without its error field. It must not be mistaken for success.
impl Default for ErrorCode {
    fn default() -> Self {
        Self::Unknown
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Wire for ErrorCode {
    const TYPE: TType = TType::Struct;

    fn write(&self, out: &mut BytesMut) {
        crate::thrift::write_bytes(self.as_bytes(), out);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        Text::read(input).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for code in ErrorCode::LISTED {
            assert_eq!(&ErrorCode::from(Text::from(code.name().as_ref())), code);
        }
    }

    #[test]
    fn an_unknown_name_is_kept() {
        let code = ErrorCode::from(Text::from("ERR_FROM_THE_FUTURE"));
        assert_eq!(code.name(), "ERR_FROM_THE_FUTURE");
    }

    #[test]
    fn what_is_no_name_is_passed_on_but_not_shown() {
        let long = format!("ERR_{}", "A".repeat(100));
        for text in ["", "secret", "ERR_secret", "ERR_A SECRET", "ERR_\u{e9}", &long] {
            let code = ErrorCode::from(Text::from(text));
            assert_eq!(code.as_bytes(), text.as_bytes());
            assert_eq!(
                (code.name().as_ref(), format!("{code} {code:?}").as_ref()),
                ("ERR_UNKNOWN", "ERR_UNKNOWN ERR_UNKNOWN")
            );
        }
    }
}
