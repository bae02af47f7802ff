/** The numbers that this library and the addon agree on. `src/` has the same ones. */

/** What a record carries. `a` and `b` are the third and the fourth number of the record. */
export enum Kind {
  /** The operation succeeded and has no value: `undefined`. */
  Done = 0,
  /** The row does not exist: `null`. */
  Absent = 1,
  /** Bytes `a` to `a + b` of the slab. */
  Bytes = 2,
  /** A signed 64-bit number that a double holds exactly: low half `a`, high half `b`. */
  Number = 3,
  /** `a` is 0 or 1. */
  Boolean = 4,
  /** Any signed 64-bit number: low half `a`, high half `b`. */
  BigInt = 5,
  /** `extras[a]`: a large Buffer, a native object, or a page of rows. */
  Extra = 6,
  /** `extras[a]` is a {@link Failure}. */
  Failure = 7,
  /** The operation was cancelled by its token before it ended. */
  Cancelled = 8,
  /** A log line, with token 0: `extras[a]` is a {@link LogLine}. It answers no operation. */
  Log = 9,
  /** The progress of an operation whose answer is still to come: `extras[a]` is a {@link CountProgress}. */
  Progress = 10,
}

/** Added to the kind of a record whose answer came from a secondary. */
export const MAYBE_STALE = 0x100

/** Numbers in one record: token, kind, a, b. */
export const RECORD_LENGTH = 4

/** Added to a token when the operation can be cancelled later. Its record carries the token without this bit. */
export const CANCELLABLE = 0x8000_0000

/** Operations on one row. They cross as records of a request buffer, see `requests.ts`. */
export enum RowOperation {
  /** Answer: Absent or Bytes (Extra for large values). */
  Get = 0,
  /** Answer: Done. */
  Set = 1,
  /** Answer: Done. */
  Remove = 2,
  /** Answer: Boolean. */
  Exist = 3,
  /** Answer: Number (-1: the row never expires) or Absent. */
  Ttl = 4,
  /** The value is a little-endian i64. `ttlSeconds` 0 keeps the row's expiry, -1 removes it. Answer: BigInt. */
  Incr = 5,
}

/** Bits of `flags` in ranges and scans. */
export enum RangeFlag {
  StartInclusive = 1,
  StopInclusive = 2,
  NoValue = 4,
  /** `multiGetRange` only: a limit keeps the last rows of the range. */
  Reverse = 8,
  /** Scans only: entries carry their expiry. */
  ReturnExpireTs = 16,
}

/** In place of an option that the caller did not give: the default is chosen by Rust, or by the cluster. */
export const NOT_GIVEN = -1
/** `backupDelayMs` that follows the measured latency of reads. */
export const AUTO_DELAY = 0
/** `status` that lists everything, whatever its state. */
export const ANY_STATUS = 0
/** `failoverAfterMs` of a failover that never comes. */
export const NO_FAILOVER = -1
