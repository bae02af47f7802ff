//! The usual set-up: a scripted meta server, a client, an open table.

use std::future::Future;
use std::net::SocketAddrV4;
use std::time::Duration;

use pegasus_client::{CallOptions, Client, ClientOptions, Table, TableOptions, WriteOptions};
use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::rpc::QueryCfg;
use tokio::time::timeout;

use super::{Fake, PATIENCE, Request, forward, reply};

pub(crate) const CALL: CallOptions = CallOptions { timeout: None };
pub(crate) const WRITE: WriteOptions = WriteOptions { ttl_seconds: 0, timeout: None };

/// A meta server that sends these replies one after the other, and then repeats the last one.
pub(crate) struct FakeMeta(Fake);

impl FakeMeta {
    pub(crate) async fn start(answers: impl Into<Vec<QueryCfgResponse>>) -> Self {
        let answers = answers.into();
        let answer =
            move |request: &Request| reply::<QueryCfg>(request, &answers[request.nth.min(answers.len() - 1)]);
        Self(Fake::start(answer).await)
    }

    /// A follower that names this leader, or knows none.
    pub(crate) async fn follower(leader: Option<SocketAddrV4>) -> Fake {
        Fake::start_scripted(move |request| reply::<QueryCfg>(request, &forward(leader))).await
    }

    /// The number of requests so far.
    pub(crate) fn queries(&self) -> usize {
        self.0.requests().len()
    }

    pub(crate) fn fake(&self) -> &Fake {
        &self.0
    }
}

/// Options for these meta servers, with deadlines that also slow machines meet.
pub(crate) fn options<'a>(meta_servers: impl IntoIterator<Item = &'a Fake>) -> ClientOptions {
    let addresses = meta_servers.into_iter().map(|fake| fake.address().to_string());
    ClientOptions { timeout: PATIENCE / 3, ..ClientOptions::new(addresses) }
}

/// A client with an open table, and its meta server.
pub(crate) struct Scene {
    pub(crate) meta: FakeMeta,
    pub(crate) client: Client,
    pub(crate) table: Table,
}

impl Scene {
    /// The meta server sends the first configuration for the opening, and the others for refreshes.
    pub(crate) async fn open(configurations: impl Into<Vec<QueryCfgResponse>>) -> Self {
        Self::open_with(configurations, |_| {}).await
    }

    pub(crate) async fn open_with(
        configurations: impl Into<Vec<QueryCfgResponse>>,
        change: impl FnOnce(&mut ClientOptions),
    ) -> Self {
        let meta = FakeMeta::start(configurations).await;
        let mut options = options([meta.fake()]);
        change(&mut options);
        let client = Client::connect(options).await.unwrap();
        let table = client.open_table("temp", TableOptions::default()).await.unwrap();
        Self { meta, client, table }
    }

    /// Reads the row `h`, `s`.
    pub(crate) async fn get(&self) -> Result<String, pegasus_client::Error> {
        self.get_within(None).await
    }

    pub(crate) async fn get_within(
        &self,
        timeout: Option<Duration>,
    ) -> Result<String, pegasus_client::Error> {
        let value = self.table.get(b"h", b"s", CallOptions { timeout }).await?;
        Ok(String::from_utf8_lossy(&value.expect("a value")).into_owned())
    }
}

/// Fails the test when the future takes too long, so the test does not hang.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it hangs")
}
