import {
  bytes,
  entryList,
  groupKeyBytes,
  integer,
  keyList,
  MAX_INT32,
  rowList,
  sortKeyList,
  valueBytes,
} from './arguments'
import { decodeValues, outcomes } from './batches'
import { checkedSetFields, checkFields, decodeCheckResult, packMutations } from './conditional'
import { type Crossing, type End, endOf, unwrap } from './crossing'
import { notConstructible } from './errors'
import { int64 } from './int64'
import { type Failure, type NativeTable, RowOperation } from './native'
import type {
  BatchOutcome,
  Bytes,
  CallOptions,
  Check,
  CheckedSet,
  CheckResult,
  CompareExchangeResult,
  CountOptions,
  DelRangeOptions,
  Entries,
  GetAllSortKeysOptions,
  IncrOptions,
  MultiGetAllOptions,
  MultiGetLimits,
  MultiGetOptions,
  MultiGetResult,
  Mutation,
  ReadOptions,
  ScanEntry,
  ScanOptions,
  SortKeysResult,
  WriteOptions,
} from './options'
import { pack } from './packing'
import { incrementBytes, NO_VALUE } from './requests'
import {
  allRowsOptions,
  allSortKeysOptions,
  callOptions,
  countOptions,
  delRangeOptions,
  incrOptions,
  multiGetLimits,
  multiGetOptions,
  readOptions,
  scanOptions,
  writeOptions,
} from './resolve'
import { decodePairs } from './rows'
import { makeScanner, type Scanner } from './scanner'

const NO_BYTES = new Uint8Array(0)

/** What the options of an operation on a row say. */
interface RowOptions {
  readonly timeoutMs: number
  readonly ttlSeconds?: number
  readonly signal?: AbortSignal | undefined
  readonly onMaybeStale?: (() => void) | undefined
}

/** How operations on rows end that do so in no plain way, under the names of their methods. */
const ENDS = {
  [RowOperation.Get]: endOf('Table.get'),
  [RowOperation.Set]: endOf('Table.set'),
  [RowOperation.Remove]: endOf('Table.remove'),
  [RowOperation.Exist]: endOf('Table.exist'),
  [RowOperation.Ttl]: endOf('Table.ttl'),
  [RowOperation.Incr]: endOf('Table.incr'),
}

/** For the client, which alone makes tables. */
export let makeTable: (crossing: Crossing, native: NativeTable) => Table

/**
 * A table of the cluster, made by {@link PegasusClient.openTable}.
 *
 * A row is a value under a hash key and a sort key. The rows of one hash key lie together, ordered by the
 * bytes of their sort keys, and one call can read or write many of them. A hash key is shorter than 65,535
 * bytes. An empty one is for operations on rows one by one, which the sort key then places.
 *
 * Arguments are checked before anything is sent: a wrong one rejects with a `TypeError` or a `RangeError`
 * whose `code` is `ERR_INVALID_ARGUMENT`. All else that goes wrong is a {@link PegasusError}: `ERR_TIMEOUT`
 * when the deadline has passed, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles,
 * and whatever else a server answers. Keys and values are copied during the call, so that the caller may
 * change its Buffers at once. A server takes 1 MiB in one write, keys and framing included; a longer one is
 * refused before it is sent, with a `RangeError`.
 *
 * The Buffers of replies that arrive together may share memory, so that keeping a small one can keep a larger
 * block alive; `Buffer.from(value)` makes a copy for keeping.
 */
export class Table {
  static {
    makeTable = (crossing, native) => new Table(crossing, native)
  }

  /** The table's name. */
  readonly name: string
  /** The number that the cluster gave the table. */
  readonly appId: number
  readonly #crossing: Crossing
  readonly #native: NativeTable
  /** Its number in requests. */
  readonly #handle: number

  private constructor(crossing: Crossing, native: NativeTable) {
    if (native === undefined) throw notConstructible('Table', 'client.openTable(name)')
    this.#crossing = crossing
    this.#native = native
    this.#handle = native.handle
    this.name = native.name
    this.appId = native.appId
  }

  /** How many partitions the table has. The number can double while a client runs: the cluster may split them. */
  get partitionCount(): number {
    return this.#native.partitionCount()
  }

  /**
   * Reads a value.
   *
   * @returns The value, or `null` when there is no such row or it has expired. An empty Buffer is a value.
   * @example
   * ```ts
   * const value = await table.get('user-1', 'name')
   * console.log(value?.toString())
   * ```
   */
  get(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<Buffer | null> {
    return this.#row(RowOperation.Get, hashKey, sortKey, NO_VALUE, readOptions, options)
  }

  /**
   * Writes a value, whether or not there was one. The row expires `ttlSeconds` from now, or never without
   * them: an earlier expiry of the row does not live on.
   *
   * @example
   * ```ts
   * await table.set('session', token, JSON.stringify(session), { ttlSeconds: 3600 })
   * ```
   */
  set(hashKey: Bytes, sortKey: Bytes, value: Bytes, options?: WriteOptions): Promise<void> {
    return this.#row(RowOperation.Set, hashKey, sortKey, value, writeOptions, options)
  }

  /**
   * Removes a row. That it was not there is no error.
   *
   * @example
   * ```ts
   * await table.remove('user-1', 'name')
   * ```
   */
  remove(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<void> {
    return this.#row(RowOperation.Remove, hashKey, sortKey, NO_VALUE, callOptions, options)
  }

  /**
   * Says whether there is such a row, without reading its value.
   *
   * @example
   * ```ts
   * if (await table.exist('user-1', 'name')) console.log('known')
   * ```
   */
  exist(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<boolean> {
    return this.#row(RowOperation.Exist, hashKey, sortKey, NO_VALUE, readOptions, options)
  }

  /**
   * Reads how long a row has to live.
   *
   * @returns Whole seconds; -1 when the row never expires; `null` when there is no such row.
   * @example
   * ```ts
   * await table.set('session', token, data, { ttlSeconds: 60 })
   * await table.ttl('session', token) // 60
   * ```
   */
  ttl(hashKey: Bytes, sortKey: Bytes, options?: ReadOptions): Promise<number | null> {
    return this.#row(RowOperation.Ttl, hashKey, sortKey, NO_VALUE, readOptions, options)
  }

  /**
   * Adds to the integer that a value is the text of, in one atomic step. A row that is not there, or whose value
   * is empty, counts as 0. The value may also be read and written with `get` and `set`, as decimal text.
   *
   * It is not tried again once it may have been done: the error's `maybeApplied` is true then.
   *
   * @param by - What is added: an integer of 64 bits, which as a number is at most 2^53 - 1 in size. Default 1.
   * @returns The sum, exact.
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when the value is no integer of 64 bits
   * or the sum would be none; the value then stays as it is.
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
    const increment = incrementBytes(int64('by', by))
    return this.#row(RowOperation.Incr, hashKey, sortKey, increment, incrOptions, options)
  }

  /**
   * Writes a row if a row of the same hash key, which may be another one, passes a check. Check and write are
   * one atomic step. That the check does not pass is no error.
   *
   * It is not tried again once it may have been done: the error's `maybeApplied` is true then.
   *
   * @throws {@link PegasusError} with the code `ERR_INVALID_PARAMETERS` when integers are compared and the value
   * is none of 64 bits.
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
    const hash = groupKeyBytes(hashKey)
    const { sortKey, type, operand, returnCheckValue } = checkFields(check)
    const row = checkedSetFields(set)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) =>
      this.#native.checkAndSet(
        token,
        hash,
        sortKey,
        type,
        operand,
        returnCheckValue,
        row.sortKey,
        row.value,
        row.ttlSeconds,
        timeoutMs,
      )
    return decodeCheckResult(unwrap(await this.#crossing.call<Buffer>(send, signal)))
  }

  /**
   * Writes and removes rows of one hash key, in the order given, if one of its rows passes a check. Check and
   * changes are one atomic step: all of them are made or none. Refused when there is no mutation.
   *
   * @throws As {@link Table.checkAndSet}; as that it is not tried again once it may have been done.
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
    const hash = groupKeyBytes(hashKey)
    const { sortKey, type, operand, returnCheckValue } = checkFields(check)
    const packed = packMutations(mutations)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) =>
      this.#native.checkAndMutate(token, hash, sortKey, type, operand, returnCheckValue, packed, timeoutMs)
    return decodeCheckResult(unwrap(await this.#crossing.call<Buffer>(send, signal)))
  }

  /**
   * Writes a value if the row has the value that is expected, in one atomic step. That it has another one is no
   * error. As {@link Table.checkAndSet} it is not tried again once it may have been done.
   *
   * @param expected - Compared byte by byte; `null` means that there must be no such row.
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
    const hash = groupKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const old = expected === null ? null : valueBytes('expected', expected)
    const content = valueBytes('value', value)
    const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
    const send = (token: number) =>
      this.#native.compareExchange(token, hash, sort, old, content, ttlSeconds, timeoutMs)
    const { succeeded, checkValue } = decodeCheckResult(
      unwrap(await this.#crossing.call<Buffer>(send, signal)),
    )
    return { succeeded, actual: succeeded ? null : checkValue }
  }

  /**
   * Reads rows of any hash keys: one request for each partition they lie in, or more for very many, all at
   * once. Refused when there is no key. Rows of one hash key are read with {@link Table.multiGet}.
   *
   * Rejects when one of the requests fails: there are all values or none.
   *
   * @returns The values in the order of the keys, `null` where there is no such row.
   * @example
   * ```ts
   * const [ada, alan] = await table.batchGet([['user-1', 'name'], ['user-2', 'name']])
   * ```
   */
  async batchGet(keys: Iterable<readonly [Bytes, Bytes]>, options?: ReadOptions): Promise<(Buffer | null)[]> {
    const packed = pack(keyList(keys))
    const { timeoutMs, signal, onMaybeStale } = readOptions(options)
    const send = (token: number) => this.#native.batchGet(token, packed, timeoutMs)
    return decodeValues(unwrap(await this.#crossing.call<Buffer>(send, signal, onMaybeStale)))
  }

  /**
   * Writes rows of any hash keys, each by itself: some may fail while others are written, and the call does not
   * reject for them. The order in which they are written is not given, so that no row should occur twice.
   * Refused when there is no row. Rows of one hash key are written together by {@link Table.multiSet}.
   *
   * @param rows - `[hashKey, sortKey, value]` each. A wrong hash key or a value that is no bytes refuses the
   * whole batch before anything is sent.
   * @returns What came of each row, in their order.
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
    const packed = pack(rowList(rows))
    const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
    const send = (token: number) => this.#native.batchSet(token, packed, ttlSeconds, timeoutMs)
    return outcomes(unwrap(await this.#crossing.call<(Failure | null)[]>(send, signal)))
  }

  /**
   * Removes rows of any hash keys, each by itself, as {@link Table.batchSet} writes them. That a row was not
   * there is no error. Rows of one hash key are removed together by {@link Table.multiDel}.
   *
   * @returns What came of each row, in their order.
   * @example
   * ```ts
   * const outcomes = await table.batchDel([['user-1', 'name'], ['user-2', 'name']])
   * const removed = outcomes.every(({ ok }) => ok)
   * ```
   */
  async batchDel(keys: Iterable<readonly [Bytes, Bytes]>, options?: CallOptions): Promise<BatchOutcome[]> {
    const packed = pack(keyList(keys))
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.batchDel(token, packed, timeoutMs)
    return outcomes(unwrap(await this.#crossing.call<(Failure | null)[]>(send, signal)))
  }

  /**
   * Writes several rows of one hash key, all or none of them. Of a sort key that occurs twice the last value
   * counts. Refused when there is no entry or when the hash key is empty.
   *
   * @example
   * ```ts
   * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
   * await table.multiSet('user-2', new Map([['name', 'Alan']]), { ttlSeconds: 60 })
   * ```
   */
  async multiSet(hashKey: Bytes, entries: Entries, options?: WriteOptions): Promise<void> {
    const hash = groupKeyBytes(hashKey)
    const packed = pack(entryList(entries))
    const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
    const send = (token: number) => this.#native.multiSet(token, hash, packed, ttlSeconds, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Reads the rows of one hash key: those with the given sort keys, or with `null` all of them.
   *
   * @param sortKeys - Each is looked up once, however often it occurs. `null` means all; an empty list is
   * refused, as it might mean all or nothing.
   * @returns The rows that exist, in ascending byte order of their sort keys whatever the order asked for.
   * `complete` is false when `maxKvCount` or `maxKvSize` or a limit of the server cut the reply, which never
   * has more than 3,000 rows or 30 MiB: {@link Table.multiGetAll} reads on until there is nothing left.
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
    const hash = groupKeyBytes(hashKey)
    const keys = sortKeys === null ? null : pack(sortKeyList(sortKeys, ': null means all'))
    const limits = multiGetLimits(options)
    const page = unwrap(await this.#multiGet(hash, keys, limits))
    return decodePairs(page)
  }

  /**
   * Reads the rows of one hash key whose sort keys lie in a range.
   *
   * @param startSortKey - Where the range starts; an empty one is the first row.
   * @param stopSortKey - Where the range stops; an empty one is the end.
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
    const hash = groupKeyBytes(hashKey)
    const start = bytes('startSortKey', startSortKey)
    const stop = bytes('stopSortKey', stopSortKey)
    const o = multiGetOptions(options)
    const send = (token: number) =>
      this.#native.multiGetRange(
        token,
        hash,
        start,
        stop,
        o.flags,
        o.filterType,
        o.filterPattern,
        o.maxKvCount,
        o.maxKvSize,
        o.timeoutMs,
      )
    return decodePairs(unwrap(await this.#crossing.call<Buffer>(send, o.signal, o.onMaybeStale)))
  }

  /**
   * Removes several rows of one hash key, all or none of them. Refused when there is no sort key or when the
   * hash key is empty.
   *
   * @returns How many sort keys were removed: as many as were given, for the server does not look which of
   * them existed.
   * @example
   * ```ts
   * await table.multiDel('user-1', ['name', 'city']) // 2
   * ```
   */
  async multiDel(hashKey: Bytes, sortKeys: Iterable<Bytes>, options?: CallOptions): Promise<number> {
    const hash = groupKeyBytes(hashKey)
    const keys = pack(sortKeyList(sortKeys, ''))
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.multiDel(token, hash, keys, timeoutMs)
    return unwrap(await this.#crossing.call<number>(send, signal))
  }

  /**
   * Removes the rows of one hash key whose sort keys lie in a range, however many there are.
   *
   * This is not atomic: rows are found and removed in rounds of up to 1,000 and each round is all or none. A row
   * that is written to the range meanwhile may be removed or stay.
   *
   * @param startSortKey - Where the range starts; an empty one is the first row.
   * @param stopSortKey - Where the range stops; an empty one is the end. Both empty: all rows of the hash key.
   * @returns How many rows were removed.
   * @throws {@link PegasusError} whose `deleted` says how many rows are certain to be gone, and whose
   * `nextSortKey` where to go on. One whose `maybeApplied` is true leaves the last round in doubt; removing
   * its rows again does no harm.
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
    const hash = groupKeyBytes(hashKey)
    const start = bytes('startSortKey', startSortKey)
    const stop = bytes('stopSortKey', stopSortKey)
    const { flags, filterType, filterPattern, timeoutMs, signal } = delRangeOptions(options)
    const send = (token: number) =>
      this.#native.delRange(token, hash, start, stop, flags, filterType, filterPattern, timeoutMs)
    return unwrap(await this.#crossing.call<number>(send, signal))
  }

  /**
   * Counts the rows of one hash key; the server reads all of them for it.
   *
   * @example
   * ```ts
   * await table.multiSet('user-1', { name: 'Ada', city: 'London' })
   * await table.sortKeyCount('user-1') // 2
   * ```
   */
  async sortKeyCount(hashKey: Bytes, options?: CallOptions): Promise<number> {
    const hash = groupKeyBytes(hashKey)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.sortKeyCount(token, hash, timeoutMs)
    return unwrap(await this.#crossing.call<number>(send, signal))
  }

  /**
   * Reads the sort keys of one hash key, without their values.
   *
   * @param options - `noValue` has no effect here.
   * @returns The sort keys in ascending byte order. `complete` is false when a limit cut the reply, as with
   * {@link Table.multiGet}: {@link Table.getAllSortKeys} reads on until there is nothing left.
   * @example
   * ```ts
   * const { sortKeys } = await table.getSortKeys('user-1')
   * console.log(sortKeys.map(String)) // [ 'city', 'name' ]
   * ```
   */
  async getSortKeys(hashKey: Bytes, options?: MultiGetLimits): Promise<SortKeysResult> {
    const hash = groupKeyBytes(hashKey)
    const limits = { ...multiGetLimits(options), noValue: true }
    const { entries, complete } = decodePairs(unwrap(await this.#multiGet(hash, null, limits)))
    return { sortKeys: entries.map(({ sortKey }) => sortKey), complete }
  }

  /**
   * Reads all rows of one hash key, or of a range of it, in as many batches as they need: past the 3,000 rows and
   * 30 MiB at which a single reply ends. All of them must fit into memory; {@link Table.getScanner} gives them
   * one after the other. Rows written meanwhile may be among them or not.
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
    const rows = await this.#readAll(groupKeyBytes(hashKey), allRowsOptions(options))
    return rows.map(({ sortKey, value }) => ({ sortKey, value }))
  }

  /**
   * Reads all sort keys of one hash key, or of a range of it, without their values: as {@link Table.multiGetAll}.
   *
   * @returns The sort keys in ascending byte order. The Buffers of a batch share memory.
   * @example
   * ```ts
   * const sortKeys = await table.getAllSortKeys('user-1')
   * ```
   */
  async getAllSortKeys(hashKey: Bytes, options?: GetAllSortKeysOptions): Promise<Buffer[]> {
    const rows = await this.#readAll(groupKeyBytes(hashKey), allSortKeysOptions(options))
    return rows.map(({ sortKey }) => sortKey)
  }

  async #readAll(hash: Uint8Array, range: ReturnType<typeof allRowsOptions>): Promise<ScanEntry[]> {
    const { start, stop, native, signal } = range
    const scanner = makeScanner(this.#crossing, this.#native.scanner(hash, start, stop, native), signal)
    const batches: ScanEntry[][] = []
    try {
      for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
        batches.push(batch)
      }
    } finally {
      await scanner.close()
    }
    return batches.flat()
  }

  #multiGet(hash: Uint8Array, keys: Uint8Array | null, limits: ReturnType<typeof multiGetLimits>) {
    const { maxKvCount, maxKvSize, noValue, timeoutMs, signal, onMaybeStale } = limits
    const send = (token: number) =>
      this.#native.multiGet(token, hash, keys, maxKvCount, maxKvSize, noValue, timeoutMs)
    return this.#crossing.call<Buffer>(send, signal, onMaybeStale)
  }

  /**
   * Reads the rows of one hash key, batch by batch, in ascending byte order of their sort keys. Each row is
   * given once, though servers may fail or change on the way. Nothing is sent before the first row is asked
   * for; wrong arguments throw at once.
   *
   * @param startSortKey - Where the range starts; default empty, the first row.
   * @param stopSortKey - Where the range stops; default empty, the end.
   * @example
   * ```ts
   * for await (const { sortKey, value } of table.getScanner('user-1')) console.log(`${sortKey}: ${value}`)
   * ```
   */
  getScanner(hashKey: Bytes, startSortKey?: Bytes, stopSortKey?: Bytes, options?: ScanOptions): Scanner {
    const hash = groupKeyBytes(hashKey)
    const start = startSortKey === undefined ? NO_BYTES : bytes('startSortKey', startSortKey)
    const stop = stopSortKey === undefined ? NO_BYTES : bytes('stopSortKey', stopSortKey)
    const { native, signal } = scanOptions(options)
    return makeScanner(this.#crossing, this.#native.scanner(hash, start, stop, native), signal)
  }

  /**
   * Makes scanners that together read the whole table, each some of its partitions. They can run side by
   * side, and each can run alone. Rows come grouped by hash key, in no order that means anything.
   *
   * @param maxSplitCount - At most so many scanners; there are never more than partitions.
   * @example
   * ```ts
   * const scanners = table.getUnorderedScanners(4)
   * await Promise.all(scanners.map(async (scanner) => {
   *   for await (const { hashKey, sortKey, value } of scanner) console.log(hashKey, sortKey, value)
   * }))
   * ```
   */
  getUnorderedScanners(maxSplitCount: number, options?: ScanOptions): Scanner[] {
    const count = integer('maxSplitCount', maxSplitCount, 1, MAX_INT32)
    const { native, signal } = scanOptions(options)
    const scanners = this.#native.unorderedScanners(count, native)
    return scanners.map((scanner) => makeScanner(this.#crossing, scanner, signal))
  }

  /**
   * Counts the rows of the table, or those that pass filters. The servers count, several at a time, and read all
   * rows for it; no row is sent. Rows written or removed meanwhile may be counted or not.
   *
   * @throws {@link PegasusError}: `ERR_INCOMPLETE_DATA` when a server ran out of time for a part of it, beside
   * what any read may give.
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
    const { native, signal, onProgress } = countOptions(options)
    const send = (token: number) => this.#native.count(token, native, onProgress !== undefined)
    const call =
      onProgress === undefined
        ? this.#crossing.call<number>(send, signal)
        : this.#crossing.callWithProgress<number>(send, onProgress, signal)
    return unwrap(await call)
  }

  /** Starts an operation on one row. */
  /** Not an async function, nor are the methods that call it: the promise of the crossing is the caller's own. */
  #row<T, Given>(
    operation: RowOperation,
    hashKey: Bytes,
    sortKey: Bytes,
    value: Bytes,
    resolve: (given: Given | undefined) => RowOptions,
    given: Given | undefined,
  ): Promise<T> {
    try {
      const { timeoutMs, ttlSeconds = 0, signal, onMaybeStale } = resolve(given)
      const { requests } = this.#crossing
      const send = (token: number) =>
        requests.add(operation, token, this.#handle, timeoutMs, ttlSeconds, hashKey, sortKey, value)
      const end = ENDS[operation] as End<T>
      if (signal === undefined && onMaybeStale === undefined) return this.#crossing.requestPlain(send, end)
      return end(this.#crossing.request<T>(send, signal, onMaybeStale))
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
