//! The names of RPCs and errors in fault rules.

use pegasus_protocol::rpc::RpcCode;
use pegasus_protocol::types::ErrorCode;

/// The longest name of an error. No real name comes near it.
const LONGEST_ERROR: usize = 64;

/// Finds an RPC by its name on the wire or by its method name in the IDL.
pub(super) fn rpc(name: &str) -> Option<RpcCode> {
    RpcCode::ALL.iter().copied().find(|code| code.name() == name || method(*code) == name)
}

/// The method names of the IDL, for messages.
pub(super) fn methods() -> String {
    RpcCode::ALL.iter().map(|code| method(*code)).collect::<Vec<_>>().join(", ")
}

/// The error of a name; `None` if the text cannot be the name of an error.
pub(super) fn error(name: &str) -> Option<ErrorCode> {
    let rest = name.strip_prefix("ERR_").filter(|rest| !rest.is_empty() && name.len() <= LONGEST_ERROR)?;
    let is_name = rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_name.then(|| ErrorCode::from(pegasus_protocol::thrift::Text::from(name)))
}

/// The method name of an RPC in the IDL: the variant's name in snake case.
fn method(code: RpcCode) -> String {
    let mut method = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() && !method.is_empty() {
            method.push('_');
        }
        method.push(letter.to_ascii_lowercase());
    }
    method
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpcs_have_two_names() {
        for (name, code) in [
            ("get", RpcCode::Get),
            ("RPC_RRDB_RRDB_GET", RpcCode::Get),
            ("multi_put", RpcCode::MultiPut),
            ("check_and_set", RpcCode::CheckAndSet),
            ("sortkey_count", RpcCode::SortkeyCount),
            ("query_cfg", RpcCode::QueryCfg),
            ("RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX", RpcCode::QueryCfg),
            ("start_partition_split", RpcCode::StartPartitionSplit),
            ("negotiation", RpcCode::Negotiation),
        ] {
            assert_eq!(rpc(name), Some(code));
        }
        for name in ["", "GET", "Get", "RPC_RRDB_RRDB_GET_ACK", "multiput"] {
            assert_eq!(rpc(name), None, "{name}");
        }
        assert!(methods().starts_with("get, put, remove, ttl, multi_get, "));
    }

    #[test]
    fn any_name_in_capitals_is_one_of_an_error() {
        assert_eq!(error("ERR_BUSY"), Some(ErrorCode::Busy));
        assert_eq!(error("ERR_NOBODY_KNOWS_4"), Some(ErrorCode::Unlisted("ERR_NOBODY_KNOWS_4".into())));
        for name in ["", "BUSY", "ERR_", "err_busy", "ERR_BUSY ", &format!("ERR_{}", "X".repeat(61))] {
            assert_eq!(error(name), None, "{name}");
        }
    }
}
