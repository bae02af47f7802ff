//! `RPC_RRDB_RRDB_GET_SCANNER`, `_SCAN` and `_CLEAR_SCANNER`: rows of a partition, batch by batch.

use pegasus_protocol::idl::{GetScannerRequest, ScanRequest, ScanResponse};
use pegasus_protocol::status::Status;

use super::call::DataCall;
use crate::store::StoreError;
use crate::store::ops::{ScanBatch, ScanContext, ScanEnd, ScanStart};

/// The context id of a complete scan.
const COMPLETED: i64 = -1;

/// The context id in answers without a context. Real servers send it for an empty range too,
/// although that scan is complete; their clients never ask for an empty range.
const NO_CONTEXT: i64 = 0;

pub(super) fn get_scanner(call: &DataCall<'_>, request: &GetScannerRequest) -> ScanResponse {
    match ScanContext::start(call.partition, request) {
        ScanStart::Refused => without_rows(call, Status::InvalidArgument),
        ScanStart::Empty => without_rows(call, Status::Ok),
        ScanStart::Open(mut scan) => {
            scan.show_only(call.owner);
            let batch = scan.first_batch(call.now);
            answer(call, scan, batch)
        }
    }
}

pub(super) fn scan(call: &DataCall<'_>, request: &ScanRequest) -> ScanResponse {
    let Some(mut scan) = call.scans.take(call.gpid, request.context_id, call.now) else {
        return without_rows(call, Status::NotFound);
    };
    scan.show_only(call.owner);
    let batch = scan.next_batch(call.now);
    answer(call, scan, batch)
}

pub(super) fn clear_scanner(call: &DataCall<'_>, context_id: i64) {
    drop(call.scans.take(call.gpid, context_id, call.now));
}

fn answer(call: &DataCall<'_>, scan: Box<ScanContext>, batch: Result<ScanBatch, StoreError>) -> ScanResponse {
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => return without_rows(call, call.failed(&error)),
    };
    let (status, context_id) = match batch.end {
        ScanEnd::Complete => (Status::Ok, COMPLETED),
        ScanEnd::More => (Status::Ok, call.scans.keep(call.gpid, scan, call.now)),
        ScanEnd::Late => (Status::Incomplete, NO_CONTEXT),
    };
    let response = without_rows(call, status);
    ScanResponse { kvs: batch.kvs, context_id, kv_count: batch.count, ..response }
}

fn without_rows(call: &DataCall<'_>, status: Status) -> ScanResponse {
    ScanResponse {
        error: status.code(),
        kvs: Vec::new(),
        context_id: NO_CONTEXT,
        app_id: call.gpid.app_id,
        partition_index: call.gpid.partition_index,
        server: call.server.clone(),
        kv_count: None,
    }
}
