import { NOT_GIVEN } from '../crossing/native'
import type { Bytes } from '../values/bytes'
import type { FilterType } from '../values/enums'
import { CALL } from './call'
import { type Checks, checked } from './checks/schema'
import { filterOf, rangeFlags, SORT_KEY_RANGE } from './range'

/** Options of {@link Table.delRange}. */
export interface DelRangeOptions {
  /** Milliseconds for each request; there may be many. Default: the timeout of the table, or of the client. */
  timeoutMs?: number
  /** Aborts the call: it rejects at once with the signal's `reason`. Rows already removed stay removed. */
  signal?: AbortSignal
  /** Whether the range includes a row at its start. Default true. */
  startInclusive?: boolean
  /** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
  sortKeyFilterPattern?: Bytes
}

const DEL_RANGE = { ...CALL, ...SORT_KEY_RANGE } satisfies Checks<DelRangeOptions>

export function delRangeOptions(given: DelRangeOptions | undefined) {
  const { timeoutMs = NOT_GIVEN, signal, ...fields } = checked(given, DEL_RANGE)
  const filter = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  return { timeoutMs, signal, ...filter, flags: rangeFlags(fields) }
}
