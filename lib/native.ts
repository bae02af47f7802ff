import type { CountProgress } from './options'

/**
 * The contract with the addon: what `lib/` may call, made of bytes and numbers only.
 *
 * Every operation is a synchronous call that takes a token first and returns at once. Exactly one
 * answer carrying that token comes back later, whatever happens, so a promise slot is free again
 * when its answer has arrived and not before. All that has finished crosses in one call of the
 * function given to `attach`.
 */

/** What a record carries; the third and fourth number of a record are its `a` and `b`. */
export enum Kind {
  /** Done, with no value: `undefined`. */
  Done = 0,
  /** No such row: `null`. */
  Absent = 1,
  /** Bytes `a` to `a + b` of the slab. */
  Bytes = 2,
  /** A signed 64-bit number that fits a double: low half `a`, high half `b`. */
  Number = 3,
  /** `a` is 0 or 1. */
  Boolean = 4,
  /** A signed 64-bit number, exact: low half `a`, high half `b`. */
  BigInt = 5,
  /** `extras[a]`: a Buffer of its own, a native object, a page of rows. */
  Extra = 6,
  /** `extras[a]` is a {@link Failure}. */
  Failure = 7,
  /** The operation was cancelled by its token before it ended. */
  Cancelled = 8,
  /** Not an answer (token 0): `extras[a]` is a {@link LogLine}. */
  Log = 9,
  /** Not yet the answer of its token, which is still to come: `extras[a]` is a {@link CountProgress}. */
  Progress = 10,
}

/** The operations on single rows, which cross as records of `lib/requests.ts`. */
export enum RowOperation {
  /** Absent or Bytes (large ones: Extra). */
  Get = 0,
  /** Done. */
  Set = 1,
  /** Done. */
  Remove = 2,
  /** Boolean. */
  Exist = 3,
  /** Number (-1: never expires) or Absent. */
  Ttl = 4,
  /** The value is a little-endian i64. `ttlSeconds` -1: never expires from now on; 0: its expiry stays. BigInt. */
  Incr = 5,
}

/** Added to the kind of a record whose answer came from a secondary. */
export const MAYBE_STALE = 0x100

/** Numbers in one record: token, kind, a, b. */
export const RECORD_LENGTH = 4

/** Set in a token's number when the operation may be cancelled later; the record carries the plain token. */
export const CANCELLABLE = 0x8000_0000

/** Receives `count` records (RECORD_LENGTH numbers each) in one visit to the JavaScript thread. */
export type OnBatch = (records: Uint32Array, count: number, slab: Buffer, extras: unknown[]) => void

/** Why an operation failed; `lib/errors.ts` makes the error of it, on the caller's stack. */
export interface Failure {
  code: string
  message: string
  retryable: boolean
  maybeApplied: boolean
  table?: string
  partitionIndex?: number
  server?: string
  attempts?: number
  /** Of `delRange` only, and then always: how many rows it had removed. */
  deleted?: number
  /** Where that removal stopped, if it had found a row at all. */
  nextSortKey?: Buffer
}

export interface LogLine {
  /** The number that `connect` was given as `logId`. */
  logId: number
  /** 1 error, 2 warn, 3 info, 4 debug. */
  level: number
  message: string
}

/** All fields are present: defaults that are ours to choose are filled in by Rust where a field is negative. */
export interface NativeClientOptions {
  metaServers: string[]
  /** Milliseconds; -1: the default. */
  timeoutMs: number
  connectTimeoutMs: number
  metaTimeoutMs: number
  sessionResetMs: number
  /** -1: no bound but the deadline. */
  retryMaxAttempts: number
  retryBaseDelayMs: number
  retryMaxDelayMs: number
  /** -1: the default. */
  maxInFlight: number
  maxInFlightBytes: number
  refuseWhenFull: boolean
  /** 0: no log. Otherwise lines come back with this number. */
  logId: number
  /** 0 none, 1 error … 4 debug. */
  logLevel: number
}

export interface NativeLocalOptions {
  tables: { name: string; partitionCount: number }[]
  replicaServers: number
  metaServers: number
  host: string
  port: number
  dataDir?: string
  hostPorts: boolean
}

export interface Native {
  /**
   * Makes a bridge of the caller's own, and says where its records go. Several copies of this library in one
   * environment (main thread or worker), as under Jest, each attach and have nothing to do with each other.
   */
  attach(onBatch: OnBatch): NativeBridge
  /** Parses the arguments of the `pegasus-local` program. Throws nothing: a refusal is a value. */
  parseLocalArguments(args: string[]): { options?: NativeLocalOptions; message?: string; exitCode: number }
}

/** The crossing of one copy of this library. */
export interface NativeBridge {
  /**
   * Hands over the operations started since the last time, those in the first `length` bytes of `requests` too
   * (`lib/requests.ts`); must follow them soon, and once is enough for many. A whole burst that is small is
   * started at once; parts of a larger one had better be worked on while the next is made.
   */
  flush(requests: Uint8Array, length: number, isWhole: boolean): void
  /** Asks for the operation to be dropped. Its record still comes: Cancelled, or the answer that was quicker. */
  cancel(token: number): void
  /** Record: Extra, a NativeClient. Fails when no meta server can be reached. */
  connect(token: number, options: NativeClientOptions): void
  /** Record: Extra, a NativeLocalCluster. */
  startLocal(token: number, options: NativeLocalOptions): void
}

export interface NativeClient {
  /**
   * Record: Extra, a NativeTable. `timeoutMs` -1: the client's. `backupDelayMs` -1: no read is sent twice;
   * 0: after a delay that follows what reads take. `backupMaxShare` -1: the default.
   */
  openTable(
    token: number,
    name: string,
    timeoutMs: number,
    backupDelayMs: number,
    backupMaxShare: number,
    backupOnUnreachable: boolean,
  ): void
  /** Record: Done, when everything in flight has been answered and every socket is closed. */
  close(token: number): void
  /** As of all that follow, `timeoutMs` -1 is the default of administrative calls. Number: the table's. */
  createTable(
    token: number,
    name: string,
    partitionCount: number,
    replicaCount: number,
    envs: Record<string, string>,
    successIfExists: boolean,
    timeoutMs: number,
  ): void
  /** `reserveSeconds` -1: as long as the cluster does by itself. Done. */
  dropTable(
    token: number,
    name: string,
    reserveSeconds: number,
    successIfNotExists: boolean,
    timeoutMs: number,
  ): void
  /** `newName` null: the old one. Extra: a {@link NativeTableInfo}. */
  recallTable(token: number, appId: number, newName: string | null, timeoutMs: number): void
  /** `status` 0: all. Extra: a list of {@link NativeTableInfo}. */
  listTables(token: number, status: number, timeoutMs: number): void
  /** Extra: an object from name to value, in no order. */
  tableEnvs(token: number, name: string, timeoutMs: number): void
  /** Done. */
  setTableEnvs(token: number, name: string, envs: Record<string, string>, timeoutMs: number): void
  /** Done. */
  deleteTableEnvs(token: number, name: string, keys: string[], timeoutMs: number): void
  /** `prefix` empty: all. Done. */
  clearTableEnvs(token: number, name: string, prefix: string, timeoutMs: number): void
  /** `status` 0: all. Extra: a list of {@link NativeNodeInfo}. */
  listNodes(token: number, status: number, timeoutMs: number): void
  /** Extra: an object from name to value, in no order. */
  clusterInfo(token: number, timeoutMs: number): void
  /** Extra: a {@link NativeTableLayout}. */
  tableLayout(token: number, name: string, timeoutMs: number): void
  /** Done, when the split has begun. */
  startPartitionSplit(token: number, name: string, newPartitionCount: number, timeoutMs: number): void
}

export interface NativeTableInfo {
  name: string
  appId: number
  /** -1: one that the addon does not know. */
  status: number
  partitionCount: number
  replicaCount: number
  /** In no order. */
  envs: Record<string, string>
  /** As the other moments, 0 where there is none. */
  createUnixSeconds: number
  dropUnixSeconds: number
  expireUnixSeconds: number
}

export interface NativeNodeInfo {
  address: string
  /** -1: one that the addon does not know. */
  status: number
}

export interface NativePartitionInfo {
  index: number
  ballot: number
  primary?: string
  secondaries: string[]
  replicaCount: number
}

export interface NativeTableLayout {
  appId: number
  /** Ordered by index. */
  partitions: NativePartitionInfo[]
}

/**
 * `timeoutMs` is -1 where the caller gave none. `ttlSeconds` is 0 where there is none.
 * Lists of bytes are packed: each element a little-endian u32 length and its bytes.
 * A page of rows is described in `lib/rows.ts`.
 */
export interface NativeTable {
  readonly name: string
  readonly appId: number
  /** Its number in the records of `lib/requests.ts`. */
  readonly handle: number
  partitionCount(): number
  /** `entries`: sort key, value, sort key, value … packed. Done. */
  multiSet(
    token: number,
    hashKey: Uint8Array,
    entries: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** `sortKeys` packed; null: all of the hash key. Extra: a page of pairs. */
  multiGet(
    token: number,
    hashKey: Uint8Array,
    sortKeys: Uint8Array | null,
    maxKvCount: number,
    maxKvSize: number,
    noValue: boolean,
    timeoutMs: number,
  ): void
  /** Extra: a page of pairs. */
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
  /** `sortKeys` packed. Number. */
  multiDel(token: number, hashKey: Uint8Array, sortKeys: Uint8Array, timeoutMs: number): void
  /** Number. */
  sortKeyCount(token: number, hashKey: Uint8Array, timeoutMs: number): void
  /** `setSortKey` null: the row that is checked. Extra: what came of the check, see `lib/conditional.ts`. */
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
  /** `mutations`: lifetime in seconds (little-endian i64; -1: a deletion), sort key, value … packed. Extra: as above. */
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
  /** `expected` null: no row. Extra: as above. */
  compareExchange(
    token: number,
    hashKey: Uint8Array,
    sortKey: Uint8Array,
    expected: Uint8Array | null,
    value: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** `keys`: hash key, sort key … packed. Extra: a page of values. */
  batchGet(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `rows`: hash key, sort key, value … packed. Extra: for each row a {@link Failure} or null. */
  batchSet(token: number, rows: Uint8Array, ttlSeconds: number, timeoutMs: number): void
  /** `keys` as for `batchGet`. Extra: as of `batchSet`. */
  batchDel(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `timeoutMs` is that of each request. Number. */
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
  /** Number; before it, where asked for, Progress. */
  count(token: number, options: NativeScanOptions, withProgress: boolean): void
  /** A scanner of one hash key. Nothing is sent until its first page is asked for. */
  scanner(
    hashKey: Uint8Array,
    startSortKey: Uint8Array,
    stopSortKey: Uint8Array,
    options: NativeScanOptions,
  ): NativeScanner
  /** At most `maxSplitCount` scanners that share the partitions of the table between them. */
  unorderedScanners(maxSplitCount: number, options: NativeScanOptions): NativeScanner[]
}

/** Bits of `flags` in ranges and scans. */
export enum RangeFlag {
  StartInclusive = 1,
  StopInclusive = 2,
  NoValue = 4,
  /** multiGetRange only: take from the end. */
  Reverse = 8,
  /** scans only: entries carry their expiry. */
  ReturnExpireTs = 16,
}

export interface NativeScanOptions {
  /** -1: the default of a scan. */
  timeoutMs: number
  batchSize: number
  flags: number
  hashKeyFilterType: number
  hashKeyFilterPattern: Uint8Array
  sortKeyFilterType: number
  sortKeyFilterPattern: Uint8Array
}

export interface NativeScanner {
  /** Extra: a page of rows; Absent: the end. One call at a time. */
  nextPage(token: number): void
  /** Frees the server's context without waiting for anything; no record. Idempotent. */
  close(): void
}

/** `failoverAfterMs` is -1 for never. Addresses are those of the cluster. Where nothing else is said: Done. */
export interface NativeLocalCluster {
  metaServers(): string[]
  replicaServers(): string[]
  createTable(token: number, name: string, partitionCount: number): void
  dropTable(token: number, name: string): void
  /** Number: how many partitions the table has from now on. */
  splitTable(token: number, name: string): void
  stopServer(token: number, server: string, failoverAfterMs: number): void
  freezeServer(token: number, server: string, failoverAfterMs: number): void
  cutOffServer(token: number, server: string, failoverAfterMs: number): void
  startServer(token: number, server: string): void
  healServer(token: number, server: string): void
  healAll(token: number): void
  /** Number. */
  openScans(token: number): void
  /** Extra: an address. */
  primary(token: number, table: string, partitionIndex: number): void
  /** Extra: an address. */
  movePrimary(token: number, table: string, partitionIndex: number, server?: string): void
  /** Number. */
  raiseBallot(token: number, table: string, partitionIndex: number): void
  /** Extra: an address. */
  metaLeader(token: number): void
  /** Extra: an address. */
  moveMetaLeader(token: number, server?: string): void
  addFault(rule: NativeFaultRule): NativeFault | Failure
  /** When every socket is closed and, without a data directory, the files are gone. */
  stop(token: number): void
}

export interface NativeFaultRule {
  rpc?: string
  table?: string
  partitionIndex?: number
  server?: string
  skip: number
  times?: number
  share: number
  seed: number
  reaction: NativeReaction
}

export type ReactionKind = 'error' | 'delayMs' | 'drop' | 'duplicate' | 'corrupt' | 'disconnect'

export interface NativeReaction {
  kind: ReactionKind
  /** Of `error`. */
  error?: string
  /** Of `delayMs`. */
  delayMs?: number
  /** Of `error`, `drop` and `disconnect`. */
  carriedOut: boolean
}

export interface NativeFault {
  hits(): number
  /** Whether it was still there. */
  remove(): boolean
}
