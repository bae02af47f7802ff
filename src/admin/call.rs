//! How every administrative call runs.

use napi::Result;
use pegasus_client::Error;
use pegasus_client::admin::Admin;

use crate::bridge::completion::Completion;
use crate::client::native::NativeClient;

impl NativeClient {
    pub(super) fn administer<T, F>(
        &self,
        token: u32,
        call: impl FnOnce(Admin) -> F,
        lay_out: fn(T) -> Completion,
    ) -> Result<()>
    where
        F: Future<Output = std::result::Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        self.starter.run_result(token, call(self.client.admin()), lay_out)
    }
}
