//! Requests to a meta server.

use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self};
use pegasus_protocol::types::{ErrorCode, Gpid};

use super::peer::Peer;
use super::requests::{header, meta_header};

/// Asks for the placement of a table.
pub(crate) async fn locate(meta: &mut Peer, table: &str) -> QueryCfgResponse {
    let request = QueryCfgRequest { app_name: table.into(), partition_indices: Vec::new() };
    meta.ask::<rpc::QueryCfg>(&header(Gpid::default()), &request).await
}

impl Peer {
    /// Asks a meta server to change envs.
    pub(crate) async fn update_envs(&mut self, request: &UpdateAppEnvRequest) -> UpdateAppEnvResponse {
        self.ask::<rpc::UpdateAppEnv>(&meta_header(), request).await
    }

    /// Asks a meta server to create a table.
    pub(crate) async fn create(&mut self, name: &str, options: CreateAppOptions) -> CreateAppResponse {
        let request = CreateAppRequest { app_name: name.into(), options };
        self.ask::<rpc::CreateApp>(&meta_header(), &request).await
    }

    /// Asks a meta server to drop a table.
    pub(crate) async fn drop_table(&mut self, name: &str, reserve_seconds: Option<i64>) -> ErrorCode {
        let options = DropAppOptions { success_if_not_exist: false, reserve_seconds };
        let request = DropAppRequest { app_name: name.into(), options };
        self.ask::<rpc::DropApp>(&meta_header(), &request).await.err
    }

    /// Asks a meta server to recall a table.
    pub(crate) async fn recall(&mut self, app_id: i32, new_name: &str) -> RecallAppResponse {
        let request = RecallAppRequest { app_id, new_app_name: new_name.into() };
        self.ask::<rpc::RecallApp>(&meta_header(), &request).await
    }

    /// Asks a meta server for all tables with a status.
    pub(crate) async fn list(&mut self, status: AppStatus) -> Vec<AppInfo> {
        let request = ListAppsRequest { status: status.into(), ..ListAppsRequest::default() };
        let answer = self.ask::<rpc::ListApps>(&meta_header(), &request).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::Ok, None));
        answer.infos
    }

    /// Asks a meta server to split a table.
    pub(crate) async fn split(
        &mut self,
        name: &str,
        new_partition_count: i32,
    ) -> StartPartitionSplitResponse {
        let request = StartPartitionSplitRequest { app_name: name.into(), new_partition_count };
        self.ask::<rpc::StartPartitionSplit>(&meta_header(), &request).await
    }
}
