import type { PegasusError } from './errors'

/** The result of a conditional write. */
export interface CheckResult {
  /** True when the check passed, so the write was done. */
  succeeded: boolean
  /** True when the value of the checked row was requested. When false, ignore the next two fields. */
  checkValueReturned: boolean
  /** True when the checked row existed before the write. */
  checkValueExist: boolean
  /** The row's value before the write; `null` when there was no row or the value was not requested. */
  checkValue: Buffer | null
}

/** The result of {@link Table.compareExchange}. */
export interface CompareExchangeResult {
  /** True when the row had the expected value, so the new value was written. */
  succeeded: boolean
  /** The value found in place of the expected one; `null` when there was no row, and on success. */
  actual: Buffer | null
}

/**
 * The result for one item of a batch. The error is always a {@link PegasusError}. An item that no server accepts, such
 * as a row of more than 1 MiB, gets the code `ERR_INVALID_ARGUMENT`.
 */
export type BatchOutcome = { ok: true } | { ok: false; error: PegasusError }

/** The result for one key of {@link Table.batchGetSettled}; `null` for a row that does not exist. */
export type BatchGetOutcome = { ok: true; value: Buffer | null } | { ok: false; error: PegasusError }
