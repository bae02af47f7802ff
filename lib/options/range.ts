import { RangeFlag } from '../crossing/native'
import { wrongType } from '../values/argument-errors'
import { NO_BYTES } from '../values/bytes'
import { FilterType } from '../values/enums'
import { bytes } from './checks/bytes'
import { boolean, filterType } from './checks/kinds'

/** The checks of options that several operations have. */
export const SORT_KEY_RANGE = {
  startInclusive: boolean,
  stopInclusive: boolean,
  sortKeyFilterType: filterType,
  sortKeyFilterPattern: bytes,
}
export const FILTERS = {
  hashKeyFilterType: filterType,
  hashKeyFilterPattern: bytes,
  sortKeyFilterType: filterType,
  sortKeyFilterPattern: bytes,
}

interface RangeFields {
  startInclusive?: boolean
  stopInclusive?: boolean
  noValue?: boolean
}

export function rangeFlags({
  startInclusive = true,
  stopInclusive = false,
  noValue = false,
}: RangeFields): number {
  return (
    (startInclusive ? RangeFlag.StartInclusive : 0) |
    (stopInclusive ? RangeFlag.StopInclusive : 0) |
    (noValue ? RangeFlag.NoValue : 0)
  )
}

/** Refuses a pattern without a filter type: it would have no effect and silently return every row. */
export function filterOf(
  key: 'hashKey' | 'sortKey',
  type: FilterType | undefined,
  pattern: Uint8Array | undefined,
) {
  if (pattern !== undefined && type === undefined) {
    throw wrongType(`options.${key}FilterPattern has no effect without options.${key}FilterType`)
  }
  if (pattern !== undefined && pattern.length > 0 && type === FilterType.NoFilter) {
    throw wrongType(`options.${key}FilterPattern has no effect with FilterType.NoFilter`)
  }
  return { filterType: type ?? FilterType.NoFilter, filterPattern: pattern ?? NO_BYTES }
}
