import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Admin, NodeStatus, PegasusClient, type Table, type TableInfo, TableStatus } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { ClusterProxy, silentAfterConnect } from '../support/proxy'
import { drain, numberedRows, place } from '../support/rows'
import { rejection, timed, until } from '../support/wait'

const w = world()

const DAY_MS = 24 * 3600 * 1000

const refused = (code: string, message?: RegExp) => ({
  name: 'PegasusError',
  code,
  ...(message && { message }),
})

async function infoOf(appId: number): Promise<TableInfo> {
  const info = (await w.client.admin.listTables()).find((table) => table.appId === appId)
  assert.ok(info !== undefined)
  return info
}

const isRecent = (date: Date | null) => date !== null && Math.abs(date.getTime() - Date.now()) < 60_000

describe('the life of a table', () => {
  const name = 'life'
  const rows = numberedRows(100)
  let appId: number
  let table: Table

  it('begins when it is created, and it can be used at once', async () => {
    appId = await w.client.admin.createTable(name, { partitionCount: 4 })
    table = await w.client.openTable(name)
    assert.deepEqual([table.appId, table.partitionCount], [appId, 4])
    await table.multiSet('h', rows)
    assert.equal(await table.sortKeyCount('h'), rows.length)
  })

  it('may be created again if it is the same, and not if it is another', async () => {
    const { admin } = w.client
    assert.equal(await admin.createTable(name, { partitionCount: 4 }), appId)
    const others = [
      {},
      { partitionCount: 4, replicaCount: 2 },
      { partitionCount: 4, envs: { default_ttl: '1' } },
    ]
    for (const other of others) {
      await assert.rejects(admin.createTable(name, other), refused('ERR_INVALID_PARAMETERS'))
    }
    const onlyNew = { partitionCount: 4, successIfExists: false }
    await assert.rejects(admin.createTable(name, onlyNew), refused('ERR_APP_EXIST'))
  })

  it('it is listed', async () => {
    const { createdAt, ...info } = await infoOf(appId)
    assert.ok(isRecent(createdAt))
    assert.deepEqual(info, {
      name,
      appId,
      status: TableStatus.Available,
      partitionCount: 4,
      replicaCount: 3,
      envs: {},
      droppedAt: null,
      expiresAt: null,
    })
  })

  it('it is dropped: no longer there to be opened, but listed as dropped', async () => {
    const { admin } = w.client
    await admin.dropTable(name)
    await assert.rejects(w.client.openTable(name), refused('ERR_OBJECT_NOT_FOUND'))
    await assert.rejects(admin.tableLayout(name), refused('ERR_OBJECT_NOT_FOUND'))
    const { status, droppedAt, expiresAt } = await infoOf(appId)
    assert.equal(status, TableStatus.Dropped)
    assert.ok(droppedAt !== null && isRecent(droppedAt))
    assert.equal((expiresAt as Date).getTime() - droppedAt.getTime(), 7 * DAY_MS)
    const numbers = async (status: TableStatus) =>
      (await admin.listTables({ status })).map((each) => each.appId)
    assert.deepEqual(await numbers(TableStatus.Dropped), [appId])
    assert.ok(!(await numbers(TableStatus.Available)).includes(appId))
  })

  it('and dropped again only where that is fine', async () => {
    const { admin } = w.client
    await assert.rejects(admin.dropTable(name), refused('ERR_APP_NOT_EXIST'))
    await admin.dropTable(name, { successIfNotExists: true })
  })

  it('is recalled with its rows', async () => {
    const info = await w.client.admin.recallTable(appId)
    assert.deepEqual(info, await infoOf(appId))
    assert.deepEqual([info.status, info.droppedAt, info.expiresAt], [TableStatus.Available, null, null])
    const recalled = await w.client.openTable(name)
    assert.equal(recalled.appId, appId)
    const { entries } = await recalled.multiGet('h', null)
    assert.deepEqual(
      entries.map(({ sortKey, value }) => [String(sortKey), String(value)]),
      rows,
    )
    assert.equal(await table.sortKeyCount('h'), rows.length)
  })

  it('gives its name to a new one when it is dropped, which has none of its rows', async () => {
    const { admin } = w.client
    await admin.dropTable(name)
    const next = await admin.createTable(name)
    assert.notEqual(next, appId)
    assert.equal(await (await w.client.openTable(name)).count(), 0)
    await assert.rejects(admin.recallTable(appId), refused('ERR_INVALID_PARAMETERS'))
    const { name: newName } = await admin.recallTable(appId, { newName: 'afterlife' })
    assert.equal(newName, 'afterlife')
    assert.equal(await (await w.client.openTable('afterlife')).count(), rows.length)
  })

  it('ends for good when its time is over', async () => {
    const { admin } = w.client
    const shortLived = await admin.createTable('short-lived')
    await admin.dropTable('short-lived', { reserveSeconds: 1 })
    const { droppedAt, expiresAt } = await infoOf(shortLived)
    assert.equal((expiresAt as Date).getTime() - (droppedAt as Date).getTime(), 1000)
    await sleep(2100)
    await assert.rejects(admin.recallTable(shortLived), refused('ERR_APP_NOT_EXIST'))
  })
})

describe('what a table cannot be', () => {
  it('more replicas than servers, or more partitions than possible', async () => {
    for (const options of [{ replicaCount: 4 }, { partitionCount: 2 ** 31 - 1 }]) {
      await assert.rejects(w.client.admin.createTable('huge', options), refused('ERR_INVALID_PARAMETERS'))
    }
  })

  it('recalled when it was not dropped or never was', async () => {
    await assert.rejects(w.client.admin.recallTable(w.table.appId), refused('ERR_APP_EXIST'))
    await assert.rejects(w.client.admin.recallTable(4711), refused('ERR_APP_NOT_EXIST'))
  })
})

describe('the settings of a table', () => {
  const name = 'settings'
  const deny = 'replica.deny_client_request'
  const slow = 'replica.slow_query_threshold'
  let table: Table
  before(async () => {
    await w.client.admin.createTable(name, { envs: { 'business.info': 'shop' } })
    table = await w.client.openTable(name)
  })

  it('are those that it was created with', async () => {
    assert.deepEqual(await w.client.admin.getTableEnvs(name), { 'business.info': 'shop' })
  })

  it('are set beside those that there are, in order of their names', async () => {
    const { admin } = w.client
    await admin.setTableEnvs(name, { [slow]: '50', default_ttl: '1000' })
    const envs = { 'business.info': 'shop', default_ttl: '1000', [slow]: '50' }
    assert.deepEqual(Object.entries(await admin.getTableEnvs(name)), Object.entries(envs))
    assert.deepEqual((await infoOf(table.appId)).envs, envs)
    await admin.setTableEnvs(name, { 'business.info': '' })
    assert.deepEqual(await admin.getTableEnvs(name), { ...envs, 'business.info': '' })
  })

  it('default_ttl gives rows an end that are written without one', async () => {
    const key = freshKey()
    await table.set(key, 'default', 'v')
    await table.set(key, 'own', 'v', { ttlSeconds: 10 })
    const seconds = (await table.ttl(key, 'default')) ?? 0
    assert.ok(seconds > 990 && seconds <= 1000, `${seconds}`)
    assert.ok(((await table.ttl(key, 'own')) ?? 0) <= 10)
  })

  it('default_ttl ends when it is 0, and not yet when it is deleted', async () => {
    const { admin } = w.client
    const key = freshKey()
    await admin.deleteTableEnvs(name, ['default_ttl', 'not.there'])
    assert.ok(!('default_ttl' in (await admin.getTableEnvs(name))))
    await table.set(key, 'deleted', 'v')
    assert.ok(((await table.ttl(key, 'deleted')) ?? 0) > 0)
    await admin.setTableEnvs(name, { default_ttl: '0' })
    await table.set(key, 'zero', 'v')
    assert.equal(await table.ttl(key, 'zero'), -1)
  })

  it('deny_client_request turns requests away until it is deleted', async () => {
    await w.client.admin.setTableEnvs(name, { [deny]: 'reconfig*write' })
    await assert.rejects(table.set('h', 's', 'v', { timeoutMs: 300 }), { name: 'PegasusError' })
    await table.get('h', 's')
    await w.client.admin.deleteTableEnvs(name, new Set([deny]))
    await table.set('h', 's', 'v')
  })

  it('are cleared by prefix, and all of them', async () => {
    const { admin } = w.client
    await admin.setTableEnvs(name, { [deny]: 'reconfig*read', default_ttl: '9' })
    await admin.clearTableEnvs(name, 'replica')
    assert.deepEqual(await admin.getTableEnvs(name), { 'business.info': '', default_ttl: '9' })
    await admin.clearTableEnvs(name, 'business.inf')
    assert.deepEqual(await admin.getTableEnvs(name), { 'business.info': '', default_ttl: '9' })
    await admin.clearTableEnvs(name)
    assert.deepEqual(await admin.getTableEnvs(name), {})
  })

  it('are refused when they do not exist or cannot have that value, all together', async () => {
    const set = (envs: Record<string, string>) => w.client.admin.setTableEnvs(name, envs)
    const invalid = (message: RegExp) => refused('ERR_INVALID_PARAMETERS', message)
    await assert.rejects(set({ 'no.such': '1' }), invalid(/'no.such' is not supported/))
    await assert.rejects(set({ 'business.info': 'x', default_ttl: '-1' }), invalid(/'-1', should be '>= 0'/))
    assert.deepEqual(await w.client.admin.getTableEnvs(name), {})
  })

  it('belong to a table', async () => {
    const { admin } = w.client
    await assert.rejects(admin.getTableEnvs('none'), refused('ERR_OBJECT_NOT_FOUND'))
    const calls = [
      () => admin.setTableEnvs('none', { default_ttl: '1' }),
      () => admin.deleteTableEnvs('none', ['default_ttl']),
      () => admin.clearTableEnvs('none'),
    ]
    for (const call of calls) await assert.rejects(call(), refused('ERR_APP_NOT_EXIST'))
  })
})

describe('the cluster', () => {
  it('has three replica servers, all alive', async () => {
    const { admin } = w.client
    const nodes = await admin.listNodes()
    assert.equal(new Set(nodes.map(({ address }) => address)).size, 3)
    for (const { address, status } of nodes) {
      assert.match(address, /^127\.0\.0\.1:\d+$/)
      assert.equal(status, NodeStatus.Alive)
    }
    assert.deepEqual(await admin.listNodes({ status: NodeStatus.Alive }), nodes)
    assert.deepEqual(await admin.listNodes({ status: NodeStatus.Unalive }), [])
  })

  it('tells about itself, in order', async () => {
    const info = await w.client.admin.clusterInfo()
    assert.equal(info.meta_servers, w.cluster.metaServers.join(','))
    assert.equal(info.primary_meta_server, w.cluster.metaServers[0])
    assert.deepEqual(Object.keys(info), Object.keys(info).sort())
  })

  it('has each partition on its servers', async () => {
    const servers = (await w.client.admin.listNodes()).map(({ address }) => address).sort()
    const { appId, partitions } = await w.client.admin.tableLayout('temp')
    assert.equal(appId, w.table.appId)
    assert.deepEqual(
      partitions.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6, 7],
    )
    for (const { ballot, primary, secondaries, replicaCount } of partitions) {
      assert.ok(ballot > 0)
      assert.deepEqual([primary, ...secondaries].sort(), servers)
      assert.equal(replicaCount, 3)
    }
  })
})

describe('a table that is split while it is used', () => {
  const name = 'split'
  /** The values of acknowledged writes, by place. */
  const written = new Map<string, string>()
  let table: Table
  before(async () => {
    await w.client.admin.createTable(name, { partitionCount: 4 })
    table = await w.client.openTable(name)
  })

  async function write(writer: number, number: number): Promise<void> {
    const hashKey = `user-${writer}-${number}`
    await table.set(hashKey, 's', `v${number}`)
    written.set(place({ hashKey: Buffer.from(hashKey), sortKey: Buffer.from('s') }), `v${number}`)
    assert.equal(String(await table.get(hashKey, 's')), `v${number}`)
    const earlier = Math.floor(number / 2)
    assert.equal(String(await table.get(`user-${writer}-${earlier}`, 's')), `v${earlier}`)
  }

  const isDone = async () =>
    (await w.client.admin.tableLayout(name)).partitions.every(({ ballot }) => ballot > 0)

  it('goes on serving reads and writes', async () => {
    const { admin } = w.client
    let stop = false
    const writers = [0, 1, 2, 3, 4, 5].map(async (writer) => {
      for (let number = 0; !stop || number < 100; number++) await write(writer, number)
    })
    const load = Promise.all(writers)
    await Promise.race([load, until('some rows', () => written.size > 300)])
    await admin.startPartitionSplit(name, 8)
    await assert.rejects(admin.startPartitionSplit(name, 16), refused('ERR_BUSY', /already executing/))
    await assert.rejects(admin.dropTable(name), refused('ERR_SPLITTING'))
    const before = written.size
    await Promise.race([load, until('the split is done', isDone)])
    assert.ok(written.size > before)
    const afterwards = written.size
    await Promise.race([load, until('more rows', () => written.size > afterwards + 100)])
    stop = true
    await load
  })

  it('has twice the partitions afterwards', async () => {
    assert.equal(table.partitionCount, 8)
    assert.equal((await infoOf(table.appId)).partitionCount, 8)
    assert.equal((await w.client.openTable(name)).partitionCount, 8)
    const { partitions } = await w.client.admin.tableLayout(name)
    assert.equal(partitions.length, 8)
    for (const { primary, secondaries } of partitions) assert.ok(primary !== null && secondaries.length === 2)
  })

  it('has every row exactly once', async () => {
    const found = (await Promise.all(table.getUnorderedScanners(8).map(drain))).flat()
    assert.equal(found.length, written.size)
    assert.deepEqual(new Map(found.map((row) => [place(row), String(row.value)])), written)
    assert.equal(await table.count(), written.size)
  })

  it('is split into twice what it has, and only if there is one', async () => {
    const { admin } = w.client
    const wrong = refused('ERR_INVALID_PARAMETERS', /should be 16/)
    for (const count of [4, 8, 32]) await assert.rejects(admin.startPartitionSplit(name, count), wrong)
    await assert.rejects(admin.startPartitionSplit('none', 16), refused('ERR_APP_NOT_EXIST'))
  })
})

describe('the deadline of an administrative call', () => {
  it('is its own and not that of the client', async () => {
    const proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    const client = await PegasusClient.connect({
      metaServers: proxy.address,
      timeoutMs: 1000,
      metaTimeoutMs: 1000,
    })
    proxy.onMetaReply = (reply, to) => setTimeout(() => to.write(reply), 1300)
    await client.admin.clusterInfo()
    await assert.rejects(client.admin.clusterInfo({ timeoutMs: 100 }), refused('ERR_TIMEOUT'))
    await client.close()
    await proxy.close()
  })

  it('passes where nobody answers, unless a signal ends the wait', async () => {
    const silent = await silentAfterConnect(w.cluster.metaServers[0] as string)
    const client = await PegasusClient.connect({ metaServers: silent.address })
    const took = await timed(() =>
      assert.rejects(client.admin.listNodes({ timeoutMs: 200 }), refused('ERR_TIMEOUT')),
    )
    assert.ok(took >= 190 && took < 1500, `${took} ms`)
    const controller = new AbortController()
    const creating = rejection(client.admin.createTable('t', { signal: controller.signal }))
    const reason = new Error('enough')
    controller.abort(reason)
    assert.equal(await creating, reason)
    assert.equal(await rejection(client.admin.listTables({ signal: controller.signal })), reason)
    await client.close()
    await silent.close()
  })
})

describe('a client that cannot administer', () => {
  it('because it is closed', async () => {
    const client = await w.connect()
    const { admin } = client
    await client.close()
    const calls = [
      () => admin.createTable('t'),
      () => admin.dropTable('t'),
      () => admin.listTables(),
      () => admin.tableLayout('t'),
      () => admin.clusterInfo(),
    ]
    for (const call of calls) await assert.rejects(call(), refused('ERR_CLIENT_CLOSED'))
  })

  it('because the cluster is gone', async () => {
    const proxy = await ClusterProxy.start(w.cluster.metaServers[0] as string)
    const client = await PegasusClient.connect({ metaServers: proxy.address })
    await proxy.close()
    await assert.rejects(client.admin.listNodes({ timeoutMs: 300 }), refused('ERR_NETWORK_FAILURE'))
    await client.close()
  })
})

describe('wrong arguments', () => {
  // biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what these tests are about.
  let admin: any
  let tables: TableInfo[]
  before(async () => {
    admin = w.client.admin
    tables = await admin.listTables()
  })
  after(async () => {
    assert.deepEqual(await admin.listTables(), tables)
  })

  const refusals: [what: string, name: string, call: () => Promise<unknown>, message: RegExp][] = [
    ['no name', 'TypeError', () => admin.createTable(), /name must be a non-empty string, got undefined/],
    ['an empty name', 'TypeError', () => admin.createTable(''), /name must be a non-empty string/],
    ['an empty name to drop', 'TypeError', () => admin.dropTable(''), /name must be a non-empty string/],
    ['an empty name to look at', 'TypeError', () => admin.tableLayout(''), /name must be a non-empty string/],
    ['an empty name to split', 'TypeError', () => admin.startPartitionSplit('', 2), /non-empty string/],
    ['a number as options', 'TypeError', () => admin.createTable('t', 8), /options must be an object/],
    [
      'an option that is none',
      'TypeError',
      () => admin.createTable('t', { partitions: 4 }),
      /options has no "partitions"/,
    ],
    [
      'an option of another call',
      'TypeError',
      () => admin.clusterInfo({ status: 1 }),
      /options has no "status"/,
    ],
    [
      'no partitions',
      'RangeError',
      () => admin.createTable('t', { partitionCount: 0 }),
      /options.partitionCount must be an integer from 1/,
    ],
    ['half a replica', 'RangeError', () => admin.createTable('t', { replicaCount: 0.5 }), /replicaCount/],
    [
      'a setting as a number',
      'TypeError',
      () => admin.createTable('t', { envs: { default_ttl: 60 } }),
      /options.envs\["default_ttl"\] must be a string, got number 60/,
    ],
    ['settings in a Map', 'TypeError', () => admin.setTableEnvs('temp', new Map()), /envs must be an object/],
    ['no settings', 'TypeError', () => admin.setTableEnvs('temp'), /envs must be an object .* got undefined/],
    ['empty settings', 'RangeError', () => admin.setTableEnvs('temp', {}), /envs must not be empty/],
    [
      'a setting without a name',
      'TypeError',
      () => admin.setTableEnvs('temp', { '': '1' }),
      /a name in envs must be a non-empty string/,
    ],
    ['one key', 'TypeError', () => admin.deleteTableEnvs('temp', 'a'), /keys must be an iterable.*an array/],
    ['no keys', 'RangeError', () => admin.deleteTableEnvs('temp', []), /keys must not be empty/],
    ['an empty key', 'TypeError', () => admin.deleteTableEnvs('temp', ['a', '']), /keys\[1\] must be/],
    ['a prefix of null', 'TypeError', () => admin.clearTableEnvs('temp', null), /prefix must be a string/],
    ['a table by name', 'TypeError', () => admin.recallTable('temp'), /appId must be an integer/],
    ['a table 0', 'RangeError', () => admin.recallTable(0), /appId must be an integer from 1/],
    [
      'an empty new name',
      'TypeError',
      () => admin.recallTable(1, { newName: '' }),
      /options.newName must be/,
    ],
    ['no reserve', 'RangeError', () => admin.dropTable('t', { reserveSeconds: 0 }), /reserveSeconds/],
    [
      'a state as text',
      'TypeError',
      () => admin.listTables({ status: 'Dropped' }),
      /a TableStatus \(1 to 7\)/,
    ],
    ['a state that is none', 'TypeError', () => admin.listNodes({ status: 3 }), /a NodeStatus \(1 or 2\)/],
    [
      'a split into text',
      'TypeError',
      () => admin.startPartitionSplit('t', '16'),
      /newPartitionCount must be/,
    ],
    ['a deadline of 0', 'RangeError', () => admin.listTables({ timeoutMs: 0 }), /options.timeoutMs/],
    ['a signal that is none', 'TypeError', () => admin.listNodes({ signal: {} }), /options.signal/],
    // biome-ignore lint/suspicious/noExplicitAny: callers without types can try.
    ['a new Admin', 'TypeError', async () => new (Admin as any)(), /not made with new: use client.admin/],
  ]
  for (const [what, name, call, message] of refusals) {
    it(`${what} is refused`, () =>
      assert.rejects(async () => call(), { name, code: 'ERR_INVALID_ARGUMENT', message }))
  }
})
