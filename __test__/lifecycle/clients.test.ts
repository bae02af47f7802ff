import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LocalCluster, PegasusClient, PegasusError, type Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { numberedRows } from '../support/rows'
import { rejection } from '../support/wait'

const w = world()
const closed = { name: 'PegasusError', code: 'ERR_CLIENT_CLOSED', retryable: false, maybeApplied: false }

describe('two clients in one process', () => {
  it('see the same rows', async () => {
    const [one, other] = await Promise.all([w.connect(), w.connect()])
    const [writing, reading] = [await one.openTable('temp'), await other.openTable('temp')]
    const key = freshKey()
    await writing.set(key, 's', 'v')
    assert.equal(String(await reading.get(key, 's')), 'v')
    await Promise.all([one.close(), other.close()])
  })

  it('work at the same time without mixing up their answers', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => w.connect()))
    const tables = await Promise.all(clients.map((client) => client.openTable('temp')))
    const key = freshKey()
    const numbers = Array.from({ length: 500 }, (_, number) => number)
    const work = tables.flatMap((table, who) =>
      numbers.map(async (number) => {
        await table.set(`${key}-${who}`, String(number), `${who}:${number}`)
        assert.equal(String(await table.get(`${key}-${who}`, String(number))), `${who}:${number}`)
      }),
    )
    await Promise.all(work)
    await Promise.all(clients.map((client) => client.close()))
  })

  it('one may be closed while the other works', async () => {
    const [one, other] = await Promise.all([w.connect(), w.connect()])
    const [going, staying] = [await one.openTable('temp'), await other.openTable('temp')]
    const key = freshKey()
    const gets = Array.from({ length: 300 }, (_, number) => staying.set(key, String(number), 'v'))
    const closing = one.close()
    await assert.rejects(going.get(key, '0'), closed)
    await Promise.all([...gets, closing])
    assert.equal(await staying.sortKeyCount(key), 300)
    await other.close()
  })

  it('may belong to two clusters with tables of the same name', async () => {
    const cluster = await LocalCluster.start({ tables: { temp: 3 } })
    const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
    const there = await client.openTable('temp')
    const key = freshKey()
    await w.table.set(key, 's', 'here')
    await there.set(key, 's', 'there')
    assert.equal(String(await w.table.get(key, 's')), 'here')
    assert.equal(String(await there.get(key, 's')), 'there')
    assert.deepEqual([w.table.partitionCount, there.partitionCount], [8, 3])
    await client.close()
    await cluster.stop()
    assert.equal(String(await w.table.get(key, 's')), 'here')
  })

  it('many can come and go', async () => {
    for (let turn = 0; turn < 50; turn++) {
      const client = await w.connect()
      const table = await client.openTable('temp')
      assert.equal(await table.get(freshKey(), 's'), null)
      await client.close()
    }
  })
})

describe('close', () => {
  async function opened() {
    const client = await w.connect()
    return { client, table: await client.openTable('temp') }
  }

  it('answers what is in flight', async () => {
    const { client, table } = await opened()
    const key = freshKey()
    const writes = Array.from({ length: 1000 }, (_, number) => table.set(key, String(number), 'v'))
    const reads = Array.from({ length: 1000 }, () => table.exist(key, 'missing'))
    await client.close()
    await Promise.all(writes)
    assert.deepEqual(new Set(await Promise.all(reads)), new Set([false]))
    assert.equal(await w.table.sortKeyCount(key), 1000)
  })

  it('refuses everything that comes later', async () => {
    const { client, table } = await opened()
    const key = freshKey()
    await client.close()
    const calls: [string, (table: Table) => Promise<unknown>][] = [
      ['get', (t) => t.get(key, 's')],
      ['set', (t) => t.set(key, 's', 'v')],
      ['remove', (t) => t.remove(key, 's')],
      ['exist', (t) => t.exist(key, 's')],
      ['ttl', (t) => t.ttl(key, 's')],
      ['multiSet', (t) => t.multiSet(key, { s: 'v' })],
      ['multiGet', (t) => t.multiGet(key, null)],
      ['multiGetOpt', (t) => t.multiGetOpt(key, '', '')],
      ['multiDel', (t) => t.multiDel(key, ['s'])],
      ['sortKeyCount', (t) => t.sortKeyCount(key)],
      ['getSortKeys', (t) => t.getSortKeys(key)],
      ['getScanner', (t) => t.getScanner(key).next()],
      ['getUnorderedScanners', (t) => t.getUnorderedScanners(1)[0]?.next() ?? assert.fail('no scanner')],
    ]
    for (const [name, call] of calls) {
      const error = await rejection(call(table))
      assert.ok(error instanceof PegasusError, name)
      assert.equal(error.code, 'ERR_CLIENT_CLOSED', name)
    }
    await assert.rejects(client.openTable('temp'), closed)
    assert.equal(await w.table.exist(key, 's'), false)
  })

  it('refuses from the moment it is called, not only when it is done', async () => {
    const { client, table } = await opened()
    const closing = client.close()
    await assert.rejects(table.get('h', 's'), closed)
    await assert.rejects(client.openTable('temp'), closed)
    await closing
  })

  it('ends scans that are under way', async () => {
    const { client, table } = await opened()
    const key = freshKey()
    await table.multiSet(key, numberedRows(100))
    const scanner = table.getScanner(key, '', '', { batchSize: 10 })
    assert.equal((await scanner.nextBatch())?.length, 10)
    await client.close()
    await assert.rejects(scanner.next(), closed)
    await scanner.close()
  })

  it('can be called again, at once and later', async () => {
    const { client } = await opened()
    await Promise.all([client.close(), client.close()])
    assert.equal(await client.close(), undefined)
  })

  it('leaves what a table knows about itself readable', async () => {
    const { client, table } = await opened()
    await client.close()
    assert.deepEqual([table.name, table.appId, table.partitionCount], ['temp', w.table.appId, 8])
  })

  it('is what asyncDispose does, for clients and for clusters', async () => {
    const cluster = await LocalCluster.start({ tables: { temp: 1 } })
    const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
    const table = await client.openTable('temp')
    await client[Symbol.asyncDispose]()
    await assert.rejects(table.get('h', 's'), closed)
    await cluster[Symbol.asyncDispose]()
    await assert.rejects(PegasusClient.connect({ metaServers: cluster.metaServers, timeoutMs: 300 }), {
      code: 'ERR_NETWORK_FAILURE',
    })
  })
})

describe('a local cluster', () => {
  it('keeps nothing without a data directory', async () => {
    for (const written of ['first', 'second']) {
      const cluster = await LocalCluster.start({ tables: { temp: 8 } })
      const client = await PegasusClient.connect({ metaServers: cluster.metaServers })
      const table = await client.openTable('temp')
      assert.equal(await table.get('h', 's'), null)
      await table.set('h', 's', written)
      await client.close()
      await cluster.stop()
    }
  })

  it('can be stopped under its clients, who are told', async () => {
    const cluster = await LocalCluster.start({ tables: { temp: 8 } })
    const client = await PegasusClient.connect({ metaServers: cluster.metaServers, timeoutMs: 500 })
    const table = await client.openTable('temp')
    await table.set('h', 's', 'v')
    await cluster.stop()
    const error = await rejection(table.get('h', 's'))
    assert.ok(error instanceof PegasusError)
    assert.match(error.code, /^ERR_(TIMEOUT|NETWORK_FAILURE|SESSION_RESET)$/)
    assert.deepEqual([error.retryable, error.maybeApplied, error.table], [true, false, 'temp'])
    await client.close()
  })

  it('stops once, however often it is asked to', async () => {
    const cluster = await LocalCluster.start()
    await Promise.all([cluster.stop(), cluster.stop()])
    await cluster.stop()
    await assert.rejects(cluster.createTable('temp'), { name: 'PegasusError', code: 'ERR_CLUSTER_STOPPED' })
  })
})
