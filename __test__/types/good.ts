// Uses the whole public API as intended: every line must compile.
import {
  Admin,
  type AdminOptions,
  type BackupRequestOptions,
  type BatchGetOutcome,
  type BatchOutcome,
  type Bytes,
  type CallOptions,
  type Check,
  type CheckedSet,
  type CheckResult,
  CheckType,
  type ClientOptions,
  type CompareExchangeResult,
  type CountOptions,
  type CountProgress,
  type CreateTableOptions,
  type DelRangeOptions,
  type DropTableOptions,
  type Entries,
  type FailoverOptions,
  type Fault,
  type FaultReaction,
  type FaultRpc,
  type FaultRule,
  FilterType,
  type GetAllSortKeysOptions,
  type IncrOptions,
  type ListNodesOptions,
  type ListTablesOptions,
  LocalCluster,
  type LocalClusterOptions,
  type Logger,
  type MultiGetAllOptions,
  type MultiGetLimits,
  type MultiGetOptions,
  type MultiGetResult,
  type Mutation,
  type NodeInfo,
  NodeStatus,
  type PartitionLayout,
  PegasusClient,
  PegasusError,
  type PegasusErrorDetails,
  type ReadOptions,
  type RecallTableOptions,
  type RetryOptions,
  type ScanEntry,
  Scanner,
  type ScanOptions,
  type SortKeysResult,
  Table,
  type TableInfo,
  type TableLayout,
  type TableOptions,
  TableStatus,
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
  maxInFlight: 10_000,
  maxInFlightBytes: 64 * 1024 * 1024,
  whenFull: 'refuse',
  logger,
}
const backupRequest: BackupRequestOptions = { delayMs: 'auto', maxShare: 0.05, onUnreachable: true }
const tableOptions: TableOptions = { timeoutMs: 500, backupRequest }
const read: ReadOptions = { timeoutMs: 500, signal, onMaybeStale: () => console.log('perhaps old') }
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
const incrOptions: IncrOptions = { ...call, ttlSeconds: -1 }
const delRange: DelRangeOptions = {
  ...call,
  startInclusive: false,
  stopInclusive: true,
  sortKeyFilterType: FilterType.MatchPostfix,
  sortKeyFilterPattern: 'z',
}
const allSortKeys: GetAllSortKeysOptions = {
  ...delRange,
  startSortKey: 'a',
  stopSortKey: Buffer.from('z'),
  batchSize: 10,
}
const allRows: MultiGetAllOptions = { ...allSortKeys, noValue: true }
const countOptions: CountOptions = {
  ...call,
  batchSize: 500,
  hashKeyFilterType: FilterType.MatchPrefix,
  hashKeyFilterPattern: 'user-',
  sortKeyFilterType: FilterType.MatchPrefix,
  sortKeyFilterPattern: new Uint8Array(1),
  onProgress(progress: CountProgress): void {
    const numbers: number[] = [progress.rows, progress.partitionsDone, progress.partitions]
    console.log(numbers)
  },
}
const checks: Check[] = [
  { sortKey: 's', type: CheckType.ValueNotExist },
  { sortKey: Buffer.from('s'), type: CheckType.ValueMatchPrefix, operand: '', returnCheckValue: true },
  { sortKey: 's', type: CheckType.ValueIntLess, operand: 5 },
  { sortKey: 's', type: CheckType.ValueIntGreater, operand: 2n ** 60n },
]
const checkedSet: CheckedSet = { sortKey: 't', value: 'v', ttlSeconds: 60 }
const mutations: Mutation[] = [
  { set: 'a', value: Buffer.from('b'), ttlSeconds: 60 },
  { set: 'a', value: 'b' },
  { del: new Uint8Array(1) },
]
const local: LocalClusterOptions = {
  tables: { temp: 8 },
  replicaServers: 3,
  metaServers: 1,
  host: '127.0.0.1',
  port: 0,
  dataDir: 'data',
  hostPorts: true,
}
const adminCall: AdminOptions = { timeoutMs: 10_000, signal }
const create: CreateTableOptions = {
  ...adminCall,
  partitionCount: 8,
  replicaCount: 3,
  envs: { default_ttl: '60' },
  successIfExists: false,
}
const drop: DropTableOptions = { ...adminCall, reserveSeconds: 3600, successIfNotExists: true }
const recall: RecallTableOptions = { ...adminCall, newName: 'other' }
const listTables: ListTablesOptions = { ...adminCall, status: TableStatus.Dropped }
const listNodes: ListNodesOptions = { ...adminCall, status: NodeStatus.Alive }
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
  await failing(cluster)
  await using client: PegasusClient = await PegasusClient.connect(clientOptions)
  await PegasusClient.connect({ metaServers: 'a:1,b:2', logger: null, timeoutMs: undefined })
  const table: Table = await client.openTable('temp', tableOptions)
  await client.openTable('temp', { backupRequest: { delayMs: 20 } })
  await Promise.all([table.get('h', 's', read), table.exist('h', 's', read), table.ttl('h', 's', read)])
  await Promise.all([table.multiGet('h', null, read), table.getSortKeys('h', read), table.batchGet([], read)])
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

export async function conditions(table: Table): Promise<void> {
  const sums: bigint[] = [
    await table.incr('h', 's'),
    await table.incr('h', 's', 5),
    await table.incr('h', 's', -5n, incrOptions),
  ]
  for (const check of checks) {
    const result: CheckResult = await table.checkAndSet('h', check, checkedSet, call)
    const flags: boolean[] = [result.succeeded, result.checkValueReturned, result.checkValueExist]
    const value: Buffer | null = result.checkValue
    const mutated: CheckResult = await table.checkAndMutate('h', check, mutations, call)
    console.log(flags, value, mutated)
  }
  const result: CompareExchangeResult = await table.compareExchange('h', 's', null, 'v', write)
  const actual: Buffer | null = result.actual
  const { succeeded } = await table.compareExchange('h', 's', actual, 'v')
  const name: string | undefined = CheckType[CheckType.ValueIntGreater]
  console.log(sums, succeeded, name)
}

export async function many(table: Table): Promise<void> {
  const keys: [string, Buffer][] = [['h', Buffer.from('s')]]
  const values: (Buffer | null)[] = await table.batchGet(keys, call)
  await table.batchGet(new Map([['h', 's']]))
  const read: BatchGetOutcome[] = await table.batchGetSettled(keys, call)
  const settled: (Buffer | null | PegasusError)[] = read.map((one) => (one.ok ? one.value : one.error))
  const written: BatchOutcome[] = await table.batchSet([['h', 's', 'v']], write)
  const removed: BatchOutcome[] = await table.batchDel(keys, call)
  for (const outcome of [...written, ...removed]) {
    const error: PegasusError | undefined = outcome.ok ? undefined : outcome.error
    console.log(error)
  }
  const deleted: number = await table.delRange('h', 'a', 'z', delRange)
  const rows: { sortKey: Buffer; value: Buffer }[] = await table.multiGetAll('h', allRows)
  const sortKeys: Buffer[] = await table.getAllSortKeys('h', allSortKeys)
  const counts: number[] = [await table.count(), await table.count(countOptions)]
  console.log(values, settled, deleted, rows, sortKeys, counts)
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

export async function administration(client: PegasusClient): Promise<void> {
  const admin: Admin = client.admin
  const appIds: number[] = [await admin.createTable('temp'), await admin.createTable('temp', create)]
  await admin.dropTable('temp')
  await admin.dropTable('temp', drop)
  const table: TableInfo = await admin.recallTable(2, recall)
  const tables: TableInfo[] = [table, ...(await admin.listTables()), ...(await admin.listTables(listTables))]
  const about: [string, number, TableStatus | undefined] = [table.name, table.appId, table.status]
  const counts: number[] = [table.partitionCount, table.replicaCount]
  const moments: (Date | null)[] = [table.createdAt, table.droppedAt, table.expiresAt]
  await admin.setTableEnvs('temp', { default_ttl: '60' }, adminCall)
  await admin.deleteTableEnvs('temp', new Set(['default_ttl']), adminCall)
  await admin.clearTableEnvs('temp')
  await admin.clearTableEnvs('temp', 'replica', adminCall)
  const envs: Record<string, string> = await admin.getTableEnvs('temp', adminCall)
  const nodes: NodeInfo[] = [...(await admin.listNodes()), ...(await admin.listNodes(listNodes))]
  const states: [string, NodeStatus | undefined][] = nodes.map(({ address, status }) => [address, status])
  const info: Record<string, string> = await admin.clusterInfo(adminCall)
  const { appId, partitions }: TableLayout = await admin.tableLayout('temp', adminCall)
  const partition: PartitionLayout | undefined = partitions[0]
  const places: [number, number, string | null, string[], number][] = partitions.map((each) => [
    each.index,
    each.ballot,
    each.primary,
    each.secondaries,
    each.replicaCount,
  ])
  await admin.startPartitionSplit('temp', 16, adminCall)
  const names: (string | undefined)[] = [TableStatus[TableStatus.Available], NodeStatus[NodeStatus.Unalive]]
  console.log(
    appIds,
    tables,
    about,
    counts,
    moments,
    table.envs,
    envs,
    states,
    info,
    appId,
    partition,
    places,
  )
  console.log(names, Admin)
}

async function failing(cluster: LocalCluster): Promise<void> {
  const failover: FailoverOptions = { failoverAfterMs: null }
  const primary: string = await cluster.primary('temp', 0)
  await cluster.stopServer(primary, failover)
  await cluster.freezeServer(cluster.replicaServers[1] as string, { failoverAfterMs: 20_000 })
  await cluster.cutOffServer(await cluster.metaLeader())
  await cluster.startServer(primary)
  await cluster.healServer(primary)
  await cluster.healAll()
  const moved: string[] = [
    await cluster.movePrimary('temp', 0),
    await cluster.movePrimary('temp', 0, primary),
  ]
  const leaders: string[] = [await cluster.moveMetaLeader(), await cluster.moveMetaLeader('a:1')]
  await cluster.rebuildTable('temp')
  const counts: number[] = [await cluster.raiseBallot('temp', 0), await cluster.splitTable('temp')]
  await cluster.dropTable('temp')
  const rpcs: FaultRpc[] = ['get', 'query_cfg']
  const conditions: Omit<FaultRule, 'reaction'> = {
    rpc: 'RPC_RRDB_RRDB_GET',
    table: 'temp',
    partitionIndex: 0,
    server: primary,
    skip: 1,
    times: 2,
    share: 0.5,
    seed: 7,
  }
  const reactions: FaultReaction[] = [
    { error: 'ERR_BUSY', carriedOut: true },
    { delayMs: 10 },
    { drop: true },
    { duplicate: true },
    { corrupt: true },
    { disconnect: true, carriedOut: false },
  ]
  const faults: Fault[] = reactions.map((reaction) => cluster.addFault({ ...conditions, reaction }))
  const hits: number[] = cluster.faults.map((fault) => fault.hits)
  const rule: FaultRule | undefined = faults[0]?.rule
  faults[0]?.remove()
  cluster.clearFaults()
  console.log(moved, leaders, counts, rpcs, hits, rule)
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
  const range: [number?, (Buffer | null)?] = [caught.deleted, caught.nextSortKey]
  const cause: Error | undefined = caught.cause
  console.log(code, flags, where, range, cause, Scanner, Table)
  return undefined
}
