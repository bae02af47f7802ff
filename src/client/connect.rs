//! Connecting to a cluster.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use pegasus_client::{Client, ClientOptions};

use super::log;
use super::native::NativeClient;
use super::options::NativeClientOptions;
use crate::attach::NativeBridge;
use crate::bridge::object::object;
use crate::start::Starter;

#[napi]
impl NativeBridge {
    /// Answer: Extra, a `NativeClient`. Fails when no leading meta server answers within the client's timeout.
    #[napi]
    pub fn connect(&self, token: u32, options: NativeClientOptions) -> Result<()> {
        let log = (options.log_id != 0)
            .then(|| log::dispatch(options.log_id, options.log_level, self.bridge.exchange().clone()));
        let connecting = Client::connect(ClientOptions::from(&options));
        let starter = Starter { bridge: self.bridge.clone(), log: log.clone() };
        let tables = Arc::clone(&self.tables);
        starter.run(token, async move {
            match connecting.await {
                Ok(client) => {
                    object(move |bridge| NativeClient::new(Starter { bridge, log }, client, tables))
                }
                Err(error) => error.into(),
            }
        })
    }
}
