import { type NativeScanOptions, NOT_GIVEN, RangeFlag } from '../crossing/native'
import type { Bytes } from '../values/bytes'
import type { FilterType } from '../values/enums'
import { CALL } from './call'
import { boolean } from './checks/kinds'
import { positive } from './checks/numbers'
import { type Checked, type Checks, checked } from './checks/schema'
import { FILTERS, filterOf, rangeFlags, SORT_KEY_RANGE } from './range'

/** Options of a scan. */
export interface ScanOptions {
  /** Milliseconds for each batch. Default 5000. */
  timeoutMs?: number
  /** Aborts the scan: the running fetch and all later ones reject with the signal's `reason`. */
  signal?: AbortSignal
  /** Rows in one batch. Default 1000, which is also the server's limit. */
  batchSize?: number
  /** Whether the range includes a row at its start. Default true. */
  startInclusive?: boolean
  /** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
  stopInclusive?: boolean
  /** Returns no values: each one is an empty Buffer. Default false. */
  noValue?: boolean
  /** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  hashKeyFilterType?: FilterType
  /** The pattern for `hashKeyFilterType`. Default empty: it matches every key. */
  hashKeyFilterPattern?: Bytes
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
  sortKeyFilterPattern?: Bytes
  /** Returns the time of expiry of each row, see {@link ScanEntry.expireAt}. Default false. */
  returnExpireTs?: boolean
}

const DEFAULT_BATCH_SIZE = 1000

const SCAN = {
  ...CALL,
  ...SORT_KEY_RANGE,
  ...FILTERS,
  batchSize: positive,
  noValue: boolean,
  returnExpireTs: boolean,
} satisfies Checks<ScanOptions>

/** Gives the addon's options, and the signal, which stays on this side. */
export function scanOptions(given: ScanOptions | undefined) {
  const fields = checked(given, SCAN)
  return { native: nativeScan(fields), signal: fields.signal }
}

export function nativeScan(fields: Checked<typeof SCAN>): NativeScanOptions {
  const hashKey = filterOf('hashKey', fields.hashKeyFilterType, fields.hashKeyFilterPattern)
  const sortKey = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  return {
    timeoutMs: fields.timeoutMs ?? NOT_GIVEN,
    batchSize: fields.batchSize ?? DEFAULT_BATCH_SIZE,
    flags: rangeFlags(fields) | (fields.returnExpireTs === true ? RangeFlag.ReturnExpireTs : 0),
    hashKeyFilterType: hashKey.filterType,
    hashKeyFilterPattern: hashKey.filterPattern,
    sortKeyFilterType: sortKey.filterType,
    sortKeyFilterPattern: sortKey.filterPattern,
  }
}
