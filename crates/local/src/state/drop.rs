//! Drops tables and recalls them.

use pegasus_protocol::idl::{AppInfo, AppStatus};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::cluster_state::ClusterState;
use crate::error::ChangeError;
use crate::topology::{AppId, is_beyond_recall};

/// How long a dropped table can be recalled by default: a week.
const RESERVE_SECONDS: i64 = 7 * 24 * 3600;

impl ClusterState {
    /// Drops a table. Its rows stay until it can no longer be recalled.
    pub(crate) fn drop_table(
        &self,
        name: &Text,
        reserve_seconds: Option<i64>,
        success_if_not_exist: bool,
    ) -> Result<(), ChangeError> {
        self.change(|topology| {
            let Some(table) = topology.table_by_name(name) else {
                return if success_if_not_exist {
                    Ok((None, ()))
                } else {
                    Err(ChangeError::refused(ErrorCode::AppNotExist))
                };
            };
            if table.is_splitting() {
                return Err(ChangeError::refused(ErrorCode::Splitting));
            }
            let now = self.unix_now();
            let reserve = reserve_seconds.filter(|seconds| *seconds > 0).unwrap_or(RESERVE_SECONDS);
            let dropped = table.with(|info| {
                info.status = AppStatus::Dropped.into();
                info.drop_second = now;
                info.expire_second = now.saturating_add(reserve);
            });
            Ok((Some(dropped), ()))
        })
    }

    /// Recalls a dropped table with its rows, and returns its description.
    pub(crate) fn recall_table(&self, app_id: AppId, new_name: &Text) -> Result<AppInfo, ChangeError> {
        self.change(|topology| {
            let Some(table) = topology.table(app_id) else {
                return Err(ChangeError::refused(ErrorCode::AppNotExist));
            };
            if !table.is_dropped() {
                return Err(ChangeError::refused(ErrorCode::AppExist));
            }
            if is_beyond_recall(&table.info, self.unix_now()) {
                return Err(ChangeError::refused(ErrorCode::AppNotExist));
            }
            let name = if new_name.is_empty() { &table.info.app_name } else { new_name };
            if topology.table_by_name(name).is_some() {
                return Err(ChangeError::refused(ErrorCode::InvalidParameters));
            }
            let recalled = table.with(|info| {
                info.status = AppStatus::Available.into();
                info.app_name = name.clone();
                (info.drop_second, info.expire_second) = (0, 0);
            });
            let info = recalled.info.clone();
            Ok((Some(recalled), info))
        })
    }
}
