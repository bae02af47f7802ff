//! `RPC_CM_LIST_APPS`: lists the tables, including dropped ones.

use pegasus_protocol::idl::{AppStatus, ListAppsRequest, ListAppsResponse, PatternMatchType};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::call::MetaCall;

pub(super) fn list_apps(call: &MetaCall<'_>, request: &ListAppsRequest) -> ListAppsResponse {
    let mut response = ListAppsResponse { err: ErrorCode::Ok, ..ListAppsResponse::default() };
    for table in call.topology.tables() {
        if let (Some(pattern), Some(kind)) = (&request.app_name_pattern, request.match_type) {
            match matches(&table.info.app_name, pattern, kind) {
                Some(true) => {}
                Some(false) => continue,
                // Real servers, too, check this for each table, so they accept it while there is none.
                None => {
                    let hint = format!("match_type {kind} is not supported");
                    return ListAppsResponse {
                        err: ErrorCode::NotImplemented,
                        hint_message: Some(hint.into()),
                        ..response
                    };
                }
            }
        }
        if request.status == i32::from(AppStatus::Invalid) || request.status == table.info.status {
            response.infos.push(table.info.clone());
        }
    }
    response
}

/// Whether a name matches a pattern; `None` for an unsupported kind of pattern.
fn matches(name: &Text, pattern: &Text, kind: i32) -> Option<bool> {
    let (name, pattern) = (name.as_bytes(), pattern.as_bytes().as_ref());
    Some(match PatternMatchType::try_from(kind) {
        Ok(PatternMatchType::MatchAll) => true,
        Ok(PatternMatchType::MatchExact) => name.as_ref() == pattern,
        Ok(PatternMatchType::MatchAnywhere) => {
            pattern.is_empty() || name.windows(pattern.len()).any(|window| window == pattern)
        }
        Ok(PatternMatchType::MatchPrefix) => name.starts_with(pattern),
        Ok(PatternMatchType::MatchPostfix) => name.ends_with(pattern),
        Ok(PatternMatchType::Invalid | PatternMatchType::MatchRegex) | Err(_) => return None,
    })
}
