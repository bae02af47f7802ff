//! The two requests of a scan: open it at a partition, and fetch the next batch.

use pegasus_protocol::idl::{GetScannerRequest, KeyValue, ScanRequest, ScanResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::operation::Operation;
use crate::routing::Target;

/// The result of either request.
pub(crate) enum Batch {
    /// Rows, and the context for the next batch. `context` `None`: the partition has no more rows. `count` is
    /// set when the request asked only for the number of rows.
    Rows { rows: Vec<KeyValue>, count: Option<u64>, context: Option<i64> },
    /// The server ran into its time limit and kept no context.
    Cut { rows: Vec<KeyValue> },
    /// The server does not know the context, or no longer.
    Lost,
}

/// The only id that stands for no context. All other ids are random 64-bit numbers, also negative ones.
const COMPLETE: i64 = -1;

fn batch(response: ScanResponse) -> Result<Batch, Status> {
    match Status::from(response.error) {
        Status::Ok => {
            let context = Some(response.context_id).filter(|id| *id != COMPLETE);
            let count = response.kv_count.and_then(|count| u64::try_from(count).ok());
            Ok(Batch::Rows { rows: response.kvs, count, context })
        }
        Status::NotFound => Ok(Batch::Lost),
        Status::Incomplete => Ok(Batch::Cut { rows: response.kvs }),
        other => Err(other),
    }
}

pub(crate) struct GetScanner {
    pub(crate) target: Target,
    pub(crate) request: GetScannerRequest,
}

impl Operation for GetScanner {
    type Rpc = rpc::GetScanner;
    type Output = Batch;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &GetScannerRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        self.request.start_key.len() + self.request.stop_key.len()
    }

    fn output(&self, response: ScanResponse) -> Result<Batch, Status> {
        batch(response)
    }
}

pub(crate) struct Scan {
    pub(crate) target: Target,
    pub(crate) request: ScanRequest,
}

impl Operation for Scan {
    type Rpc = rpc::Scan;
    type Output = Batch;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &ScanRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        size_of_val(&self.request.context_id)
    }

    fn output(&self, response: ScanResponse) -> Result<Batch, Status> {
        batch(response)
    }
}
