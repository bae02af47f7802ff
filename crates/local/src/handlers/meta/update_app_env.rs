//! `RPC_CM_UPDATE_APP_ENV`: sets and removes envs of a table.

use pegasus_protocol::idl::{AppEnvOperation, UpdateAppEnvRequest, UpdateAppEnvResponse};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::error::ChangeError;
use crate::state::{ClusterState, Removal};

pub(super) fn update_app_env(state: &ClusterState, request: &UpdateAppEnvRequest) -> UpdateAppEnvResponse {
    match update(state, request) {
        Ok(hint) => UpdateAppEnvResponse { err: ErrorCode::Ok, hint_message: hint.into() },
        Err(error) => {
            let (err, hint) = error.answer();
            UpdateAppEnvResponse { err, hint_message: hint.into() }
        }
    }
}

/// Makes the requested change, and returns the hint for the answer.
fn update(state: &ClusterState, request: &UpdateAppEnvRequest) -> Result<String, ChangeError> {
    let refuse = |hint: &str| Err(ChangeError::Refused(ErrorCode::InvalidParameters, hint.to_owned()));
    let (table, keys, values) = (&request.app_name, listed(&request.keys), listed(&request.values));
    match AppEnvOperation::try_from(request.op) {
        Ok(AppEnvOperation::Set) => state.set_envs(table, keys, values).map(|()| String::new()),
        Ok(AppEnvOperation::Del) if keys.is_empty() => refuse(""),
        Ok(AppEnvOperation::Del) => state.remove_envs(table, &Removal::Keys(keys)),
        Ok(AppEnvOperation::Clear) => match &request.clear_prefix {
            Some(prefix) => state.remove_envs(table, &Removal::Prefix(prefix)),
            None => refuse(""),
        },
        Ok(AppEnvOperation::Invalid) | Err(_) => {
            refuse("recv a invalid update_app_env request with op = APP_ENV_OP_INVALID")
        }
    }
}

fn listed(texts: &Option<Vec<Text>>) -> &[Text] {
    texts.as_deref().unwrap_or_default()
}
