// Made from src/ by `npm run build:native`.
// The numbers and shapes that JavaScript and the addon agree on. Their only source is what src/ marks with #[napi].

/** `status` that lists everything, whatever its state. */
export const ANY_STATUS = 0

/** In place of an option that the caller did not give: the client crate, or the cluster, chooses the default. */
export const NOT_GIVEN = -1

/** Numbers in one record: token, kind, `a`, `b`. */
export const RECORD_LENGTH = 4

/** Added to the kind of a record whose answer came from a secondary. */
export const MAYBE_STALE = 0x100

/** Added to a token when the operation can be cancelled later. Its record carries the token without this bit. */
export const CANCELLABLE = 0x8000_0000

/** `backupDelayMs` of a delay that follows the measured latency of reads. */
export const AUTO_DELAY = 0

/** `failoverAfterMs` of a failover that never comes. */
export const NO_FAILOVER = -1

/** The outcome of an item that succeeded. Other numbers name a failure: 1 is the first. */
export const SUCCEEDED = 0

/** Numbers that a page of rows starts with: flags, number of rows. */
export const PAGE_HEADER_NUMBERS = 2

/** In a page of values, the length that stands for a row that does not exist. */
export const NO_ROW = 0xffff_ffff

/** Numbers in front of the bytes of a request. */
export const REQUEST_HEADER_NUMBERS = 9

/** Bits of `flags` in ranges and scans. */
export enum RangeFlag {
  /** The start belongs to the range. */
  StartInclusive = 1,
  /** The stop belongs to the range. */
  StopInclusive = 2,
  /** Rows come without their values. */
  NoValue = 4,
  /** `multiGetRange` only: a limit keeps the last rows of the range. */
  Reverse = 8,
  /** Scans only: entries carry their expiry. */
  ReturnExpireTs = 16,
}

/** What a record carries. `a` and `b` are the third and the fourth number of the record. */
export enum RecordKind {
  /** The operation succeeded and has no value: `undefined`. */
  Done = 0,
  /** The row does not exist: `null`. */
  Absent = 1,
  /** Bytes `a` to `a + b` of the slab. */
  Bytes = 2,
  /** A signed 64-bit number that a double holds exactly: low half `a`, high half `b`. */
  Number = 3,
  /** `a` is 0 or 1. */
  Boolean = 4,
  /** Any signed 64-bit number: low half `a`, high half `b`. */
  BigInt = 5,
  /** `extras[a]`: a large Buffer, a native object, or a large page of rows. */
  Extra = 6,
  /** `extras[a]` is a `Failure`. */
  Failure = 7,
  /** The operation was cancelled by its token before it ended. */
  Cancelled = 8,
  /** A log line, with token 0: `extras[a]` is a `LogLine`. It answers no operation. */
  Log = 9,
  /** The progress of an operation whose answer is still to come: `extras[a]` is a `NativeProgress`. */
  Progress = 10,
}

/** Levels of log lines, from the most important one. */
export enum LogLevel {
  /** No line has this level: a client with it logs nothing. */
  None = 0,
  Error = 1,
  Warn = 2,
  Info = 3,
  Debug = 4,
}

/** Bits of the byte that the result of a conditional write starts with. */
export enum CheckResultBit {
  /** The check held, so the write was applied. */
  Succeeded = 1,
  /** The server returned the checked row. */
  Returned = 2,
  /** The checked row existed. Its value follows the byte. */
  Existed = 4,
}

/** Bits of the flags of a page of rows. */
export enum PageFlag {
  /** A page of pairs holds all rows that were asked for. */
  Complete = 1,
  /** Each row of a page of scanned rows carries its expiry. */
  WithExpiry = 2,
}

/** Operations on one row. They cross as requests. */
export enum RowOperation {
  /** Answer: Absent or Bytes (Extra for large values). */
  Get = 0,
  /** Answer: Done. */
  Set = 1,
  /** Answer: Done. */
  Remove = 2,
  /** Answer: Boolean. */
  Exist = 3,
  /** Answer: Number (-1: the row never expires) or Absent. */
  Ttl = 4,
  /** The value is a little-endian i64. `ttlSeconds` 0 keeps the row's expiry, -1 removes it. Answer: BigInt. */
  Incr = 5,
}

/** Where the numbers of a request stand in its header. */
export enum RequestNumber {
  /** The length of the whole record in bytes, padding included. */
  Length = 0,
  /** A `RowOperation`. */
  Operation = 1,
  /** The token. */
  Token = 2,
  /** The handle of the table. */
  Table = 3,
  /** Milliseconds; `NOT_GIVEN`: the table's timeout. */
  TimeoutMs = 4,
  /** The lifetime of the row in seconds; 0: the row never expires. */
  TtlSeconds = 5,
  /** The length of the hash key in bytes. */
  HashKeyLength = 6,
  /** The length of the sort key in bytes. */
  SortKeyLength = 7,
  /** The length of the value in bytes. */
  ValueLength = 8,
}

/** The kinds of reactions. */
export type ReactionKind = 'error' | 'delayMs' | 'holdMs' | 'drop' | 'duplicate' | 'corrupt' | 'disconnect'

/** What the addon exports, its constants and enums aside. */
export interface Native {
  /**
   * Makes a bridge for one copy of this library. `onBatch` receives `count` records (`RECORD_LENGTH` numbers each) in
   * one visit to the JavaScript thread. With `isSpent`, it must call `resume` in a later turn of the event loop:
   * until then nothing more comes. A result of more than `mostBytes` is a failure. One environment (main thread or worker) can hold several copies, as under Jest.
   * Each copy attaches on its own and shares nothing with the others.
   */
  attach(
    onBatch: (records: Uint32Array, count: number, slab: Buffer, extras: unknown[], isSpent: boolean) => void,
    mostBytes: number,
  ): NativeBridge
  /** Parses the arguments of the `pegasus-local` program, without its name. Throws nothing: a refusal is a value. */
  parseLocalArguments(args: string[]): NativeLocalArguments
}

/**
 * The addon's side of one copy of this library.
 *
 * Every operation is a synchronous call that takes a token first and returns at once. Exactly one answer with that
 * token comes back later, in every case, so a slot is free again when its answer has arrived and not before.
 * Finished operations cross together, in one call of the function given to `attach`.
 */
export interface NativeBridge {
  /**
   * Starts the operations of the burst: those called since the last flush, and the requests in the first `length`
   * bytes of `requests`. Call it soon after operations; one call serves a whole burst. `isWhole` says that this is
   * a complete burst: the addon starts a small one at once. Parts of a larger burst go to the I/O thread, which
   * works on them while JavaScript makes the next part.
   */
  flush(requests: Uint8Array, length: number, isWhole: boolean): void
  /** Delivers results that wait, after a batch that said `isSpent`. */
  resume(): void
  /** Cancels an operation, with the next flush. Its record still comes: Cancelled, or the answer if that was faster. */
  cancel(token: number): void
  /** Answer: Extra, a `NativeClient`. Fails when no leading meta server answers within the client's timeout. */
  connect(token: number, options: NativeClientOptions): void
  /** Answer: Extra, a `NativeLocalCluster`. */
  startLocal(token: number, options: NativeLocalOptions): void
}

/** A connected client. In administrative calls, `timeoutMs` `NOT_GIVEN` is the default of such calls. */
export interface NativeClient {
  /** `status` `ANY_STATUS`: all. Answer: Extra, an array of `NativeNodeInfo`. */
  listNodes(token: number, status: number, timeoutMs: number): void
  /** Answer: Extra, an object from name to value, unordered. */
  clusterInfo(token: number, timeoutMs: number): void
  /** Answer: Extra, an object from name to value, unordered. */
  tableEnvs(token: number, name: string, timeoutMs: number): void
  /** Answer: Done. */
  setTableEnvs(token: number, name: string, envs: Record<string, string>, timeoutMs: number): void
  /** Answer: Done. */
  deleteTableEnvs(token: number, name: string, keys: string[], timeoutMs: number): void
  /** `prefix` empty: all settings. Answer: Done. */
  clearTableEnvs(token: number, name: string, prefix: string, timeoutMs: number): void
  /** Answer: Number, the table's id. */
  createTable(
    token: number,
    name: string,
    partitionCount: number,
    replicaCount: number,
    envs: Record<string, string>,
    successIfExists: boolean,
    timeoutMs: number,
  ): void
  /** `reserveSeconds` `NOT_GIVEN`: the cluster's own setting. Answer: Done. */
  dropTable(
    token: number,
    name: string,
    reserveSeconds: number,
    successIfNotExists: boolean,
    timeoutMs: number,
  ): void
  /** `newName` null: the old name. Answer: Extra, a `NativeTableInfo`. */
  recallTable(token: number, appId: number, newName: string | undefined | null, timeoutMs: number): void
  /** `status` `ANY_STATUS`: all. Answer: Extra, an array of `NativeTableInfo`. */
  listTables(token: number, status: number, timeoutMs: number): void
  /** Answer: Extra, a `NativeTableLayout`. */
  tableLayout(token: number, name: string, timeoutMs: number): void
  /** Answer: Done, when the split has begun. */
  startPartitionSplit(token: number, name: string, newPartitionCount: number, timeoutMs: number): void
  /**
   * Answer: Extra, a `NativeTable`. `timeoutMs` `NOT_GIVEN`: the client's timeout. `backupDelayMs`
   * `NOT_GIVEN`: no backup requests. `backupMaxShare` `NOT_GIVEN`: the default.
   */
  openTable(
    token: number,
    name: string,
    timeoutMs: number,
    backupDelayMs: number,
    backupMaxShare: number,
    backupOnUnreachable: boolean,
  ): void
  /** Answer: Done, when every operation in flight has its answer and every socket is closed. */
  close(token: number): void
}

/**
 * A running local cluster. Addresses are those that the cluster itself lists. The answer is Done unless the
 * method says otherwise.
 */
export interface NativeLocalCluster {
  /** The addresses of its meta servers. */
  metaServers(): string[]
  /** The addresses of its replica servers. */
  replicaServers(): string[]
  /** Answer: Done, when every socket is closed and, without a data directory, the files are deleted. */
  stop(token: number): void
  /** Adds a rule, which is in force when this returns. */
  addFault(rule: NativeFaultRule): NativeFault | Failure
  /** Answer: Extra, the address of the partition's primary. */
  primary(token: number, table: string, partitionIndex: number): void
  /** Answer: Extra, the address of the new primary. */
  movePrimary(token: number, table: string, partitionIndex: number, server?: string | undefined | null): void
  /** Answer: Number, the new ballot. */
  raiseBallot(token: number, table: string, partitionIndex: number): void
  rebuildTable(token: number, table: string): void
  /** Answer: Extra, the address of the meta server that leads. */
  metaLeader(token: number): void
  /** Answer: Extra, the address of the meta server that leads from now on. */
  moveMetaLeader(token: number, server?: string | undefined | null): void
  stopServer(token: number, server: string, failoverAfterMs: number): void
  freezeServer(token: number, server: string, failoverAfterMs: number): void
  cutOffServer(token: number, server: string, failoverAfterMs: number): void
  startServer(token: number, server: string): void
  healServer(token: number, server: string): void
  /** Starts or heals all servers that need it. */
  healAll(token: number): void
  /** Answer: Number, of the scans that are open on its servers. */
  openScans(token: number): void
  createTable(token: number, name: string, partitionCount: number): void
  dropTable(token: number, name: string): void
  /** Answer: Number, the table's new partition count. */
  splitTable(token: number, name: string): void
}

/** A rule of a cluster. */
export interface NativeFault {
  /** The number of requests that it has taken. */
  hits(): number
  /** Removes it. Returns whether it was still there. */
  remove(): boolean
}

/** A running scan. */
export interface NativeScanner {
  /** One call at a time. Answer: Extra, a page of rows; Absent at the end. */
  nextPage(token: number): void
  /**
   * Frees the scan's context on the server, after a page that is still to come. Returns at once and has no
   * answer. May be called again.
   */
  close(): void
}

/**
 * An open table. `ttlSeconds` is 0 when the rows never expire. A packed list holds each element as a
 * little-endian u32 length and its bytes.
 */
export interface NativeTable {
  /** `keys` packed: hash key, sort key, hash key, sort key … Answer: Extra, a page of values. */
  batchGet(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `keys` packed as for `batchGet`. Answer: Extra, a `NativeOutcomes` with values. */
  batchGetSettled(token: number, keys: Uint8Array, timeoutMs: number): void
  /** `rows` packed: hash key, sort key, value … Answer: Extra, a `NativeOutcomes`. */
  batchSet(token: number, rows: Uint8Array, ttlSeconds: number, timeoutMs: number): void
  /** `keys` packed as for `batchGet`. Answer: as of `batchSet`. */
  batchDel(token: number, keys: Uint8Array, timeoutMs: number): void
  /**
   * `setSortKey` null: the checked row. Answer: Extra, a byte of `CheckResultBit` and then the
   * value of the checked row.
   */
  checkAndSet(
    token: number,
    hashKey: Uint8Array,
    checkSortKey: Uint8Array,
    checkType: number,
    operand: Uint8Array,
    returnCheckValue: boolean,
    setSortKey: Uint8Array | undefined | null,
    value: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /**
   * `mutations` packed: for each one its lifetime in seconds as a little-endian i64 (-1: a removal), the
   * sort key, the value. Answer: as above.
   */
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
    expected: Uint8Array | undefined | null,
    value: Uint8Array,
    ttlSeconds: number,
    timeoutMs: number,
  ): void
  /** Answer: Number. With `withProgress`, Progress records come before it. */
  count(token: number, options: NativeScanOptions, withProgress: boolean): void
  /** `entries` packed: sort key, value, sort key, value … Answer: Done. */
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
    sortKeys: Uint8Array | undefined | null,
    maxKvCount: number,
    maxKvSize: number,
    noValue: boolean,
    timeoutMs: number,
  ): void
  /** `sortKeys` packed. Answer: Number. */
  multiDel(token: number, hashKey: Uint8Array, sortKeys: Uint8Array, timeoutMs: number): void
  /** Answer: Number. */
  sortKeyCount(token: number, hashKey: Uint8Array, timeoutMs: number): void
  readonly name: string
  readonly appId: number
  /** The table's number in requests. */
  readonly handle: number
  partitionCount(): number
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

/** A table. */
export interface NativeTableInfo {
  name: string
  appId: number
  /** -1: a state that the addon does not know. */
  status: number
  partitionCount: number
  replicaCount: number
  /** Unordered. */
  envs: Record<string, string>
  /** Each of the three times is 0 when there is none. */
  createUnixSeconds: number
  dropUnixSeconds: number
  expireUnixSeconds: number
}

/** A replica server. */
export interface NativeNodeInfo {
  address: string
  /** -1: a state that the addon does not know. */
  status: number
}

/** Where one partition is. */
export interface NativePartitionInfo {
  index: number
  ballot: number
  primary?: string
  secondaries: string[]
  replicaCount: number
}

/** Where the partitions of a table are. */
export interface NativeTableLayout {
  appId: number
  /** Ordered by index. */
  partitions: NativePartitionInfo[]
}

/** A line for a logger. */
export interface LogLine {
  /** The number that `connect` was given as `logId`. */
  logId: number
  /** The level. */
  level: LogLevel
  /** The text. */
  message: string
}

/**
 * Options of a client. Every field is present. A negative number means that the caller gave no value; the client
 * crate then chooses the default. All times are in milliseconds.
 */
export interface NativeClientOptions {
  metaServers: string[]
  timeoutMs: number
  connectTimeoutMs: number
  metaTimeoutMs: number
  sessionResetMs: number
  /** `NOT_GIVEN`: only the deadline limits the attempts. */
  retryMaxAttempts: number
  retryBaseDelayMs: number
  retryMaxDelayMs: number
  maxInFlight: number
  maxInFlightBytes: number
  refuseWhenFull: boolean
  /** Log lines come back with this number. 0: no log. */
  logId: number
  /** The most detailed level that crosses. */
  logLevel: LogLevel
}

/** Why an operation failed. */
export interface Failure {
  /** A stable name, such as `ERR_TIMEOUT`. */
  code: string
  /** The reason in words. */
  message: string
  /** Whether the same call may succeed later. */
  retryable: boolean
  /** Whether a write may have been applied. */
  maybeApplied: boolean
  /** The table. */
  table?: string
  /** The partition. */
  partitionIndex?: number
  /** The server. */
  server?: string
  /** The number of attempts. */
  attempts?: number
  /** Only for `delRange`, and then always: the number of rows that it had removed. */
  deleted?: number
  /** Where that removal stopped, if it had found a row at all. */
  nextSortKey?: Buffer
}

/** A rule. `lib/` has checked its fields. */
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

/** What happens to a request that a rule takes. */
export interface NativeReaction {
  kind: ReactionKind
  /** Of `error`. */
  error?: string
  /** Of `delayMs`. */
  delayMs?: number
  /** Of `holdMs`. */
  holdMs?: number
  /** Of `error`, `drop` and `disconnect`. */
  carriedOut: boolean
}

/** A table to create. */
export interface NativeTableSpec {
  name: string
  partitionCount: number
}

/** Options of a local cluster. `lib/` has filled in all fields. */
export interface NativeLocalOptions {
  tables: NativeTableSpec[]
  replicaServers: number
  metaServers: number
  host: string
  port: number
  dataDir?: string
  hostPorts: boolean
}

/** The arguments of the `pegasus-local` program: options, or the reason why there are none. */
export interface NativeLocalArguments {
  options?: NativeLocalOptions
  message?: string
  exitCode: number
}

/** The outcomes of a batch. */
export interface NativeOutcomes {
  /** For each item `SUCCEEDED` or the number of its failure: a u32, in the byte order of this machine. */
  numbers: Buffer
  /** The failures, each once. */
  failures: Failure[]
  /** For reads a page of values, in which failed items have none. */
  values?: Buffer
}

/** How a scan is done. `lib/` has filled in all fields. */
export interface NativeScanOptions {
  /** `NOT_GIVEN`: the default timeout of a scan. */
  timeoutMs: number
  /** Rows in a page. */
  batchSize: number
  /** Bits of `RangeFlag`. */
  flags: number
  /** The number of a `FilterType`. */
  hashKeyFilterType: number
  /** The pattern of that filter. */
  hashKeyFilterPattern: Uint8Array
  /** The number of a `FilterType`. */
  sortKeyFilterType: number
  /** The pattern of that filter. */
  sortKeyFilterPattern: Uint8Array
}

/** How far a count has come. */
export interface NativeProgress {
  rows: number
  partitionsDone: number
  partitions: number
}
