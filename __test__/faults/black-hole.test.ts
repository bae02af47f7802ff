import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { pegasusError } from '../support/wait'

const SESSION_RESET_MS = 500

const w = world({ tables: { temp: 6 } })

afterEach(() => w.cluster.healAll())

/** Hash keys for which a server is the primary, or is not. */
async function keys(table: Table, server: string, isLed: boolean): Promise<string[]> {
  const found: string[] = []
  const fault = w.cluster.addFault({ rpc: 'get', server, reaction: { delayMs: 0 } })
  while (found.length < 6) {
    const [key, hits] = [freshKey(), fault.hits]
    await table.get(key, 's')
    if (fault.hits > hits === isLed) found.push(key)
  }
  fault.remove()
  return found
}

describe('a replica server whose packets are lost', () => {
  it('is found out by its silence, replaced, and nobody else waits for it', async () => {
    const client = await w.connect({ sessionResetMs: SESSION_RESET_MS, connectTimeoutMs: 300 })
    const table = await client.openTable('temp')
    const server = (await w.cluster.primary('temp', 0)) as string
    const [lost, alive] = [await keys(table, server, true), await keys(table, server, false)]
    await w.cluster.cutOffServer(server, { failoverAfterMs: 200 })
    const start = performance.now()
    const patient = lost.map((key) => table.get(key, 's'))
    const impatient = pegasusError(table.get(lost[0] as string, 's', { timeoutMs: 100 }))
    await Promise.all(alive.map((key) => table.set(key, 's', 'v')))
    const others = performance.now() - start
    assert.ok(others < 200, `${others} ms`)
    assert.equal((await impatient).code, 'ERR_TIMEOUT')
    // The silence is noticed after SESSION_RESET_MS; by then another server is the primary.
    assert.deepEqual(
      await Promise.all(patient),
      lost.map(() => null),
    )
    const took = performance.now() - start
    assert.ok(took < SESSION_RESET_MS + 500, `${took} ms`)
    await Promise.all(lost.map((key) => table.set(key, 's', 'v')))
    await client.close()
  })
})
