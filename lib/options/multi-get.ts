import { NOT_GIVEN, RangeFlag } from '../crossing/native'
import type { Bytes } from '../values/bytes'
import type { FilterType } from '../values/enums'
import { READ, type ReadOptions } from './call'
import { boolean } from './checks/kinds'
import { integer, MAX_INT32, MIN_INT32 } from './checks/numbers'
import { type Checks, checked } from './checks/schema'
import { filterOf, rangeFlags, SORT_KEY_RANGE } from './range'

/** Limits of one reply. */
export interface MultiGetLimits extends ReadOptions {
  /** Maximum rows in one reply; 0 or less: the client sets no limit. Default 100. The server's own limit is 3,000. */
  maxKvCount?: number
  /**
   * Maximum bytes of sort keys and values in one reply; 0 or less: the client sets no limit. Default 1,000,000. The row
   * that reaches the limit is still part of the reply. The server's own limit is 30 MiB.
   */
  maxKvSize?: number
  /** Returns no values: each one is an empty Buffer. Default false. */
  noValue?: boolean
}

/** Options of {@link Table.multiGetOpt}. */
export interface MultiGetOptions extends MultiGetLimits {
  /** Whether the range includes a row at its start. Default true. */
  startInclusive?: boolean
  /** Whether the range includes a row at its stop. Default false. Has no effect when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
  sortKeyFilterPattern?: Bytes
  /**
   * Keeps the last rows of the range when a limit cuts the reply. Rows still come in ascending order. Default false.
   */
  reverse?: boolean
}

const limit = (name: string, value: number) => integer(name, value, MIN_INT32, MAX_INT32)

const LIMITS = {
  ...READ,
  maxKvCount: limit,
  maxKvSize: limit,
  noValue: boolean,
} satisfies Checks<MultiGetLimits>
const MULTI_GET = { ...LIMITS, ...SORT_KEY_RANGE, reverse: boolean } satisfies Checks<MultiGetOptions>

const DEFAULTS = { timeoutMs: NOT_GIVEN, maxKvCount: 100, maxKvSize: 1_000_000, noValue: false }

export function multiGetLimits(given: MultiGetLimits | undefined) {
  return { ...DEFAULTS, ...checked(given, LIMITS) }
}

export function multiGetOptions(given: MultiGetOptions | undefined) {
  const fields = checked(given, MULTI_GET)
  const filter = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  const flags = rangeFlags(fields) | (fields.reverse === true ? RangeFlag.Reverse : 0)
  return { ...DEFAULTS, ...fields, ...filter, flags }
}
