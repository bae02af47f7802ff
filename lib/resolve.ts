import { addresses } from './addresses'
import * as check from './arguments'
import { FilterType } from './enums'
import { outOfRange, wrongType } from './errors'
import { checkLogger } from './logger'
import {
  type NativeClientOptions,
  type NativeLocalOptions,
  type NativeScanOptions,
  RangeFlag,
} from './native'
import type * as options from './options'
import { type Checked, type Checks, checked } from './schema'

/** What the addon takes where the caller said nothing: the default is its own. */
const DEFAULT = -1
/** The delay that stands for one that follows what reads take. */
const AUTO = 0
const NO_BYTES = new Uint8Array(0)
const DEFAULT_KV_COUNT = 100
const DEFAULT_KV_SIZE = 1_000_000
const DEFAULT_BATCH_SIZE = 1000
const DEFAULT_PARTITION_COUNT = 8
const MAX_PORT = 65_535

export const positive = (name: string, value: number) => check.integer(name, value, 1, check.MAX_INT32)
const delay = (name: string, value: number) => check.integer(name, value, 0, check.MAX_INT32)
const limit = (name: string, value: number) => check.integer(name, value, check.MIN_INT32, check.MAX_INT32)
const servers = (name: string, value: number) => check.integer(name, value, 1, MAX_PORT)
const port = (name: string, value: number) => check.integer(name, value, 0, MAX_PORT)

const mostInFlight = (name: string, value: number) => check.integer(name, value, 1, 100_000_000)
const mostBytes = (name: string, value: number) => check.integer(name, value, 1, 2 ** 36 - 1)
const onMaybeStale = check.callback<NonNullable<options.ReadOptions['onMaybeStale']>>

const CALL = { timeoutMs: positive, signal: check.signal } satisfies Checks<options.CallOptions>
const READ = { ...CALL, onMaybeStale } satisfies Checks<options.ReadOptions>
const WRITE = { ...CALL, ttlSeconds: check.ttl } satisfies Checks<options.WriteOptions>
const INCR = { ...CALL, ttlSeconds: check.incrTtl } satisfies Checks<options.IncrOptions>
const LIMITS = {
  ...READ,
  maxKvCount: limit,
  maxKvSize: limit,
  noValue: check.boolean,
} satisfies Checks<options.MultiGetLimits>
const RANGE = {
  startInclusive: check.boolean,
  stopInclusive: check.boolean,
  sortKeyFilterType: check.filterType,
  sortKeyFilterPattern: check.bytes,
}
const MULTI_GET = { ...LIMITS, ...RANGE, reverse: check.boolean } satisfies Checks<options.MultiGetOptions>
const DEL_RANGE = { ...CALL, ...RANGE } satisfies Checks<options.DelRangeOptions>
const FILTERS = {
  hashKeyFilterType: check.filterType,
  hashKeyFilterPattern: check.bytes,
  sortKeyFilterType: check.filterType,
  sortKeyFilterPattern: check.bytes,
}
const SCAN = {
  ...CALL,
  ...RANGE,
  ...FILTERS,
  batchSize: positive,
  noValue: check.boolean,
  returnExpireTs: check.boolean,
} satisfies Checks<options.ScanOptions>
const ALL_SORT_KEYS = {
  ...CALL,
  ...RANGE,
  startSortKey: check.bytes,
  stopSortKey: check.bytes,
  batchSize: positive,
} satisfies Checks<options.GetAllSortKeysOptions>
const ALL_ROWS = { ...ALL_SORT_KEYS, noValue: check.boolean } satisfies Checks<options.MultiGetAllOptions>
const COUNT = {
  ...CALL,
  ...FILTERS,
  batchSize: positive,
  onProgress: check.callback<NonNullable<options.CountOptions['onProgress']>>,
} satisfies Checks<options.CountOptions>
const BACKUP_REQUEST = {
  delayMs: (name: string, value: number | 'auto') => (value === 'auto' ? AUTO : positive(name, value)),
  maxShare: check.share,
  onUnreachable: check.boolean,
} satisfies Checks<options.BackupRequestOptions>
const TABLE = {
  timeoutMs: positive,
  backupRequest: (name: string, value: unknown) => checked(value, BACKUP_REQUEST, name),
} satisfies Checks<options.TableOptions>
const RETRY = {
  maxAttempts: positive,
  baseDelayMs: delay,
  maxDelayMs: delay,
} satisfies Checks<options.RetryOptions>
const CLIENT = {
  metaServers: addresses,
  timeoutMs: positive,
  connectTimeoutMs: positive,
  metaTimeoutMs: positive,
  sessionResetMs: positive,
  retry: (name: string, value: unknown) => checked(value, RETRY, name),
  maxInFlight: mostInFlight,
  maxInFlightBytes: mostBytes,
  whenFull: (name: string, value: string) => check.oneOf(name, value, ['wait', 'refuse']),
  logger: checkLogger,
} satisfies Checks<options.ClientOptions>
const LOCAL = {
  tables: tableCounts,
  replicaServers: servers,
  metaServers: servers,
  host: check.nonEmptyString,
  port,
  dataDir: check.nonEmptyString,
  hostPorts: check.boolean,
} satisfies Checks<options.LocalClusterOptions>

export interface Call {
  timeoutMs: number
  signal?: AbortSignal
}

export interface Read extends Call {
  onMaybeStale?: () => void
}

/** Most calls have no options, so that they share this one. */
const PLAIN_CALL: Readonly<Call> = { timeoutMs: DEFAULT }
const PLAIN_WRITE: Readonly<Call & { ttlSeconds: number }> = { timeoutMs: DEFAULT, ttlSeconds: 0 }

export function callOptions(given: options.CallOptions | undefined): Readonly<Call> {
  return given === undefined ? PLAIN_CALL : { timeoutMs: DEFAULT, ...checked(given, CALL) }
}

export function readOptions(given: options.ReadOptions | undefined): Readonly<Read> {
  return given === undefined ? PLAIN_CALL : { timeoutMs: DEFAULT, ...checked(given, READ) }
}

export function writeOptions(given: options.WriteOptions | undefined): typeof PLAIN_WRITE {
  return given === undefined ? PLAIN_WRITE : { ...PLAIN_WRITE, ...checked(given, WRITE) }
}

export function incrOptions(given: options.IncrOptions | undefined): typeof PLAIN_WRITE {
  return given === undefined ? PLAIN_WRITE : { ...PLAIN_WRITE, ...checked(given, INCR) }
}

const PLAIN_LIMITS = {
  timeoutMs: DEFAULT,
  maxKvCount: DEFAULT_KV_COUNT,
  maxKvSize: DEFAULT_KV_SIZE,
  noValue: false,
}

export function multiGetLimits(given: options.MultiGetLimits | undefined) {
  return { ...PLAIN_LIMITS, ...checked(given, LIMITS) }
}

export function multiGetOptions(given: options.MultiGetOptions | undefined) {
  const fields = checked(given, MULTI_GET)
  const filter = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  const flags = rangeFlags(fields) | (fields.reverse === true ? RangeFlag.Reverse : 0)
  return { ...PLAIN_LIMITS, ...fields, ...filter, flags }
}

export function delRangeOptions(given: options.DelRangeOptions | undefined) {
  const { timeoutMs = DEFAULT, signal, ...fields } = checked(given, DEL_RANGE)
  const filter = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  return { timeoutMs, signal, ...filter, flags: rangeFlags(fields) }
}

/** What the addon takes for a scan, and the signal, which stays on this side. */
export function scanOptions(given: options.ScanOptions | undefined) {
  const fields = checked(given, SCAN)
  return { native: nativeScan(fields), signal: fields.signal }
}

export function allSortKeysOptions(given: options.GetAllSortKeysOptions | undefined) {
  return wholeRange({ ...checked(given, ALL_SORT_KEYS), noValue: true })
}

export function allRowsOptions(given: options.MultiGetAllOptions | undefined) {
  return wholeRange(checked(given, ALL_ROWS))
}

function wholeRange(fields: Checked<typeof ALL_ROWS>) {
  const { startSortKey = NO_BYTES, stopSortKey = NO_BYTES, signal, ...rest } = fields
  return { start: startSortKey, stop: stopSortKey, native: nativeScan(rest), signal }
}

export function countOptions(given: options.CountOptions | undefined) {
  const { signal, onProgress, ...fields } = checked(given, COUNT)
  return { native: nativeScan(fields), signal, onProgress }
}

function nativeScan(fields: Checked<typeof SCAN>): NativeScanOptions {
  const hashKey = filterOf('hashKey', fields.hashKeyFilterType, fields.hashKeyFilterPattern)
  const sortKey = filterOf('sortKey', fields.sortKeyFilterType, fields.sortKeyFilterPattern)
  return {
    timeoutMs: fields.timeoutMs ?? DEFAULT,
    batchSize: fields.batchSize ?? DEFAULT_BATCH_SIZE,
    flags: rangeFlags(fields) | (fields.returnExpireTs === true ? RangeFlag.ReturnExpireTs : 0),
    hashKeyFilterType: hashKey.filterType,
    hashKeyFilterPattern: hashKey.filterPattern,
    sortKeyFilterType: sortKey.filterType,
    sortKeyFilterPattern: sortKey.filterPattern,
  }
}

interface RangeFields {
  startInclusive?: boolean
  stopInclusive?: boolean
  noValue?: boolean
}

function rangeFlags({ startInclusive = true, stopInclusive = false, noValue = false }: RangeFields): number {
  return (
    (startInclusive ? RangeFlag.StartInclusive : 0) |
    (stopInclusive ? RangeFlag.StopInclusive : 0) |
    (noValue ? RangeFlag.NoValue : 0)
  )
}

/** A pattern that nothing compares would quietly return everything, so it is refused. */
function filterOf(key: 'hashKey' | 'sortKey', type: FilterType | undefined, pattern: Uint8Array | undefined) {
  if (pattern !== undefined && type === undefined) {
    throw wrongType(`options.${key}FilterPattern has no effect without options.${key}FilterType`)
  }
  if (pattern !== undefined && pattern.length > 0 && type === FilterType.NoFilter) {
    throw wrongType(`options.${key}FilterPattern has no effect with FilterType.NoFilter`)
  }
  return { filterType: type ?? FilterType.NoFilter, filterPattern: pattern ?? NO_BYTES }
}

export function tableOptions(given: options.TableOptions | undefined) {
  const { timeoutMs = DEFAULT, backupRequest = {} } = checked(given, TABLE)
  const { delayMs = DEFAULT, maxShare = DEFAULT, onUnreachable = false } = backupRequest
  if (maxShare !== DEFAULT && delayMs === DEFAULT) {
    throw wrongType('options.backupRequest.maxShare has no effect without options.backupRequest.delayMs')
  }
  return { timeoutMs, delayMs, maxShare, onUnreachable }
}

/** `logId` and `logLevel` are the caller's to fill in, who knows where lines go. */
export function clientOptions(given: options.ClientOptions): {
  native: NativeClientOptions
  logger: options.Logger | null
} {
  const { metaServers, logger = null, retry = {}, ...fields } = checked(given, CLIENT)
  if (metaServers === undefined) throw wrongType('options.metaServers is missing: where is the cluster?')
  const { baseDelayMs = DEFAULT, maxDelayMs = DEFAULT } = retry
  if (maxDelayMs !== DEFAULT && maxDelayMs < baseDelayMs) {
    throw outOfRange(
      `options.retry.maxDelayMs (${maxDelayMs}) must not be less than baseDelayMs (${baseDelayMs})`,
    )
  }
  const native = {
    metaServers,
    timeoutMs: fields.timeoutMs ?? DEFAULT,
    connectTimeoutMs: fields.connectTimeoutMs ?? DEFAULT,
    metaTimeoutMs: fields.metaTimeoutMs ?? DEFAULT,
    sessionResetMs: fields.sessionResetMs ?? DEFAULT,
    retryMaxAttempts: retry.maxAttempts ?? DEFAULT,
    retryBaseDelayMs: baseDelayMs,
    retryMaxDelayMs: maxDelayMs,
    maxInFlight: fields.maxInFlight ?? DEFAULT,
    maxInFlightBytes: fields.maxInFlightBytes ?? DEFAULT,
    refuseWhenFull: fields.whenFull === 'refuse',
    logId: 0,
    logLevel: 0,
  }
  return { native, logger }
}

export function localOptions(given: options.LocalClusterOptions | undefined): NativeLocalOptions {
  const { tables = [], ...fields } = checked(given, LOCAL)
  return {
    tables,
    replicaServers: 3,
    metaServers: 1,
    host: '127.0.0.1',
    port: 0,
    hostPorts: false,
    ...fields,
  }
}

function tableCounts(name: string, value: unknown): NativeLocalOptions['tables'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(
      `${name} must be an object from table name to partition count, got ${check.describe(value)}`,
    )
  }
  return Object.entries(value).map(([table, count]) => ({
    name: check.nonEmptyString(`a table name in ${name}`, table),
    partitionCount: partitionCount(`${name}[${JSON.stringify(table)}]`, count),
  }))
}

export function partitionCount(name: string, value: number = DEFAULT_PARTITION_COUNT): number {
  return positive(name, value)
}
