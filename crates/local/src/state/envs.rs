//! Changes the envs of a table.

use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::cluster_state::ClusterState;
use crate::envs::{Envs, validate};
use crate::error::ChangeError;

/// Which envs to remove.
pub(crate) enum Removal<'a> {
    /// The envs with these names.
    Keys(&'a [Text]),
    /// The envs whose names begin with this prefix and a dot; all envs if the prefix is empty.
    Prefix(&'a Text),
}

impl ClusterState {
    /// Sets all given envs, or none if one of them is invalid.
    pub(crate) fn set_envs(&self, table: &Text, keys: &[Text], values: &[Text]) -> Result<(), ChangeError> {
        if keys.is_empty() || keys.len() != values.len() {
            return Err(ChangeError::refused(ErrorCode::InvalidParameters));
        }
        for (key, value) in keys.iter().zip(values) {
            validate(key, value).map_err(|hint| ChangeError::Refused(ErrorCode::InvalidParameters, hint))?;
        }
        self.change_envs(table, |envs| {
            envs.extend(keys.iter().cloned().zip(values.iter().cloned()));
            true
        })?;
        Ok(())
    }

    /// Removes envs. Returns the names of the removed ones, as the hint for the answer.
    pub(crate) fn remove_envs(&self, table: &Text, removal: &Removal<'_>) -> Result<String, ChangeError> {
        let mut removed = String::new();
        self.change_envs(table, |envs| {
            let asked: Vec<Text> = match removal {
                Removal::Keys(keys) => keys.to_vec(),
                Removal::Prefix(prefix) => {
                    envs.keys().filter(|key| prefix.is_empty() || is_under(key, prefix)).cloned().collect()
                }
            };
            for key in asked {
                if envs.remove(&key).is_some() {
                    removed.push_str("\n    ");
                    removed.push_str(&key.to_str());
                }
            }
            !removed.is_empty()
        })?;
        Ok(if removed.is_empty() {
            "no key needs to be deleted".to_owned()
        } else {
            format!("deleted keys:{removed}")
        })
    }

    /// Changes the envs of a table. `change` returns whether it has changed anything.
    fn change_envs(&self, name: &Text, change: impl FnOnce(&mut Envs) -> bool) -> Result<(), ChangeError> {
        self.change(|topology| {
            let Some(table) = topology.table_by_name(name) else {
                return Err(ChangeError::Refused(ErrorCode::AppNotExist, "app cannot be found".to_owned()));
            };
            let mut envs = table.info.envs.clone();
            if !change(&mut envs) {
                return Ok((None, ()));
            }
            let changed = table.with(|info| info.envs = envs);
            changed.apply_settings();
            Ok((Some(changed), ()))
        })
    }
}

/// Whether a name consists of `prefix`, a dot and more.
fn is_under(name: &Text, prefix: &Text) -> bool {
    let rest = name.as_bytes().strip_prefix(prefix.as_bytes().as_ref());
    rest.is_some_and(|rest| rest.len() > 1 && rest[0] == b'.')
}
