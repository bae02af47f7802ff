import { type Bytes, NO_BYTES } from '../values/bytes'
import type { FilterType } from '../values/enums'
import { CALL } from './call'
import { bytes } from './checks/bytes'
import { boolean } from './checks/kinds'
import { positive } from './checks/numbers'
import { type Checked, type Checks, checked } from './checks/schema'
import { SORT_KEY_RANGE } from './range'
import { nativeScan } from './scan'

/** Options of {@link Table.getAllSortKeys}. */
export interface GetAllSortKeysOptions {
  /** Where the range starts. Default empty: at the first row. */
  startSortKey?: Bytes
  /** Where the range stops. Default empty: after the last row. */
  stopSortKey?: Bytes
  /** Whether the range includes a row at its start. Default true. */
  startInclusive?: boolean
  /** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
  sortKeyFilterPattern?: Bytes
  /** Rows in one batch. Default 1000, which is also the server's limit. */
  batchSize?: number
  /** Milliseconds for each batch. Default 5000. */
  timeoutMs?: number
  /** Aborts the call: it rejects at once with the signal's `reason`. */
  signal?: AbortSignal
}

/** Options of {@link Table.multiGetAll}. */
export interface MultiGetAllOptions extends GetAllSortKeysOptions {
  /** Returns no values: each one is an empty Buffer. Default false. */
  noValue?: boolean
}

const ALL_SORT_KEYS = {
  ...CALL,
  ...SORT_KEY_RANGE,
  startSortKey: bytes,
  stopSortKey: bytes,
  batchSize: positive,
} satisfies Checks<GetAllSortKeysOptions>
const ALL_ROWS = { ...ALL_SORT_KEYS, noValue: boolean } satisfies Checks<MultiGetAllOptions>

export function allSortKeysOptions(given: GetAllSortKeysOptions | undefined) {
  return scanOf({ ...checked(given, ALL_SORT_KEYS), noValue: true })
}

export function allRowsOptions(given: MultiGetAllOptions | undefined) {
  return scanOf(checked(given, ALL_ROWS))
}

function scanOf(fields: Checked<typeof ALL_ROWS>) {
  const { startSortKey = NO_BYTES, stopSortKey = NO_BYTES, signal, ...rest } = fields
  return { start: startSortKey, stop: stopSortKey, native: nativeScan(rest), signal }
}
