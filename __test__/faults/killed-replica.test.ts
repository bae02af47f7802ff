import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { freshKey, world } from '../support/cluster'
import { pegasusError, until } from '../support/wait'

/** Several partitions, so that the killed server leads some of them and not others. */
const w = world({ tables: { temp: 6 } })

afterEach(() => w.cluster.healAll())

async function leadOf(partitionIndex: number): Promise<string> {
  const address = await w.cluster.primary('temp', partitionIndex)
  assert.ok(address !== null)
  return address
}

/** Hash keys for which that server is the primary: a rule counts the reads that it receives. */
async function keysLedBy(server: string): Promise<string[]> {
  const keys: string[] = []
  const fault = w.cluster.addFault({ rpc: 'get', server, reaction: { delayMs: 0 } })
  while (keys.length < 8) {
    const key = freshKey()
    // The first read may still go to the old primary, which refuses it.
    await w.table.get(key, 's')
    const hits = fault.hits
    await w.table.get(key, 's')
    if (fault.hits > hits) keys.push(key)
  }
  fault.remove()
  return keys
}

describe('a replica server that is killed', () => {
  it('leaves no call waiting that it can no longer answer', async () => {
    const server = await leadOf(0)
    const [key = ''] = await keysLedBy(server)
    w.cluster.addFault({ rpc: 'incr', server, reaction: { drop: true } })
    const pending = Array.from({ length: 20 }, () => pegasusError(w.table.incr(key, 's', 1)))
    await until('all have arrived', () => (w.cluster.faults[0]?.hits ?? 0) === 20)
    const start = performance.now()
    await w.cluster.stopServer(server)
    for (const error of await Promise.all(pending)) {
      assert.deepEqual([error.code, error.maybeApplied], ['ERR_SESSION_RESET', true])
    }
    const took = performance.now() - start
    assert.ok(took < 1000, `${took} ms`)
  })

  it('is followed by another one within a second of the cluster saying so, with the same client', async () => {
    const server = await leadOf(0)
    const keys = await keysLedBy(server)
    const queries = w.cluster.addFault({ rpc: 'query_cfg', reaction: { delayMs: 0 } })
    await w.cluster.stopServer(server, { failoverAfterMs: 700 })
    const killed = performance.now()
    const done = await Promise.all(
      keys.flatMap((key) => [
        w.table.set(key, 's', 'v').then(() => performance.now()),
        w.table.get(key, 't').then(() => performance.now()),
        w.table.multiSet(key, { a: '1' }).then(() => performance.now()),
      ]),
    )
    const took = Math.max(...done) - killed
    assert.ok(took > 600 && took < 1700, `${took} ms`)
    // All reads waited together, for one query after the other with pauses in between.
    assert.ok(queries.hits < 30, `${queries.hits} queries`)
  })

  it('costs its own partitions only', async () => {
    const server = await leadOf(0)
    if ((await leadOf(1)) === server) await w.cluster.movePrimary('temp', 1)
    const other = await leadOf(1)
    const [[lost = ''], alive] = [await keysLedBy(server), await keysLedBy(other)]
    await w.cluster.stopServer(server, { failoverAfterMs: null })
    const blocked = pegasusError(w.table.get(lost, 's', { timeoutMs: 600 }))
    const start = performance.now()
    await Promise.all(alive.map((key) => w.table.set(key, 's', 'v')))
    const took = performance.now() - start
    assert.ok(took < 300, `${took} ms`)
    assert.equal((await blocked).code, 'ERR_TIMEOUT')
  })

  it('and never replaced: each call ends at its deadline, and asks no more often than makes sense', async () => {
    const server = await leadOf(0)
    const [key = ''] = await keysLedBy(server)
    const queries = w.cluster.addFault({ rpc: 'query_cfg', reaction: { delayMs: 0 } })
    await w.cluster.stopServer(server, { failoverAfterMs: 60_000 })
    const calls = [
      (timeoutMs: number) => w.table.get(key, 's', { timeoutMs }),
      (timeoutMs: number) => w.table.set(key, 's', 'v', { timeoutMs }),
      (timeoutMs: number) => w.table.incr(key, 'n', 1, { timeoutMs }),
    ]
    await Promise.all(
      calls.map(async (call) => {
        const start = performance.now()
        const error = await pegasusError(call(800))
        const took = performance.now() - start
        assert.ok(took >= 799 && took < 900, `${took} ms: ${error}`)
        // Connections were refused, so the increment cannot have been made.
        assert.deepEqual([error.code, error.maybeApplied, error.server], ['ERR_TIMEOUT', false, server])
        assert.ok((error.attempts ?? 0) < 40, `${error.attempts} attempts`)
      }),
    )
    assert.ok(queries.hits < 25, `${queries.hits} queries`)
  })
})
