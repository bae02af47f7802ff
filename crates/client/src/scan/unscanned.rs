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

/// The same part after the table was split: it becomes two, and both go on after the same last key. The old
/// partition has refused requests since the split, so no row was missed before it.
///
/// Only the part whose turn it is is split. The others follow at their turn, by the routes of that time: to split
/// all of them whenever one more partition is ready would look at each of them again and again.
///
/// # Errors
///
/// [`resized`]: the part does not fit the new partition count.
pub(super) fn split(part: &UnscannedPart, snapshot: &Snapshot) -> Result<Vec<UnscannedPart>, Error> {
    let Target::Slice { index, modulus } = part.target else { return Err(resized()) };
    let half = |(index, modulus)| {
        let target = Target::Slice { index, modulus };
        UnscannedPart { target, last_key: part.last_key.clone() }
    };
    let halves: Vec<_> = snapshot.slices_of(index, modulus).map(half).collect();
    if halves.is_empty() { Err(resized()) } else { Ok(halves) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pegasus_protocol::idl::{PartitionConfiguration, QueryCfgResponse};
    use pegasus_protocol::types::Gpid;

    use super::*;
    use crate::net::Pool;
    use crate::routing::is_resized;

    fn snapshot(partition_count: i32) -> Snapshot {
        let partition = |partition_index| PartitionConfiguration {
            pid: Gpid { app_id: 2, partition_index },
            ballot: 1,
            ..PartitionConfiguration::default()
        };
        let partitions = (0..partition_count).map(partition).collect();
        let response =
            QueryCfgResponse { app_id: 2, partition_count, partitions, ..QueryCfgResponse::default() };
        let pool = Pool::new(Duration::from_secs(1), Duration::from_secs(1), 1 << 20);
        Snapshot::from_response(response, |address| pool.server(address)).unwrap()
    }

    fn part(index: u32, modulus: u32, last_key: Option<&'static [u8]>) -> UnscannedPart {
        let target = Target::Slice { index, modulus };
        UnscannedPart { target, last_key: last_key.map(Bytes::from_static) }
    }

    type Half = (Target, Option<Bytes>);

    fn halves(part: &UnscannedPart, partition_count: i32) -> Result<Vec<Half>, Error> {
        let halves = split(part, &snapshot(partition_count))?;
        Ok(halves.into_iter().map(|part| (part.target, part.last_key)).collect())
    }

    #[test]
    fn a_part_becomes_its_own_halves_with_its_last_key() {
        let slice = |index, modulus| Target::Slice { index, modulus };
        let key = Some(Bytes::from_static(b"k"));
        assert_eq!(halves(&part(1, 2, None), 4).unwrap(), [(slice(1, 4), None), (slice(3, 4), None)]);
        let expected = [(slice(0, 4), key.clone()), (slice(2, 4), key)];
        assert_eq!(halves(&part(0, 2, Some(b"k")), 4).unwrap(), expected);
        assert_eq!(halves(&part(1, 2, None), 2).unwrap(), [(slice(1, 2), None)]);
    }

    /// As a scanner does it: each part at its turn, the last one first.
    #[test]
    fn a_scan_of_thousands_of_parts_splits_each_of_them_once() {
        for partitions in [1_024, 8_192] {
            let before = snapshot(partitions);
            let whole: Vec<_> = before.slices().map(|(index, modulus)| part(index, modulus, None)).collect();
            let (mut parts, after) = (whole, snapshot(2 * partitions));
            let (mut splits, mut scanned) = (0, Vec::new());
            while let Some(part) = parts.pop() {
                if after.route(part.target).is_some() {
                    scanned.push(part.target);
                    continue;
                }
                splits += 1;
                parts.extend(split(&part, &after).unwrap());
            }
            assert_eq!((splits, scanned.len()), (partitions, 2 * partitions as usize));
            let is_new = |target: &Target| matches!(target, Target::Slice { modulus, .. } if *modulus == 2 * partitions as u32);
            assert!(scanned.iter().all(is_new));
        }
    }

    #[test]
    fn a_part_that_does_not_fit_the_new_count_is_an_error() {
        assert!(is_resized(&halves(&part(1, 2, None), 3).unwrap_err()));
        assert!(is_resized(&halves(&part(0, 4, None), 2).unwrap_err()));
        let of_a_row = UnscannedPart { target: Target::Hash(1), last_key: None };
        assert!(is_resized(&halves(&of_a_row, 2).unwrap_err()));
    }
}
