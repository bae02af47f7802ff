// Uses all of the public API as it is meant to be used: every line must compile.
import {
  type Bytes,
  type CallOptions,
  type ClientOptions,
  type Entries,
  FilterType,
  LocalCluster,
  type LocalClusterOptions,
  type Logger,
  type MultiGetLimits,
  type MultiGetOptions,
  type MultiGetResult,
  PegasusClient,
  PegasusError,
  type PegasusErrorDetails,
  type RetryOptions,
  type ScanEntry,
  Scanner,
  type ScanOptions,
  type SortKeysResult,
  Table,
  type TableOptions,
  type WriteOptions,
} from 'pegasus-client'

const signal: AbortSignal = AbortSignal.timeout(1000)
const logger: Logger = console
const retry: RetryOptions = { maxAttempts: 5, baseDelayMs: 10, maxDelayMs: 500 }
const clientOptions: ClientOptions = {
  metaServers: ['127.0.0.1:34601'],
  timeoutMs: 2000,
  connectTimeoutMs: 1000,
  metaTimeoutMs: 2000,
  sessionResetMs: 3000,
  retry,
  logger,
}
const tableOptions: TableOptions = { timeoutMs: 500 }
const call: CallOptions = { timeoutMs: 500, signal }
const write: WriteOptions = { ...call, ttlSeconds: 60 }
const limits: MultiGetLimits = { ...call, maxKvCount: 10, maxKvSize: 0, noValue: true }
const range: MultiGetOptions = {
  ...limits,
  startInclusive: false,
  stopInclusive: true,
  sortKeyFilterType: FilterType.MatchPrefix,
  sortKeyFilterPattern: 'a',
  reverse: true,
}
const scan: ScanOptions = {
  ...call,
  batchSize: 100,
  startInclusive: true,
  stopInclusive: true,
  noValue: false,
  hashKeyFilterType: FilterType.MatchAnywhere,
  hashKeyFilterPattern: Buffer.from('h'),
  sortKeyFilterType: FilterType.MatchPostfix,
  sortKeyFilterPattern: new Uint8Array(1),
  returnExpireTs: true,
}
const local: LocalClusterOptions = {
  tables: { temp: 8 },
  replicaServers: 3,
  metaServers: 1,
  host: '127.0.0.1',
  port: 0,
  dataDir: 'data',
  hostPorts: true,
}
const bytes: Bytes[] = ['text', Buffer.from('buffer'), new Uint8Array(2)]
const entries: Entries[] = [
  [['a', 'b']],
  new Map<Bytes, Bytes>([['a', Buffer.from('b')]]),
  new Map([['a', 'b']]).entries(),
  { a: 'b' },
]

export async function clients(): Promise<void> {
  await using cluster: LocalCluster = await LocalCluster.start(local)
  await LocalCluster.start()
  const metaServers: string[] = cluster.metaServers
  await cluster.createTable('one')
  await cluster.createTable('two', 4)
  await using client: PegasusClient = await PegasusClient.connect(clientOptions)
  await PegasusClient.connect({ metaServers: 'a:1,b:2', logger: null, timeoutMs: undefined })
  const table: Table = await client.openTable('temp', tableOptions)
  const about: [string, number, number] = [table.name, table.appId, table.partitionCount]
  await client.close()
  await cluster.stop()
  console.log(metaServers, about)
}

export async function rows(table: Table): Promise<void> {
  const value: Buffer | null = await table.get('h', 's', call)
  await table.set('h', 's', value ?? '', write)
  await table.remove('h', 's', call)
  const exists: boolean = await table.exist('h', 's', call)
  const seconds: number | null = await table.ttl('h', 's', call)
  for (const key of bytes) await table.get(key, key)
  console.log(exists, seconds)
}

export async function groups(table: Table): Promise<void> {
  for (const each of entries) await table.multiSet('h', each, write)
  const all: MultiGetResult = await table.multiGet('h', null, limits)
  const some: MultiGetResult = await table.multiGet('h', new Set(['a', 'b']))
  const { entries: found, complete } = await table.multiGetOpt('h', '', '', range)
  const pair: { sortKey: Buffer; value: Buffer } | undefined = found[0]
  const removed: number = await table.multiDel('h', ['a'], call)
  const count: number = await table.sortKeyCount('h', call)
  const keys: SortKeysResult = await table.getSortKeys('h', limits)
  const sortKeys: Buffer[] = keys.sortKeys
  console.log(all, some, complete, pair, removed, count, sortKeys, keys.complete)
}

export async function scans(table: Table): Promise<void> {
  await using scanner: Scanner = table.getScanner('h', 'a', 'z', scan)
  for await (const { hashKey, sortKey, value, expireAt } of table.getScanner('h')) {
    const when: Date | null | undefined = expireAt
    console.log(Buffer.concat([hashKey, sortKey, value]), when)
  }
  const iterator: AsyncIterableIterator<ScanEntry> = scanner
  const next: IteratorResult<ScanEntry> = await scanner.next()
  const batch: ScanEntry[] | null = await scanner.nextBatch()
  const scanners: Scanner[] = table.getUnorderedScanners(4, scan)
  await Promise.all(scanners.map((each) => each.close()))
  await scanner.return()
  await scanner.throw(new Error('enough'))
  console.log(iterator, next, batch)
}

export function errors(caught: unknown): PegasusError | undefined {
  const details: PegasusErrorDetails = {
    retryable: true,
    maybeApplied: true,
    attempts: 2,
    cause: new Error(),
  }
  if (!(caught instanceof PegasusError)) return new PegasusError('ERR_TIMEOUT', 'too late', details)
  const code: string = caught.code
  const flags: boolean[] = [caught.retryable, caught.maybeApplied]
  const where: [string?, number?, string?, number?] = [
    caught.table,
    caught.partitionIndex,
    caught.server,
    caught.attempts,
  ]
  const cause: Error | undefined = caught.cause
  console.log(code, flags, where, cause, Scanner, Table)
  return undefined
}
