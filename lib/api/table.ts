import { unwrap } from '../crossing/answers'
import type { Crossing } from '../crossing/crossing'
import type { NativeTable } from '../crossing/native'
import { decodeValues, itemOutcomes } from '../crossing/results/batches'
import { decodeCheckResult } from '../crossing/results/check-results'
import { decodePairs } from '../crossing/results/pages'
import type { CallOptions, IncrOptions, ReadOptions, WriteOptions } from '../options/call'
import type { Check, CheckedSet, Mutation } from '../options/conditional'
import type { CountOptions } from '../options/count'
import type { DelRangeOptions } from '../options/del-range'
import type { MultiGetLimits, MultiGetOptions } from '../options/multi-get'
import type { GetAllSortKeysOptions, MultiGetAllOptions } from '../options/read-all'
import type { ScanOptions } from '../options/scan'
import { notConstructible } from '../values/argument-errors'
import type { Bytes, Entries } from '../values/bytes'
import type { BatchGetOutcome, BatchOutcome, CheckResult, CompareExchangeResult } from '../values/outcomes'
import type { MultiGetResult, SortKeysResult } from '../values/rows'
import { batchDel, batchGet, batchGetSettled, batchSet } from './operations/batches'
import { checkAndMutate, checkAndSet, compareExchange } from './operations/conditional'
import type { TableContext } from './operations/context'
import {
  delRange,
  getSortKeys,
  multiDel,
  multiGet,
  multiGetRange,
  multiSet,
  sortKeyCount,
} from './operations/groups'
import { exist, get, incr, remove, set, ttl } from './operations/rows'
import { allRows, allSortKeys, count, getScanner, getUnorderedScanners, readAll } from './operations/scans'
import type { Scanner } from './scanner'

// The functions in ./operations check the arguments and send. The methods here unwrap the answers, so the stack of an
// error starts with the method that the user called.

const done = () => ({ ok: true as const })

/** For {@link PegasusClient}: only a client makes tables. */
export let makeTable: (crossing: Crossing, native: NativeTable) => Table

/**
 * A table of the cluster, opened by {@link PegasusClient.openTable}.
 *
 * A row is a value under a hash key and a sort key. All rows of one hash key are stored together, ordered by the bytes
 * of their sort keys, and one call can read or write many of them. A hash key is shorter than 65,535 bytes. It may be
 * empty only in operations on single rows; then the sort key selects the partition.
 *
 * Arguments are checked before anything is sent. A wrong argument rejects with a `TypeError` or a `RangeError` whose
 * `code` is `ERR_INVALID_ARGUMENT`. All other failures reject with a {@link PegasusError}: `ERR_TIMEOUT` after the
 * deadline, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles, or another code from a
 * server.
 *
 * Keys and values are copied during the call, so the caller may change its Buffers at once. A server accepts 1 MiB in
 * one write, keys and framing included. A longer write is refused with a `RangeError` before it is sent.
 *
 * The Buffers of replies that arrive together may share memory, so a small Buffer can keep a larger block alive. To
 * keep a value for long, copy it with `Buffer.from(value)`.
 */
export class Table {
  static {
    makeTable = (crossing, native) => new Table(crossing, native)
  }

  /** The table's name. */
  readonly name: string
  /** The table's number in the cluster. */
  readonly appId: number
  readonly #context: TableContext

  private constructor(crossing: Crossing, native: NativeTable) {
    if (native === undefined) throw notConstructible('Table', 'client.openTable(name)')
    this.#context = { crossing, native, handle: native.handle }
    this.name = native.name
    this.appId = native.appId
  }

  /** The number of partitions. It can double while the client runs, because the cluster may split partitions. */
  get partitionCount(): number {
    return this.#context.native.partitionCount()
  }

  /**
   * Reads a value.
   *
   * @returns The value, or `null` when the row does not exist or has expired. A value can be an empty Buffer.
   * @example
   * ```ts
   * const value = await table.get('user-1', 'name')
   * console.log(value?.toString())
   * ```
   */
  get(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<Buffer | null> {
    return get(this.#context, hashKey, sortKey, options)
  }

  /**
   * Writes a value and replaces an existing one. The row expires `ttlSeconds` from now. Without `ttlSeconds` it never
   * expires: a row does not keep its earlier expiry.
   *
   * @example
   * ```ts
   * await table.set('session', token, JSON.stringify(session), { ttlSeconds: 3600 })
   * ```
   */
  set(hashKey: Bytes, sortKey: Bytes, value: Bytes, options?: WriteOptions): Promise<void> {
    return set(this.#context, hashKey, sortKey, value, options)
  }

  /**
   * Removes a row. Succeeds also when the row does not exist.
   *
   * @example
   * ```ts
   * await table.remove('user-1', 'name')
   * ```
   */
  remove(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<void> {
    return remove(this.#context, hashKey, sortKey, options)
  }

  /**
   * Tells whether a row exists, without reading its value.
   *
   * @example
   * ```ts
   * if (await table.exist('user-1', 'name')) console.log('known')
   * ```
   */
  exist(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<boolean> {
    return exist(this.#context, hashKey, sortKey, options)
  }

  /**
   * Reads the remaining lifetime of a row.
   *
   * @returns Whole seconds; -1 when the row never expires; `null` when it does not exist.
   * @example
   * ```ts
   * await table.set('session', token, data, { ttlSeconds: 60 })
   * await table.ttl('session', token) // 60
   * ```
   */
  ttl(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<number | null> {
    return ttl(this.#context, hashKey, sortKey, options)
  }

  /**
   * Adds to an integer in one atomic step. The value is the integer's decimal text, so `get` and `set` work on it too.
   * A row that does not exist, or whose value is empty, counts as 0.
   *
   * The client does not retry an increment that may have been applied. The error then has `maybeApplied: true`.
   *
   * @param by - The number to add, a 64-bit integer. As a `number`, its size is at most 2^53 - 1. Default 1.
   * @returns The sum, exact.
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the value or the sum is not a 64-bit
   * integer. The value then stays unchanged.
   * @example
   * ```ts
   * await table.incr('page-1', 'visits') // 1n
   * await table.incr('page-1', 'visits', 10n, { ttlSeconds: 3600 }) // 11n
   * ```
   */
  async incr(
    hashKey: Bytes,
    sortKey: Bytes,
    by: number | bigint = 1n,
    options?: IncrOptions,
  ): Promise<bigint> {
    return incr(this.#context, hashKey, sortKey, by, options)
  }

  /**
   * Writes a row if a check passes. The checked row has the same hash key and may be another row than the written one.
   * Check and write are one atomic step. The call also resolves when the check does not pass.
   *
   * The client does not retry a write that may have been applied. The error then has `maybeApplied: true`.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the check compares integers and the value
   * is not a 64-bit integer.
   * @example
   * ```ts
   * const check = { sortKey: 'lock', type: CheckType.ValueNotExist, returnCheckValue: true }
   * const { succeeded, checkValue } = await table.checkAndSet('job-1', check, { value: 'me', ttlSeconds: 30 })
   * if (!succeeded) console.log(`held by ${checkValue}`)
   * ```
   */
  async checkAndSet(
    hashKey: Bytes,
    check: Check,
    set: CheckedSet,
    options?: CallOptions,
  ): Promise<CheckResult> {
    return decodeCheckResult(unwrap(await checkAndSet(this.#context, hashKey, check, set, options)))
  }

  /**
   * Writes and removes rows of one hash key, in the given order, if a check of one of its rows passes. Check and
   * changes are one atomic step: either all changes are made or none. An empty list of mutations is refused.
   *
   * The client does not retry it when it may have been applied, as {@link Table.checkAndSet}.
   *
   * @throws As {@link Table.checkAndSet}.
   * @example
   * ```ts
   * const check = { sortKey: 'stock', type: CheckType.ValueIntGreaterOrEqual, operand: 1 }
   * const { succeeded } = await table.checkAndMutate('item-1', check, [
   *   { set: 'reserved-by', value: 'user-1', ttlSeconds: 600 },
   *   { del: 'offer' },
   * ])
   * ```
   */
  async checkAndMutate(
    hashKey: Bytes,
    check: Check,
    mutations: Iterable<Mutation>,
    options?: CallOptions,
  ): Promise<CheckResult> {
    return decodeCheckResult(unwrap(await checkAndMutate(this.#context, hashKey, check, mutations, options)))
  }

  /**
   * Writes a value if the row has the expected value, in one atomic step. The call also resolves when the row has
   * another value. The client does not retry it when it may have been applied, as {@link Table.checkAndSet}.
   *
   * @param expected - Compared byte by byte; `null` means that the row must not exist.
   * @example
   * ```ts
   * let old = await table.get('counter', 'state')
   * for (;;) {
   *   const { succeeded, actual } = await table.compareExchange('counter', 'state', old, next(old))
   *   if (succeeded) break
   *   old = actual
   * }
   * ```
   */
  async compareExchange(
    hashKey: Bytes,
    sortKey: Bytes,
    expected: Bytes | null,
    value: Bytes,
    options?: WriteOptions,
  ): Promise<CompareExchangeResult> {
    const { succeeded, checkValue } = decodeCheckResult(
      unwrap(await compareExchange(this.#context, hashKey, sortKey, expected, value, options)),
    )
    return { succeeded, actual: succeeded ? null : checkValue }
  }

  /**
   * Reads rows of any hash keys. The client sends one request to each of their partitions (more for very many keys),
   * all at once. An empty list of keys is refused. To read rows of one hash key, use {@link Table.multiGet}.
   *
   * The call rejects when one of the requests fails: it returns all values or none. To have the values that can be
   * had, use {@link Table.batchGetSettled}.
   *
   * @returns The values in the order of the keys; `null` for a row that does not exist.
   * @example
   * ```ts
   * const [ada, alan] = await table.batchGet([['user-1', 'name'], ['user-2', 'name']])
   * ```
   */
  async batchGet(keys: Iterable<readonly [Bytes, Bytes]>, options?: ReadOptions): Promise<(Buffer | null)[]> {
    return decodeValues(unwrap(await batchGet(this.#context, keys, options)))
  }

  /**
   * Reads rows as {@link Table.batchGet} does, with an outcome for each key: when a request fails, only the keys that
   * it asked for have errors. So while one server is gone, the rows of the others are still read.
   *
   * The call rejects only when it fails as a whole: for a wrong argument, before anything is sent, or when it is
   * aborted. It resolves when every key has an outcome, at the deadline at the latest.
   *
   * @returns The outcome of each key, in the order of the keys: a value, `null` for a row that does not exist, or an
   * error. Keys that one request asked for have errors of their own that say the same.
   * @example
   * ```ts
   * const outcomes = await table.batchGetSettled([['user-1', 'name'], ['user-2', 'name']], { timeoutMs: 200 })
   * const names = outcomes.map((outcome) => (outcome.ok ? outcome.value : 'unknown'))
   * ```
   */
  async batchGetSettled(
    keys: Iterable<readonly [Bytes, Bytes]>,
    options?: ReadOptions,
  ): Promise<BatchGetOutcome[]> {
    const outcomes = unwrap(await batchGetSettled(this.#context, keys, options))
    const values = decodeValues(outcomes.values as Buffer)
    return await itemOutcomes(outcomes, (at) => ({ ok: true as const, value: values[at] ?? null }))
  }

  /**
   * Writes rows of any hash keys, each on its own. Some rows may fail while others are written; the call does not
   * reject then. The order of the writes is undefined, so each row should occur only once. An empty list of rows is
   * refused. To write rows of one hash key together, use {@link Table.multiSet}.
   *
   * @param rows - Each is `[hashKey, sortKey, value]`. A wrong hash key, or a value that is not bytes, rejects the
   * whole batch before anything is sent.
   * @returns The outcome of each row, in the order of the rows.
   * @example
   * ```ts
   * const outcomes = await table.batchSet([['user-1', 'name', 'Ada'], ['user-2', 'name', 'Alan']])
   * for (const outcome of outcomes) if (!outcome.ok) console.error(outcome.error)
   * ```
   */
  async batchSet(
    rows: Iterable<readonly [Bytes, Bytes, Bytes]>,
    options?: WriteOptions,
  ): Promise<BatchOutcome[]> {
    return await itemOutcomes(unwrap(await batchSet(this.#context, rows, options)), done)
  }

  /**
   * Removes rows of any hash keys, each on its own, as {@link Table.batchSet} writes them. Succeeds also for rows that
   * do not exist. To remove rows of one hash key together, use {@link Table.multiDel}.
   *
   * @returns The outcome of each row, in the order of the keys.
   * @example
   * ```ts
   * const outcomes = await table.batchDel([['user-1', 'name'], ['user-2', 'name']])
   * const removed = outcomes.every(({ ok }) => ok)
   * ```
   */
  async batchDel(keys: Iterable<readonly [Bytes, Bytes]>, options?: CallOptions): Promise<BatchOutcome[]> {
    return await itemOutcomes(unwrap(await batchDel(this.#context, keys, options)), done)
  }

  /**
   * Writes several rows of one hash key, either all or none. When a sort key occurs twice, the last value wins. An
   * empty list of entries and an empty hash key are refused.
   *
   * @example
   * ```ts
   * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
   * await table.multiSet('user-2', new Map([['name', 'Alan']]), { ttlSeconds: 60 })
   * ```
   */
  async multiSet(hashKey: Bytes, entries: Entries, options?: WriteOptions): Promise<void> {
    return unwrap(await multiSet(this.#context, hashKey, entries, options))
  }

  /**
   * Reads rows of one hash key: those with the given sort keys, or all of them.
   *
   * @param sortKeys - Each sort key is read once, even if it occurs several times. `null` means all rows. An empty list
   * is refused, because it could mean all rows or none.
   * @returns The existing rows, always in ascending byte order of their sort keys. `complete` is false when a limit cut
   * the reply: `maxKvCount`, `maxKvSize`, or the server's own limit of 3,000 rows or 30 MiB. To read beyond these
   * limits, use {@link Table.multiGetAll}.
   * @example
   * ```ts
   * const { entries, complete } = await table.multiGet('user-1', null)
   * for (const { sortKey, value } of entries) console.log(`${sortKey}: ${value}`)
   * ```
   */
  async multiGet(
    hashKey: Bytes,
    sortKeys: Iterable<Bytes> | null,
    options?: MultiGetLimits,
  ): Promise<MultiGetResult> {
    return decodePairs(unwrap(await multiGet(this.#context, hashKey, sortKeys, options)))
  }

  /**
   * Reads the rows of one hash key whose sort keys lie in a range.
   *
   * @param startSortKey - Where the range starts. Empty: at the first row.
   * @param stopSortKey - Where the range stops. Empty: after the last row.
   * @returns As {@link Table.multiGet}.
   * @example
   * ```ts
   * const { entries: newest } = await table.multiGetOpt('log', '2024-01', '2024-02', { reverse: true, maxKvCount: 10 })
   * ```
   */
  async multiGetOpt(
    hashKey: Bytes,
    startSortKey: Bytes,
    stopSortKey: Bytes,
    options?: MultiGetOptions,
  ): Promise<MultiGetResult> {
    return decodePairs(
      unwrap(await multiGetRange(this.#context, hashKey, startSortKey, stopSortKey, options)),
    )
  }

  /**
   * Removes several rows of one hash key, either all or none. An empty list of sort keys and an empty hash key are
   * refused.
   *
   * @returns The number of sort keys given. The server does not check which of the rows existed.
   * @example
   * ```ts
   * await table.multiDel('user-1', ['name', 'city']) // 2
   * ```
   */
  async multiDel(hashKey: Bytes, sortKeys: Iterable<Bytes>, options?: CallOptions): Promise<number> {
    return unwrap(await multiDel(this.#context, hashKey, sortKeys, options))
  }

  /**
   * Removes the rows of one hash key whose sort keys lie in a range, without a limit on their number.
   *
   * This is not atomic. The client removes rows in rounds of up to 1,000, and each round is atomic. Rows written to the
   * range during the call may be removed or stay.
   *
   * @param startSortKey - Where the range starts. Empty: at the first row.
   * @param stopSortKey - Where the range stops. Empty: after the last row. Both empty: all rows of the hash key.
   * @returns The number of removed rows.
   * @throws {@link PegasusError} with two more properties: `deleted` is the number of rows certainly removed, and
   * `nextSortKey` is the sort key to continue from. When `maybeApplied` is true, the last round may or may not have
   * been applied; removing its rows again is safe.
   * @example
   * ```ts
   * await table.delRange('log', '2024-01', '2024-02') // all of January
   * ```
   */
  async delRange(
    hashKey: Bytes,
    startSortKey: Bytes,
    stopSortKey: Bytes,
    options?: DelRangeOptions,
  ): Promise<number> {
    return unwrap(await delRange(this.#context, hashKey, startSortKey, stopSortKey, options))
  }

  /**
   * Counts the rows of one hash key. The server reads all of them.
   *
   * @example
   * ```ts
   * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
   * await table.sortKeyCount('user-1') // 2
   * ```
   */
  async sortKeyCount(hashKey: Bytes, options?: CallOptions): Promise<number> {
    return unwrap(await sortKeyCount(this.#context, hashKey, options))
  }

  /**
   * Reads the sort keys of one hash key, without their values.
   *
   * @param options - `noValue` has no effect here.
   * @returns The sort keys in ascending byte order. `complete` is false when a limit cut the reply, as in
   * {@link Table.multiGet}. To read beyond the limits, use {@link Table.getAllSortKeys}.
   * @example
   * ```ts
   * const { sortKeys } = await table.getSortKeys('user-1')
   * console.log(sortKeys.map(String)) // [ 'city', 'name' ]
   * ```
   */
  async getSortKeys(hashKey: Bytes, options?: MultiGetLimits): Promise<SortKeysResult> {
    const page = unwrap(await getSortKeys(this.#context, hashKey, options))
    const { entries, complete } = decodePairs(page)
    return { sortKeys: entries.map(({ sortKey }) => sortKey), complete }
  }

  /**
   * Reads all rows of one hash key, or of a range of it, in as many batches as needed. So it can read more than the
   * 3,000 rows or 30 MiB of one reply. All rows must fit into memory; {@link Table.getScanner} gives them one by one
   * instead. Rows written during the call may or may not be included.
   *
   * @returns The rows in ascending byte order of their sort keys. The Buffers of a batch share memory.
   * @example
   * ```ts
   * const rows = await table.multiGetAll('log', { startSortKey: '2024-01', stopSortKey: '2024-02' })
   * console.log(rows.length)
   * ```
   */
  async multiGetAll(
    hashKey: Bytes,
    options?: MultiGetAllOptions,
  ): Promise<{ sortKey: Buffer; value: Buffer }[]> {
    const all = await readAll(allRows(this.#context, hashKey, options))
    return all.map(({ sortKey, value }) => ({ sortKey, value }))
  }

  /**
   * Reads all sort keys of one hash key, or of a range of it, without their values. Works as {@link Table.multiGetAll}.
   *
   * @returns The sort keys in ascending byte order. The Buffers of a batch share memory.
   * @example
   * ```ts
   * const sortKeys = await table.getAllSortKeys('user-1')
   * ```
   */
  async getAllSortKeys(hashKey: Bytes, options?: GetAllSortKeysOptions): Promise<Buffer[]> {
    const all = await readAll(allSortKeys(this.#context, hashKey, options))
    return all.map(({ sortKey }) => sortKey)
  }

  /**
   * Makes a scanner of one hash key. It reads the rows batch by batch, in ascending byte order of their sort keys, and
   * gives each row once, even if servers fail or change during the scan. Nothing is sent before the first row is
   * requested. Wrong arguments throw at once.
   *
   * @param startSortKey - Where the range starts. Default empty: at the first row.
   * @param stopSortKey - Where the range stops. Default empty: after the last row.
   * @example
   * ```ts
   * for await (const { sortKey, value } of table.getScanner('user-1')) console.log(`${sortKey}: ${value}`)
   * ```
   */
  getScanner(hashKey: Bytes, startSortKey?: Bytes, stopSortKey?: Bytes, options?: ScanOptions): Scanner {
    return getScanner(this.#context, hashKey, startSortKey, stopSortKey, options)
  }

  /**
   * Makes scanners that together read the whole table. Each one reads some of the partitions, and they may run at the
   * same time or one after the other. Rows come grouped by hash key; the order of the groups is undefined.
   *
   * @param maxSplitCount - The maximum number of scanners. There are never more scanners than partitions.
   * @example
   * ```ts
   * const scanners = table.getUnorderedScanners(4)
   * await Promise.all(scanners.map(async (scanner) => {
   *   for await (const { hashKey, sortKey, value } of scanner) console.log(hashKey, sortKey, value)
   * }))
   * ```
   */
  getUnorderedScanners(maxSplitCount: number, options?: ScanOptions): Scanner[] {
    return getUnorderedScanners(this.#context, maxSplitCount, options)
  }

  /**
   * Counts the rows of the table, or those that pass filters. The servers count, several at a time. They read all rows
   * but send none. Rows written or removed during the count may or may not be counted.
   *
   * @throws {@link PegasusError} with the code `ERR_INCOMPLETE_DATA` when a server ran out of time for a part of the
   * count. Other codes are those of any read.
   * @example
   * ```ts
   * const rows = await table.count({
   *   hashKeyFilterType: FilterType.MatchPrefix,
   *   hashKeyFilterPattern: 'user-',
   *   onProgress: ({ partitionsDone, partitions }) => console.log(`${partitionsDone} of ${partitions}`),
   * })
   * ```
   */
  async count(options?: CountOptions): Promise<number> {
    return unwrap(await count(this.#context, options))
  }
}
