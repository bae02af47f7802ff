//! Bits that say how a range or a scan is read.

use napi_derive::napi;

/// Bits of `flags` in ranges and scans.
#[napi(object_from_js = false, object_to_js = false)]
#[derive(Clone, Copy)]
pub enum RangeFlag {
    /// The start belongs to the range.
    StartInclusive = 1,
    /// The stop belongs to the range.
    StopInclusive = 2,
    /// Rows come without their values.
    NoValue = 4,
    /// `multi_get_range` only: a limit keeps the last rows of the range.
    Reverse = 8,
    /// Scans only: entries carry their expiry.
    ReturnExpireTs = 16,
}

impl RangeFlag {
    /// Whether the bit is set.
    pub(crate) fn is_in(self, flags: u32) -> bool {
        flags & self as u32 != 0
    }
}
