import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { BackupRequestOptions, PegasusClient, Table } from 'pegasus-client'
import { world } from '../support/cluster'
import { rejection, timed, until } from '../support/wait'

const w = world({ tables: { temp: 1 } })

async function primary(): Promise<string> {
  const address = await w.cluster.primary('temp', 0)
  assert.ok(address !== null)
  return address
}

/** A table with backup requests, opened by its own client, which soon notices a silent server. */
function backed(backupRequest: BackupRequestOptions): { readonly table: Table } {
  let client: PegasusClient
  let table: Table
  before(async () => {
    client = await w.connect({ sessionResetMs: 300, connectTimeoutMs: 300 })
    table = await client.openTable('temp', { backupRequest })
    await table.multiSet('k', { s: 'v', t: 'w' })
  })
  after(() => client.close())
  return {
    get table() {
      return table
    },
  }
}

/** Reads in every way. Each read must have its result, and say that a secondary gave it. */
async function readFromSecondaries(table: Table): Promise<void> {
  let stale = 0
  const options = { onMaybeStale: () => stale++ }
  assert.equal((await table.get('k', 's', options))?.toString(), 'v')
  assert.equal(await table.get('k', 'none', options), null)
  assert.equal(await table.exist('k', 's', options), true)
  assert.equal(await table.ttl('k', 's', options), -1)
  assert.equal((await table.multiGet('k', null, options)).entries.length, 2)
  assert.equal((await table.multiGet('k', ['t'], options)).entries.length, 1)
  assert.equal((await table.multiGetOpt('k', 't', '', options)).entries.length, 1)
  assert.deepEqual((await table.getSortKeys('k', options)).sortKeys.map(String), ['s', 't'])
  assert.deepEqual(
    (
      await table.batchGet(
        [
          ['k', 't'],
          ['k', 'u'],
        ],
        options,
      )
    ).map(String),
    ['w', 'null'],
  )
  assert.deepEqual(await table.batchGetSettled([['k', 't']], options), [
    { ok: true, value: Buffer.from('w') },
  ])
  assert.equal(stale, 10)
}

async function readFresh(table: Table): Promise<boolean> {
  let isFresh = true
  await table.get('k', 's', { onMaybeStale: () => (isFresh = false) })
  return isFresh
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await rejection(promise)
  return (error as { code?: unknown }).code
}

afterEach(() => w.cluster.healAll())

describe('reads that are sent to a secondary after a delay', () => {
  const hedged = backed({ delayMs: 40, maxShare: 1 })

  it('are answered by it when the primary hangs; writes are not', async () => {
    await w.cluster.freezeServer(await primary(), { failoverAfterMs: null })
    const took = await timed(() => hedged.table.get('k', 's'))
    assert.ok(took >= 39 && took < 1000, `${took} ms`)
    await readFromSecondaries(hedged.table)
    assert.equal(await codeOf(hedged.table.set('other', 's', 'v', { timeoutMs: 200 })), 'ERR_TIMEOUT')
    assert.equal(await codeOf(hedged.table.sortKeyCount('k', { timeoutMs: 200 })), 'ERR_TIMEOUT')
  })

  it('are answered by the primary when that is quick', async () => {
    await until('the primary answers', () => readFresh(hedged.table))
  })

  it('are only so many', async () => {
    const client = await w.connect()
    const table = await client.openTable('temp', { backupRequest: { delayMs: 5, maxShare: 0 } })
    await w.cluster.freezeServer(await primary(), { failoverAfterMs: null })
    assert.equal(await codeOf(table.get('k', 's', { timeoutMs: 200 })), 'ERR_TIMEOUT')
    await client.close()
  })

  it('need no answer of the secondary', async () => {
    const secondaries = w.cluster.replicaServers.filter((server) => server !== primaryBefore)
    for (const server of secondaries)
      w.cluster.addFault({ rpc: 'get', server, reaction: { disconnect: true } })
    w.cluster.addFault({ rpc: 'get', server: primaryBefore, reaction: { delayMs: 150 } })
    assert.equal(await readFresh(hedged.table), true)
  })

  it('may be throttled away by the table, which costs nothing', async () => {
    await w.client.admin.setTableEnvs('temp', { 'replica.backup_request_throttling': '1*reject*10' })
    w.cluster.addFault({ rpc: 'get', server: primaryBefore, reaction: { delayMs: 150 } })
    const reads = Array.from({ length: 20 }, () => hedged.table.get('k', 's'))
    assert.ok((await Promise.all(reads)).every((value) => value?.toString() === 'v'))
    await w.client.admin.deleteTableEnvs('temp', ['replica.backup_request_throttling'])
  })

  let primaryBefore: string
  before(async () => {
    primaryBefore = await primary()
  })
})

describe('reads that go on without a primary', () => {
  const surviving = backed({ onUnreachable: true })

  for (const what of ['stopServer', 'cutOffServer', 'freezeServer'] as const) {
    it(`go on after ${what}, though the cluster names no other one`, async () => {
      const server = await primary()
      await w.cluster[what](server, { failoverAfterMs: null })
      // A silent server on an open connection is noticed after sessionResetMs.
      await until(
        'a read is answered',
        async () => (await surviving.table.get('k', 's', { timeoutMs: 200 }).catch(() => null)) !== null,
      )
      const took = await timed(() => readFromSecondaries(surviving.table))
      assert.ok(took < 2000, `${took} ms`)
      assert.equal(await codeOf(surviving.table.set('other', 's', 'v', { timeoutMs: 200 })), 'ERR_TIMEOUT')
      await w.cluster.healAll()
      await until('the primary answers again', () => readFresh(surviving.table))
    })
  }

  it('all succeed while a primary dies and another one is named', async () => {
    let isOver = false
    let reads = 0
    const reading = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        assert.equal((await surviving.table.get('k', 's', { timeoutMs: 1000 }))?.toString(), 'v')
        reads++
      }
    })
    await w.cluster.stopServer(await primary(), { failoverAfterMs: 500 })
    await until('another one leads', () => readFresh(surviving.table))
    isOver = true
    await Promise.all(reading)
    assert.ok(reads > 100, `${reads} reads`)
  })

  it('go on when every replica of the routes but one is gone', async () => {
    assert.ok(await readFresh(surviving.table))
    const leader = await primary()
    const secondary = w.cluster.replicaServers.find((server) => server !== leader)
    for (const server of w.cluster.replicaServers) {
      if (server !== secondary) await w.cluster.stopServer(server, { failoverAfterMs: null })
    }
    await readFromSecondaries(surviving.table)
  })
})
