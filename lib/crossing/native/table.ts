/**
 * `timeoutMs` is -1 when the caller gave none. `ttlSeconds` is 0 when the rows never expire.
 * A packed list holds each element as a little-endian u32 length and its bytes.
 * `results/pages.ts` describes pages of rows.
 */
export interface NativeTable {
  readonly name: string
  readonly appId: number
  /** The table's number in the records of `requests.ts`. */
  readonly handle: number
  partitionCount(): number
  /** `entries`: sort key, value, sort key, value … packed. Answer: Done. */
  multiSet(
    token: number,
    hashKey: Uint8Array,
    entries: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** `sortKeys` packed; null: all of the hash key. Answer: Extra, a page of pairs. */
  multiGet(
    token: number,
    hashKey: Uint8Array,
    sortKeys: Uint8Array | null,
    maxKvCount: number,
    maxKvSize: number,
    noValue: boolean,
    timeoutMs: number,
  ): void
  /** Answer: Extra, a page of pairs. */
  multiGetRange(
    token: number,
    hashKey: Uint8Array,
    startSortKey: Uint8Array,
    stopSortKey: Uint8Array,
    flags: number,
    filterType: number,
    filterPattern: Uint8Array,
    maxKvCount: number,
    maxKvSize: number,
    timeoutMs: number,
  ): void
  /** `sortKeys` packed. Answer: Number. */
  multiDel(token: number, hashKey: Uint8Array, sortKeys: Uint8Array, timeoutMs: number): void
  /** Answer: Number. */
  sortKeyCount(token: number, hashKey: Uint8Array, timeoutMs: number): void
  /** `setSortKey` null: the checked row. Answer: Extra, a check result, see `results/check-results.ts`. */
  checkAndSet(
    token: number,
    hashKey: Uint8Array,
    checkSortKey: Uint8Array,
    checkType: number,
    operand: Uint8Array,
    returnCheckValue: boolean,
    setSortKey: Uint8Array | null,
    value: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** `mutations`: lifetime in seconds (little-endian i64; -1: a removal), sort key, value … packed. Answer: as above. */
  checkAndMutate(
    token: number,
    hashKey: Uint8Array,
    checkSortKey: Uint8Array,
    checkType: number,
    operand: Uint8Array,
    returnCheckValue: boolean,
    mutations: Uint8Array,
    timeoutMs: number,
  ): void
  /** `expected` null: the row must not exist. Answer: as above. */
  compareExchange(
    token: number,
    hashKey: Uint8Array,
    sortKey: Uint8Array,
    expected: Uint8Array | null,
    value: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** `keys`: hash key, sort key … packed. Answer: Extra, a page of values. */
  batchGet(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `rows`: hash key, sort key, value … packed. Answer: Extra, for each row a {@link Failure} or null. */
  batchSet(token: number, rows: Uint8Array, ttlSeconds: number, timeoutMs: number): void
  /** `keys` as for `batchGet`. Answer: as of `batchSet`. */
  batchDel(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `timeoutMs` applies to each request. Answer: Number. */
  delRange(
    token: number,
    hashKey: Uint8Array,
    startSortKey: Uint8Array,
    stopSortKey: Uint8Array,
    flags: number,
    filterType: number,
    filterPattern: Uint8Array,
    timeoutMs: number,
  ): void
  /** Answer: Number. With `withProgress`, Progress records come before it. */
  count(token: number, options: NativeScanOptions, withProgress: boolean): void
  /** A scanner of one hash key. Nothing is sent before its first page is requested. */
  scanner(
    hashKey: Uint8Array,
    startSortKey: Uint8Array,
    stopSortKey: Uint8Array,
    options: NativeScanOptions,
  ): NativeScanner
  /** At most `maxSplitCount` scanners, each for a share of the table's partitions. */
  unorderedScanners(maxSplitCount: number, options: NativeScanOptions): NativeScanner[]
}

export interface NativeScanOptions {
  /** -1: the default timeout of a scan. */
  timeoutMs: number
  batchSize: number
  flags: number
  hashKeyFilterType: number
  hashKeyFilterPattern: Uint8Array
  sortKeyFilterType: number
  sortKeyFilterPattern: Uint8Array
}

export interface NativeScanner {
  /** One call at a time. Answer: Extra, a page of rows; Absent at the end. */
  nextPage(token: number): void
  /** Frees the scan's context on the server. Waits for nothing and has no answer. May be called again. */
  close(): void
}
