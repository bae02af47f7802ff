import type { Bytes } from '../values/bytes'
import type { FilterType } from '../values/enums'
import type { CountProgress } from '../values/rows'
import { CALL } from './call'
import { callback } from './checks/kinds'
import { positive } from './checks/numbers'
import { type Checks, checked } from './checks/schema'
import { FILTERS } from './range'
import { nativeScan } from './scan'

/** Options of {@link Table.count}. */
export interface CountOptions {
  /** Milliseconds for each request; there may be many. Default 5000. */
  timeoutMs?: number
  /** Aborts the count: it rejects at once with the signal's `reason`. */
  signal?: AbortSignal
  /** Rows that a server counts in one request. Default 1000, which is also the server's limit. */
  batchSize?: number
  /** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  hashKeyFilterType?: FilterType
  /** The pattern for `hashKeyFilterType`. Default empty: it matches every key. */
  hashKeyFilterPattern?: Bytes
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern for `sortKeyFilterType`. Default empty: it matches every key. */
  sortKeyFilterPattern?: Bytes
  /**
   * Called after each counted partition. When the table's partitions are split during the count, the count starts
   * again. If this function throws, the count ends and rejects with that error.
   */
  onProgress?(progress: CountProgress): void
}

const COUNT = {
  ...CALL,
  ...FILTERS,
  batchSize: positive,
  onProgress: callback<NonNullable<CountOptions['onProgress']>>,
} satisfies Checks<CountOptions>

export function countOptions(given: CountOptions | undefined) {
  const { signal, onProgress, ...fields } = checked(given, COUNT)
  return { native: nativeScan(fields), signal, onProgress }
}
