//! The part of a table that a scan has not read yet.

use bytes::Bytes;
use pegasus_protocol::idl::GetScannerRequest;

use crate::error::Error;
use crate::routing::{Snapshot, Target, resized};

/// A partition that is still to be scanned, or the rest of one.
pub(super) struct UnscannedPart {
    pub(super) target: Target,
    /// The last key that was returned. It outlives batches: an empty batch must not restart the scan.
    pub(super) last_key: Option<Bytes>,
}

impl UnscannedPart {
    /// The request that opens it: the range of the scan, or the rest of it.
    pub(super) fn opened_by(&self, range: &GetScannerRequest) -> GetScannerRequest {
        let mut request = range.clone();
        if let Some(last) = &self.last_key {
            request.start_key = last.clone();
            request.start_inclusive = false;
        }
        request
    }
}

/// The same parts after the table was split: each becomes two, and both go on after the same last key. The old
/// partition has refused requests since the split, so no row was missed before it.
///
/// # Errors
///
/// [`resized`]: a part does not fit the new partition count.
pub(super) fn split(parts: &[UnscannedPart], snapshot: &Snapshot) -> Result<Vec<UnscannedPart>, Error> {
    let slices: Vec<_> = snapshot.slices().collect();
    let mut halves = Vec::new();
    for part in parts {
        let Target::Slice { index, modulus } = part.target else { return Err(resized()) };
        let before = halves.len();
        halves.extend(slices.iter().filter(|(i, m)| m % modulus == 0 && i % modulus == index).map(
            |(index, modulus)| {
                let target = Target::Slice { index: *index, modulus: *modulus };
                UnscannedPart { target, last_key: part.last_key.clone() }
            },
        ));
        if halves.len() == before {
            return Err(resized());
        }
    }
    Ok(halves)
}
