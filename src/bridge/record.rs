//! Records: how a result is written for JavaScript, as four numbers.

use napi_derive::napi;

/// Numbers in one record: token, kind, `a`, `b`.
#[napi]
pub const RECORD_LENGTH: u32 = 4;

/// Added to the kind of a record whose answer came from a secondary.
#[napi]
pub const MAYBE_STALE: u32 = 0x100;

/// Records in one call of JavaScript.
pub(super) const RECORDS: usize = 1024;

/// What a record carries. `a` and `b` are the third and the fourth number of the record.
#[napi(object_from_js = false, object_to_js = false)]
pub enum RecordKind {
    /// The operation succeeded and has no value: `undefined`.
    Done = 0,
    /// The row does not exist: `null`.
    Absent = 1,
    /// Bytes `a` to `a + b` of the slab.
    Bytes = 2,
    /// A signed 64-bit number that a double holds exactly: low half `a`, high half `b`.
    Number = 3,
    /// `a` is 0 or 1.
    Boolean = 4,
    /// Any signed 64-bit number: low half `a`, high half `b`.
    BigInt = 5,
    /// `extras[a]`: a large Buffer, a native object, or a large page of rows.
    Extra = 6,
    /// `extras[a]` is a `Failure`.
    Failure = 7,
    /// The operation was cancelled by its token before it ended.
    Cancelled = 8,
    /// A log line, with token 0: `extras[a]` is a `LogLine`. It answers no operation.
    Log = 9,
    /// The progress of an operation whose answer is still to come: `extras[a]` is a `NativeProgress`.
    Progress = 10,
}
