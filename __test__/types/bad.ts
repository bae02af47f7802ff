// Statements that must not compile. Each expects its own error, and tsc fails if there is none.
import {
  Admin,
  CheckType,
  Fault,
  FilterType,
  LocalCluster,
  NodeStatus,
  PegasusClient,
  PegasusError,
  Scanner,
  Table,
  TableStatus,
} from 'pegasus-client'

declare const table: Table
declare const client: PegasusClient
declare const admin: Admin
declare const cluster: LocalCluster
declare const scanner: Scanner
declare const error: PegasusError

// @ts-expect-error clients are made by connect
new PegasusClient({ metaServers: 'a:1' })
// @ts-expect-error tables are made by openTable
new Table()
// @ts-expect-error scanners are made by tables
new Scanner()
// @ts-expect-error a client has one
new Admin()
// @ts-expect-error clusters are made by start
new LocalCluster()

// @ts-expect-error there must be meta servers
PegasusClient.connect({})
// @ts-expect-error options are needed
PegasusClient.connect()
// @ts-expect-error a port alone is no address
PegasusClient.connect({ metaServers: 34601 })
// @ts-expect-error not an option
PegasusClient.connect({ metaServers: 'a:1', timeout: 5 })
// @ts-expect-error not a retry option
PegasusClient.connect({ metaServers: 'a:1', retry: { retries: 1 } })
// @ts-expect-error half a logger
PegasusClient.connect({ metaServers: 'a:1', logger: { error() {} } })
// @ts-expect-error a number of milliseconds
PegasusClient.connect({ metaServers: 'a:1', timeoutMs: '1s' })
// @ts-expect-error a table has a name
client.openTable()
// @ts-expect-error a table has no TTL of its own
client.openTable('temp', { ttlSeconds: 1 })
// @ts-expect-error milliseconds, or a delay that is found out
client.openTable('temp', { backupRequest: { delayMs: 'quick' } })
// @ts-expect-error not an option
client.openTable('temp', { backupRequest: true })
// @ts-expect-error it waits or is refused
PegasusClient.connect({ metaServers: 'a:1', whenFull: 'drop' })
// @ts-expect-error a write is never stale
table.set('h', 's', 'v', { onMaybeStale() {} })

// @ts-expect-error no sort key
table.get('h')
// @ts-expect-error a number is no key
table.get(1, 's')
// @ts-expect-error nor is null
table.get('h', null)
// @ts-expect-error nor is an ArrayBuffer
table.get(new ArrayBuffer(1), 's')
// @ts-expect-error a read has no TTL
table.get('h', 's', { ttlSeconds: 1 })
// @ts-expect-error the option is timeoutMs
table.get('h', 's', { timeout: 1 })
// @ts-expect-error null is no options
table.get('h', 's', null)
// @ts-expect-error a value is needed
table.set('h', 's')
// @ts-expect-error a number is no value
table.set('h', 's', 1)
// @ts-expect-error the TTL is an option
table.set('h', 's', 'v', 60)
// @ts-expect-error a date is no TTL
table.set('h', 's', 'v', { ttlSeconds: new Date() })
// @ts-expect-error not a Buffer without a check
table.get('h', 's').then((value) => value.length)
// @ts-expect-error a removal gives nothing
table.remove('h', 's').then((removed: boolean) => removed)
// @ts-expect-error not a number without a check
table.ttl('h', 's').then((seconds) => seconds + 1)

// @ts-expect-error entries are pairs
table.multiSet('h', ['a', 'b'])
// @ts-expect-error values are bytes
table.multiSet('h', { a: 1 })
// @ts-expect-error null is no entries
table.multiSet('h', null)
// @ts-expect-error all is said by null
table.multiGet('h')
// @ts-expect-error sort keys are bytes
table.multiGet('h', [1])
// @ts-expect-error reverse is for ranges
table.multiGet('h', null, { reverse: true })
// @ts-expect-error a range has a stop
table.multiGetOpt('h', 'a')
// @ts-expect-error filters are not strings
table.multiGetOpt('h', '', '', { sortKeyFilterType: 'MatchPrefix' })
// @ts-expect-error there are hash key filters in scans only
table.multiGetOpt('h', '', '', { hashKeyFilterType: FilterType.MatchPrefix })
// @ts-expect-error null means all only where rows are read
table.multiDel('h', null)
// @ts-expect-error entries are a property of the result
table.multiGet('h', null).then((rows) => rows[0])

// @ts-expect-error text is no increment
table.incr('h', 's', '1')
// @ts-expect-error sums are bigints
table.incr('h', 's').then((sum) => sum + 1)
// @ts-expect-error a check has a type
table.checkAndSet('h', { sortKey: 's' }, { value: 'v' })
// @ts-expect-error a check names a row
table.checkAndSet('h', { type: CheckType.NoCheck }, { value: 'v' })
// @ts-expect-error types are not strings
table.checkAndSet('h', { sortKey: 's', type: 'ValueExist' }, { value: 'v' })
// @ts-expect-error the write has a value
table.checkAndSet('h', { sortKey: 's', type: CheckType.NoCheck }, { sortKey: 's' })
// @ts-expect-error the TTL is one of the write
table.checkAndSet('h', { sortKey: 's', type: CheckType.NoCheck }, { value: 'v' }, { ttlSeconds: 1 })
// @ts-expect-error a mutation that sets has a value
table.checkAndMutate('h', { sortKey: 's', type: CheckType.NoCheck }, [{ set: 'a' }])
// @ts-expect-error a list of mutations
table.checkAndMutate('h', { sortKey: 's', type: CheckType.NoCheck }, { del: 'a' })
// @ts-expect-error no row is said by null
table.compareExchange('h', 's', undefined, 'v')
// @ts-expect-error not a Buffer without a check
table.compareExchange('h', 's', 'a', 'b').then(({ actual }) => actual.length)
// @ts-expect-error keys are pairs
table.batchGet(['h', 's'])
// @ts-expect-error not a Buffer without a check
table.batchGet([['h', 's']]).then(([value]) => value.length)
// @ts-expect-error not a value without a check of the outcome
table.batchGetSettled([['h', 's']]).then(([outcome]) => outcome.value)
// @ts-expect-error rows have a value
table.batchSet([['h', 's']])
// @ts-expect-error there is an error only where it failed
table.batchDel([['h', 's']]).then(([outcome]) => outcome?.error)
// @ts-expect-error a range has a stop
table.delRange('h', 'a')
// @ts-expect-error a removal has no limit
table.delRange('h', 'a', 'z', { maxKvCount: 1 })
// @ts-expect-error all is no number of rows
table.multiGetAll('h', { maxKvCount: 1 })
// @ts-expect-error sort keys come without values anyway
table.getAllSortKeys('h', { noValue: true })
// @ts-expect-error a table is counted, not a hash key
table.count('h')
// @ts-expect-error a count has no range
table.count({ startInclusive: true })
// @ts-expect-error there are rows, not counts
table.count({ onProgress: ({ count }) => count })

// @ts-expect-error a number of scanners
table.getUnorderedScanners()
// @ts-expect-error a scan of one hash key has one
table.getScanner()
// @ts-expect-error not a scan option
table.getScanner('h', '', '', { maxKvCount: 1 })
// @ts-expect-error not an iterable of the other kind
for (const row of scanner) console.log(row)
// @ts-expect-error a scanner gives rows
scanner.next().then(({ value }) => value.key)
// @ts-expect-error null at the end
scanner.nextBatch().then((batch) => batch.length)

// @ts-expect-error a client has one for good
client.admin = admin
// @ts-expect-error a partition count is an option
client.admin.createTable('temp', 8)
// @ts-expect-error settings are text
client.admin.createTable('temp', { envs: { default_ttl: 60 } })
// @ts-expect-error a table has a name
client.admin.dropTable()
// @ts-expect-error of another call
client.admin.dropTable('temp', { successIfExists: true })
// @ts-expect-error dropped tables are known by number
client.admin.recallTable('temp')
// @ts-expect-error states are not strings
client.admin.listTables({ status: 'Dropped' })
// @ts-expect-error a table is not a server
client.admin.listNodes({ status: TableStatus.Available })
// @ts-expect-error a Map is no settings
client.admin.setTableEnvs('temp', new Map([['default_ttl', '60']]))
// @ts-expect-error all is said by clearing
client.admin.deleteTableEnvs('temp')
// @ts-expect-error the prefix comes first
client.admin.clearTableEnvs('temp', { timeoutMs: 1 })
// @ts-expect-error a split has a count
client.admin.startPartitionSplit('temp')
// @ts-expect-error a table may not have been dropped
client.admin.listTables().then(([table]) => table?.droppedAt.getTime())
// @ts-expect-error a partition may have no primary
client.admin.tableLayout('temp').then(({ partitions }) => partitions[0]?.primary.length)
// @ts-expect-error there is no such state
NodeStatus.Dead.toString()

// @ts-expect-error a partition count is a number
cluster.createTable('temp', '8')
// @ts-expect-error not an option
LocalCluster.start({ replicas: 3 })
// @ts-expect-error which server?
cluster.stopServer()
// @ts-expect-error milliseconds are a number
cluster.freezeServer('a:1', { failoverAfterMs: '20s' })
// @ts-expect-error something must happen
cluster.addFault({ rpc: 'get' })
// @ts-expect-error there is no such RPC
cluster.addFault({ rpc: 'read', reaction: { drop: true } })
// @ts-expect-error errors have names
cluster.addFault({ reaction: { error: 'busy' } })
// @ts-expect-error faults are added to a cluster
new Fault()
// @ts-expect-error hits are read, not set
for (const fault of cluster.faults) fault.hits = 0
// @ts-expect-error addresses are read, not set
cluster.metaServers = []
// @ts-expect-error names are read, not set
table.name = 'other'
// @ts-expect-error codes are read, not set
error.code = 'ERR_OTHER'
// @ts-expect-error an error has a message
new PegasusError('ERR_TIMEOUT')
// @ts-expect-error there is no such check
CheckType.ValueRegex.toString()
// @ts-expect-error there is no such filter
FilterType.MatchRegex.toString()
