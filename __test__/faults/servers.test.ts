import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { pegasusError, timed, until } from '../support/wait'

const w = world({ tables: { temp: 1 } })

/** The primary of the only partition. */
const primary = () => w.cluster.primary('temp', 0)

/** Runs one operation of every kind. Each must have its result, whatever happens to servers meanwhile. */
async function readAndWrite(table: Table): Promise<void> {
  const key = freshKey()
  await table.set(key, 'a', '1')
  assert.equal((await table.get(key, 'a'))?.toString(), '1')
  await table.multiSet(key, { b: '2', c: '3' })
  assert.equal((await table.multiGet(key, null)).entries.length, 3)
  assert.equal(await table.incr(key, 'a', 4), 5n)
  assert.equal(await table.multiDel(key, ['a', 'b', 'c']), 3)
}

afterEach(() => w.cluster.healAll())

describe('a replica server that is stopped', () => {
  it('is replaced, and operations go on at its successor', async () => {
    const before = await primary()
    await w.table.set('survives', 's', 'v')
    await w.cluster.stopServer(before)
    assert.notEqual(await primary(), before)
    assert.equal((await w.table.get('survives', 's'))?.toString(), 'v')
    await readAndWrite(w.table)
  })

  it('is waited for while the cluster has not noticed', async () => {
    const before = await primary()
    await w.cluster.stopServer(before, { failoverAfterMs: 400 })
    assert.equal(await primary(), before)
    const took = await timed(() => readAndWrite(w.table))
    assert.notEqual(await primary(), before)
    assert.ok(took < 4000, `${took} ms`)
  })

  it('is missed until the deadline where the cluster never notices', async () => {
    const before = await primary()
    await w.cluster.stopServer(before, { failoverAfterMs: null })
    const error = await pegasusError(w.table.get('k', 's', { timeoutMs: 300 }))
    assert.deepEqual([error.code, error.server, error.partitionIndex], ['ERR_TIMEOUT', before, 0])
    assert.ok(error.retryable && !error.maybeApplied)
    // It is back with its rows, and still the primary.
    await w.cluster.startServer(before)
    assert.equal(await primary(), before)
    await readAndWrite(w.table)
  })

  it('is back at the same address, and follows', async () => {
    const before = await primary()
    await w.cluster.stopServer(before)
    const successor = await primary()
    await w.cluster.startServer(before)
    assert.equal(await primary(), successor)
    await w.cluster.stopServer(successor)
    assert.notEqual(await primary(), successor)
    await readAndWrite(w.table)
  })

  it('leaves a partition without a primary when it was the last one', async () => {
    const table = w.table
    for (const server of w.cluster.replicaServers) await w.cluster.stopServer(server)
    const missing = await pegasusError(primary())
    assert.deepEqual(
      [missing.code, missing.message],
      ['ERR_INVALID_STATE', 'partition 0 of "temp" has no primary'],
    )
    const error = await pegasusError(table.get('k', 's', { timeoutMs: 300 }))
    assert.equal(error.code, 'ERR_TIMEOUT')
    const waiting = table.get('k', 's', { timeoutMs: 10_000 })
    await w.cluster.startServer(w.cluster.replicaServers[1] as string)
    assert.equal(await waiting, null)
  })

  it('ends a scan in no other way than one that takes longer', async () => {
    const hashKey = freshKey('scan')
    const rows = Array.from({ length: 50 }, (_, at): [string, string] => [String(at).padStart(3, '0'), 'v'])
    await w.table.multiSet(hashKey, rows)
    const scanner = w.table.getScanner(hashKey, '', '', { batchSize: 10 })
    const found: string[] = []
    for await (const { sortKey } of scanner) {
      found.push(sortKey.toString())
      if (found.length === 25) await w.cluster.stopServer(await primary())
    }
    assert.deepEqual(
      found,
      rows.map(([sortKey]) => sortKey),
    )
  })
})

describe('a replica server that is frozen', () => {
  it('costs the calls that wait for it, and no others once it is replaced', async () => {
    const client = await w.connect({ sessionResetMs: 300 })
    const table = await client.openTable('temp')
    await table.set('k', 's', 'v')
    await w.cluster.freezeServer(await primary())
    const start = performance.now()
    const error = await pegasusError(table.get('k', 's', { timeoutMs: 200 }))
    assert.equal(error.code, 'ERR_TIMEOUT')
    assert.ok(performance.now() - start < 1000)
    await until('it is read at the successor', async () => {
      const value = await table.get('k', 's', { timeoutMs: 200 }).catch(() => null)
      return value?.toString() === 'v'
    })
    await client.close()
  })

  it('is not asked again by a client that has little to do, or only writes that are sent once', async () => {
    for (const kind of ['get', 'incr'] as const) {
      const client = await w.connect()
      const table = await client.openTable('temp')
      const call = () =>
        kind === 'get' ? table.get('k', 's', { timeoutMs: 200 }) : table.incr('n', 's', 1, { timeoutMs: 200 })
      await call()
      await w.cluster.freezeServer(await primary())
      assert.equal((await pegasusError(call())).code, 'ERR_TIMEOUT')
      await until(`${kind} has an answer`, async () => {
        await sleep(300) // longer than any call: none waits while the client learns of the successor
        return call().then(
          () => true,
          () => false,
        )
      })
      await client.close()
      await w.cluster.healAll()
    }
  })

  it('tells a write from one that was made when it comes back', async () => {
    const server = await primary()
    const key = freshKey()
    await w.table.set(key, 's', 'old')
    await w.cluster.freezeServer(server, { failoverAfterMs: null })
    const error = await pegasusError(w.table.set(key, 's', 'new', { timeoutMs: 200 }))
    assert.deepEqual([error.code, error.maybeApplied], ['ERR_TIMEOUT', true])
    await w.cluster.healServer(server)
    // The write was sent, so the server makes it when it goes on.
    await until('the late write is made', async () => (await w.table.get(key, 's'))?.toString() === 'new')
  })

  it('refuses what it got before it was replaced', async () => {
    const server = await primary()
    const key = freshKey()
    await w.cluster.freezeServer(server)
    const writing = w.table.set(key, 's', 'v', { timeoutMs: 5000 })
    await w.cluster.healServer(server)
    await writing // refused there, and made by the successor
    assert.equal((await w.table.get(key, 's'))?.toString(), 'v')
  })
})

describe('a replica server that is cut off', () => {
  it('cannot be connected to, and is replaced', async () => {
    const client = await w.connect({ connectTimeoutMs: 200 })
    const table = await client.openTable('temp') // no connection to a replica server yet
    await w.cluster.cutOffServer(await primary(), { failoverAfterMs: 500 })
    await readAndWrite(table)
    await client.close()
  })

  it('is silent on the connections that there are, until it is healed', async () => {
    const server = await primary()
    await readAndWrite(w.table)
    await w.cluster.cutOffServer(server, { failoverAfterMs: null })
    const error = await pegasusError(w.table.get('k', 's', { timeoutMs: 200 }))
    assert.equal(error.code, 'ERR_TIMEOUT')
    await w.cluster.healServer(server)
    await readAndWrite(w.table)
  })
})
