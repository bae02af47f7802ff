import type { CheckType, FilterType } from './enums'
import type { PegasusError } from './errors'

/** Bytes that go in: a string stands for its UTF-8 bytes. Bytes that come out are always Buffers. */
export type Bytes = Uint8Array | string

/**
 * Pairs of sort key and value: an array of `[sortKey, value]`, a `Map`, any other iterable of such pairs, or
 * an object whose property names are the sort keys. Where a sort key occurs twice, the last one wins.
 */
export type Entries = Iterable<readonly [Bytes, Bytes]> | Readonly<Record<string, Bytes>>

/** Where the client writes what it does: `console` fits, and so do pino and its relatives. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** How operations are tried again. The pauses grow from one attempt to the next and are fully random. */
export interface RetryOptions {
  /** Attempts of one operation, the first included. Default: as many as its deadline allows. */
  maxAttempts?: number
  /** Milliseconds: the first pause is at most this long. */
  baseDelayMs?: number
  /** Milliseconds: no pause is longer than this. Not less than `baseDelayMs`. */
  maxDelayMs?: number
}

/** How a client finds its cluster and how patient it is. */
export interface ClientOptions {
  /**
   * The meta servers of the cluster, each `host:port`: an array, or one string with commas between them.
   * A host is a DNS name, an IPv4 address, or an IPv6 address in brackets (`[::1]:34601`).
   */
  metaServers: string | readonly string[]
  /** Milliseconds in which an operation must end, all its attempts together. Default 2000. */
  timeoutMs?: number
  /** Milliseconds in which a connection must be made. Default 1000. */
  connectTimeoutMs?: number
  /** Milliseconds for one attempt at one meta server. Default 2000. */
  metaTimeoutMs?: number
  /** A connection on which calls did nothing but time out for so many milliseconds is replaced. Default 3000. */
  sessionResetMs?: number
  /** How operations are tried again. */
  retry?: RetryOptions
  /**
   * Operations that are in flight at once, from their first attempt to their result; of a scan each batch counts, of
   * a batch of keys each request. From 1 to 100,000,000. Default 100,000: far more than it takes to keep a cluster
   * busy, and few enough to be held while a cluster answers nothing.
   */
  maxInFlight?: number
  /**
   * Bytes of keys and values that are in flight in requests. An operation with more runs alone. From 1 to
   * 68,719,476,735. Default 268,435,456 (256 MiB): a request that waits to be sent is held twice, as arguments and as
   * a frame. Replies do not count: `maxKvSize` and `batchSize` bound each of them.
   */
  maxInFlightBytes?: number
  /**
   * What becomes of an operation for which there is no room in flight. Default `'wait'`: it waits, in the order in
   * which operations come, until its deadline or until it is aborted. `'refuse'`: it rejects at once with
   * `ERR_TOO_MANY_REQUESTS`, which is `retryable`; nothing was sent then.
   */
  whenFull?: 'wait' | 'refuse'
  /**
   * Where the client writes what it does. Default `null`: nowhere. A logger with `isLevelEnabled` or a
   * `level` is asked once, when the client connects, which lines it wants.
   */
  logger?: Logger | null
}

/** Options of a table. */
export interface TableOptions {
  /** Milliseconds for each operation on this table, instead of the client's `timeoutMs`. */
  timeoutMs?: number
  /** When a secondary may answer reads. Default: never. */
  backupRequest?: BackupRequestOptions
}

/**
 * When a secondary may answer a read of a table in place of the primary: `get`, `exist`, `ttl`, `batchGet`, `multiGet`,
 * `multiGetOpt` and `getSortKeys`. Nothing else is ever sent to one: no write, no scan, no count.
 *
 * **What is given up.** A secondary has what it was told of so far. It may lack writes that are acknowledged, the
 * caller's own last one included, and of two reads the later one may show the older state. It never shows what no
 * client has written, and a row is as it was at some time. How far it is behind has no bound: usually milliseconds,
 * and as long as it was cut off when it was. {@link ReadOptions.onMaybeStale} tells which answers came from one.
 *
 * A server may refuse backup reads or, beyond the table's `replica.backup_request_throttling`, leave them without an
 * answer. That never fails a read that the primary may still answer.
 *
 * @example
 * ```ts
 * const table = await client.openTable('temp', { backupRequest: { delayMs: 'auto', onUnreachable: true } })
 * ```
 */
export interface BackupRequestOptions {
  /**
   * Milliseconds after which a read that the primary has not answered is sent to a secondary too. The first good
   * answer counts, the other one is given up. `'auto'`: as long as 99 of 100 of the table's last one to two thousand
   * reads took, but from 1 ms to 1 s, and 50 ms before a hundred have been measured. Default: it is not.
   */
  delayMs?: number | 'auto'
  /**
   * The share of the reads that may be sent twice because of `delayMs`, after ten that are free: a cluster that is
   * slow as a whole must not get twice the load. From 0 to 1. Default 0.1.
   */
  maxShare?: number
  /**
   * Sends a read whose primary is gone to a secondary, in the same attempt: there is none, it cannot be connected to,
   * its connection ended, or the server says that it is not the primary. So reads go on while a cluster takes its
   * time, about 20 seconds, to name a new one. As long as nothing was heard of a primary again, it and a secondary are
   * asked together. `maxShare` does not count here. A primary that hangs with its connection open is found to be gone
   * only after the client's `sessionResetMs`: until then `delayMs` helps. Default false.
   */
  onUnreachable?: boolean
}

/** Options of every operation. */
export interface CallOptions {
  /** Milliseconds in which the call must end, all its attempts together. Default: the table's or the client's. */
  timeoutMs?: number
  /**
   * Ends the wait: the call rejects at once with the signal's `reason`. What was already sent is not taken
   * back, so an aborted write may still be applied.
   */
  signal?: AbortSignal
}

/** Options of a read. */
export interface ReadOptions extends CallOptions {
  /**
   * Called before the promise resolves when the answer, or a part of it, came from a secondary, so that it may lack
   * the latest writes. Only on a table with {@link TableOptions.backupRequest}. When it throws, the call rejects with
   * that.
   */
  onMaybeStale?(): void
}

/** Options of a write. */
export interface WriteOptions extends CallOptions {
  /**
   * Seconds after which what is written expires. Absent or 0: it never does, unless the table has a default
   * TTL on the server. The moment of expiry must lie before 2084-01-19.
   */
  ttlSeconds?: number
}

/** Options of {@link Table.incr}. */
export interface IncrOptions extends CallOptions {
  /**
   * What becomes of the row's expiry. Absent or 0: it stays as it is, and a new row never expires. -1: it is
   * cleared. More: the row expires so many seconds from now, before 2084-01-19.
   */
  ttlSeconds?: number
}

/** The condition of a conditional write. */
export interface Check {
  /** The row that is looked at, under the hash key of the call. It need not be one that is written. */
  sortKey: Bytes
  /** What is asked of it. */
  type: CheckType
  /**
   * What the value is compared with: needed by `ValueMatch…`, `ValueBytes…` and `ValueInt…`, refused by the
   * others. For `ValueInt…` a number, a bigint or the text of an integer of 64 bits; text may have white space
   * and a sign in front, and is hexadecimal after `0x` and octal after `0`.
   */
  operand?: Bytes | number | bigint
  /** Brings back the value that was looked at, see {@link CheckResult}. Default false. */
  returnCheckValue?: boolean
}

/** What {@link Table.checkAndSet} writes. */
export interface CheckedSet {
  /** The row that is written. Default: the one that is checked. */
  sortKey?: Bytes
  /** Its new value. */
  value: Bytes
  /** As {@link WriteOptions.ttlSeconds}. */
  ttlSeconds?: number
}

/**
 * A change of one row, for {@link Table.checkAndMutate}: `{ set, value }` writes the row with the sort key
 * `set`, with `ttlSeconds` as in {@link WriteOptions.ttlSeconds}; `{ del }` removes the row with the sort key `del`.
 */
export type Mutation = { set: Bytes; value: Bytes; ttlSeconds?: number } | { del: Bytes }

/** What came of a conditional write. */
export interface CheckResult {
  /** Did the check pass, so that the write was done? */
  succeeded: boolean
  /** Was the value of the checked row asked for? If not, the next two say nothing. */
  checkValueReturned: boolean
  /** Was there such a row, before the write? */
  checkValueExist: boolean
  /** Its value, before the write; `null` where there was no row or the value was not asked for. */
  checkValue: Buffer | null
}

/** What came of {@link Table.compareExchange}. */
export interface CompareExchangeResult {
  /** Was the value what was expected, so that the new one was written? */
  succeeded: boolean
  /** The value that was not the expected one; `null` where there was no row, and on success. */
  actual: Buffer | null
}

/**
 * What came of one item of a batch. The error is a {@link PegasusError} in every case: an item that no server
 * would take, such as one of more than 1 MiB, has one with the code `ERR_INVALID_ARGUMENT`.
 */
export type BatchOutcome = { ok: true } | { ok: false; error: PegasusError }

/** How much one reply may carry. */
export interface MultiGetLimits extends ReadOptions {
  /** Rows in one reply; 0 or less is no limit of ours. Default 100. The server stops at 3,000 in any case. */
  maxKvCount?: number
  /**
   * Bytes of sort keys and values in one reply; 0 or less is no limit of ours. Default 1,000,000. The row
   * that reaches the limit is still part of the reply. The server stops at 30 MiB in any case.
   */
  maxKvSize?: number
  /** Leaves the values out: they come as empty Buffers. Default false. */
  noValue?: boolean
}

/** Options of a read by range. */
export interface MultiGetOptions extends MultiGetLimits {
  /** Is a row at the start of the range part of it? Default true. */
  startInclusive?: boolean
  /** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
  sortKeyFilterPattern?: Bytes
  /** Takes rows from the end of the range when a limit cuts it; they still come in ascending order. Default false. */
  reverse?: boolean
}

/** Options of a removal by range. */
export interface DelRangeOptions {
  /** Milliseconds for each request, of which there may be many. Default: the table's or the client's. */
  timeoutMs?: number
  /** Ends the wait: the call rejects at once with the signal's `reason`. What was removed by then stays removed. */
  signal?: AbortSignal
  /** Is a row at the start of the range part of it? Default true. */
  startInclusive?: boolean
  /** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
  sortKeyFilterPattern?: Bytes
}

/** Rows of one hash key, in ascending byte order of their sort keys. */
export interface MultiGetResult {
  /** The Buffers are views of one reply: `Buffer.from(value)` copies the one that is to outlive the others. */
  entries: { sortKey: Buffer; value: Buffer }[]
  /** False when a limit, ours or the server's, cut the reply: there may be more rows. */
  complete: boolean
}

/** Sort keys of one hash key, in ascending byte order. */
export interface SortKeysResult {
  /** Views of one reply, as in {@link MultiGetResult.entries}. */
  sortKeys: Buffer[]
  /** False when a limit, ours or the server's, cut the reply: there may be more. */
  complete: boolean
}

/** Options of a scan. */
export interface ScanOptions {
  /** Milliseconds for each batch that is fetched. Default 5000. */
  timeoutMs?: number
  /** Ends the scan: the fetch that runs and all later ones reject with the signal's `reason`. */
  signal?: AbortSignal
  /** Rows in one batch. Default 1000, which is also the most that a server gives. */
  batchSize?: number
  /** Is a row at the start of the range part of it? Default true. */
  startInclusive?: boolean
  /** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
  stopInclusive?: boolean
  /** Leaves the values out: they come as empty Buffers. Default false. */
  noValue?: boolean
  /** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  hashKeyFilterType?: FilterType
  /** The pattern of `hashKeyFilterType`. Default empty, which matches all. */
  hashKeyFilterPattern?: Bytes
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
  sortKeyFilterPattern?: Bytes
  /** Asks for the moment of expiry of each row, see {@link ScanEntry.expireAt}. Default false. */
  returnExpireTs?: boolean
}

/** Options of {@link Table.getAllSortKeys}. */
export interface GetAllSortKeysOptions {
  /** Where the range starts. Default empty: the first row. */
  startSortKey?: Bytes
  /** Where the range stops. Default empty: the end. */
  stopSortKey?: Bytes
  /** Is a row at the start of the range part of it? Default true. */
  startInclusive?: boolean
  /** Is a row at the stop of the range part of it? Default false. Has no meaning when the stop is empty. */
  stopInclusive?: boolean
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
  sortKeyFilterPattern?: Bytes
  /** Rows in one batch. Default 1000, which is also the most that a server gives. */
  batchSize?: number
  /** Milliseconds for each batch that is fetched. Default 5000. */
  timeoutMs?: number
  /** Ends the wait: the call rejects at once with the signal's `reason`. */
  signal?: AbortSignal
}

/** Options of {@link Table.multiGetAll}. */
export interface MultiGetAllOptions extends GetAllSortKeysOptions {
  /** Leaves the values out: they come as empty Buffers. Default false. */
  noValue?: boolean
}

/** How far a count has come. */
export interface CountProgress {
  /** Rows in the partitions that are counted. */
  rows: number
  /** Partitions that are counted. */
  partitionsDone: number
  /** Partitions of the table. */
  partitions: number
}

/** Options of {@link Table.count}. */
export interface CountOptions {
  /** Milliseconds for each request, of which there may be many. Default 5000. */
  timeoutMs?: number
  /** Ends the wait: the count rejects at once with the signal's `reason`. */
  signal?: AbortSignal
  /** Rows that a server counts in one request. Default 1000, which is also the most that it counts. */
  batchSize?: number
  /** How hash keys are compared with `hashKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  hashKeyFilterType?: FilterType
  /** The pattern of `hashKeyFilterType`. Default empty, which matches all. */
  hashKeyFilterPattern?: Bytes
  /** How sort keys are compared with `sortKeyFilterPattern`. Default {@link FilterType.NoFilter}. */
  sortKeyFilterType?: FilterType
  /** The pattern of `sortKeyFilterType`. Default empty, which matches all. */
  sortKeyFilterPattern?: Bytes
  /**
   * Called each time a partition is counted. When the table's partitions are split meanwhile the count starts
   * anew. What it throws ends the count, which rejects with it.
   */
  onProgress?(progress: CountProgress): void
}

/** A row that a scan found. The Buffers are views of its batch: keeping one keeps the whole batch in memory. */
export interface ScanEntry {
  hashKey: Buffer
  sortKey: Buffer
  /** Empty with `noValue`. */
  value: Buffer
  /** When the row expires, `null` for never. Present with `returnExpireTs` only. */
  expireAt?: Date | null
}

/** What a local cluster is made of. */
export interface LocalClusterOptions {
  /** Tables to begin with: name to partition count. */
  tables?: Readonly<Record<string, number>>
  /** Replica servers, each on a port of its own. Default 3. */
  replicaServers?: number
  /** Meta servers, of which the first leads. Default 1. */
  metaServers?: number
  /** The address to listen on. Default `127.0.0.1`. */
  host?: string
  /** The port of the first meta server. Default 0: any that is free. */
  port?: number
  /** A directory for the data, which then outlives the cluster. Default: none; the data is in memory and goes with it. */
  dataDir?: string
  /** Also gives the addresses of servers as host names, as clusters that use DNS do. Default false. */
  hostPorts?: boolean
}
