import {
  bytes,
  entryList,
  groupKeyBytes,
  hashKeyBytes,
  integer,
  MAX_INT32,
  sortKeyList,
  valueBytes,
} from './arguments'
import { type Crossing, unwrap } from './crossing'
import { notConstructible } from './errors'
import type { NativeTable } from './native'
import type {
  Bytes,
  CallOptions,
  Entries,
  MultiGetLimits,
  MultiGetOptions,
  MultiGetResult,
  ScanOptions,
  SortKeysResult,
  WriteOptions,
} from './options'
import { pack, sortedUnique } from './packing'
import { callOptions, multiGetLimits, multiGetOptions, scanOptions, writeOptions } from './resolve'
import { decodePairs } from './rows'
import { makeScanner, type Scanner } from './scanner'

const NO_BYTES = new Uint8Array(0)

/** For the client, which alone makes tables. */
export let makeTable: (crossing: Crossing, native: NativeTable) => Table

/**
 * A table of the cluster, made by {@link PegasusClient.openTable}.
 *
 * A row is a value under a hash key and a sort key. The rows of one hash key lie together, ordered by the
 * bytes of their sort keys, and one call can read or write many of them. A hash key is shorter than 65,535
 * bytes. An empty one is for operations on a single row, which the sort key then places.
 *
 * Arguments are checked before anything is sent: a wrong one rejects with a `TypeError` or a `RangeError`
 * whose `code` is `ERR_INVALID_ARGUMENT`. All else that goes wrong is a {@link PegasusError}: `ERR_TIMEOUT`
 * when the deadline has passed, `ERR_CLIENT_CLOSED` after `close()`, `ERR_BUSY` from a server that throttles,
 * and whatever else a server answers. Keys and values are copied during the call, so that the caller may
 * change its Buffers at once. A server takes 1 MiB in one write, by default.
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

  private constructor(crossing: Crossing, native: NativeTable) {
    if (native === undefined) throw notConstructible('Table', 'client.openTable(name)')
    this.#crossing = crossing
    this.#native = native
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
  async get(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<Buffer | null> {
    const hash = hashKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.get(token, hash, sort, timeoutMs)
    return unwrap(await this.#crossing.call<Buffer | null>(send, signal))
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
  async set(hashKey: Bytes, sortKey: Bytes, value: Bytes, options?: WriteOptions): Promise<void> {
    const hash = hashKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const content = valueBytes('value', value)
    const { ttlSeconds, timeoutMs, signal } = writeOptions(options)
    const send = (token: number) => this.#native.set(token, hash, sort, content, ttlSeconds, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Removes a row. That it was not there is no error.
   *
   * @example
   * ```ts
   * await table.remove('user-1', 'name')
   * ```
   */
  async remove(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<void> {
    const hash = hashKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.remove(token, hash, sort, timeoutMs)
    return unwrap(await this.#crossing.call<void>(send, signal))
  }

  /**
   * Says whether there is such a row, without reading its value.
   *
   * @example
   * ```ts
   * if (await table.exist('user-1', 'name')) console.log('known')
   * ```
   */
  async exist(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<boolean> {
    const hash = hashKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.exist(token, hash, sort, timeoutMs)
    return unwrap(await this.#crossing.call<boolean>(send, signal))
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
  async ttl(hashKey: Bytes, sortKey: Bytes, options?: CallOptions): Promise<number | null> {
    const hash = hashKeyBytes(hashKey)
    const sort = bytes('sortKey', sortKey)
    const { timeoutMs, signal } = callOptions(options)
    const send = (token: number) => this.#native.ttl(token, hash, sort, timeoutMs)
    return unwrap(await this.#crossing.call<number | null>(send, signal))
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
   * `complete` is false when `maxKvCount` or `maxKvSize` or a limit of the server cut the reply: the rest can
   * be read from the last sort key on, with {@link Table.multiGetOpt} and `startInclusive: false`.
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
    const keys = sortKeys === null ? null : pack(sortedUnique(sortKeyList(sortKeys, ': null means all')))
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
    return decodePairs(unwrap(await this.#crossing.call<Buffer>(send, o.signal)))
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
   * @returns The sort keys in ascending byte order; `complete` as {@link Table.multiGet}.
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

  #multiGet(hash: Uint8Array, keys: Uint8Array | null, limits: ReturnType<typeof multiGetLimits>) {
    const { maxKvCount, maxKvSize, noValue, timeoutMs, signal } = limits
    const send = (token: number) =>
      this.#native.multiGet(token, hash, keys, maxKvCount, maxKvSize, noValue, timeoutMs)
    return this.#crossing.call<Buffer>(send, signal)
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
}
