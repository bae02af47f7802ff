import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { FaultReaction, Table } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { pegasusError, until } from '../support/wait'

const w = world({ tables: { temp: 1 } })

afterEach(() => w.cluster.healAll())

/** Longer than a test needs until it has moved the primary. */
const LATE_MS = 1500
/** Longer than that: an answer that was only late would come before the deadline. */
const TIMEOUT_MS = 2500

/** Makes the next such requests late, and gives a function that counts those that have arrived. */
function late(rpc: 'put' | 'incr' | 'get', reaction: FaultReaction): () => number {
  const fault = w.cluster.addFault({ rpc, reaction })
  return () => fault.hits
}

/** The row that a client sees which knows nothing of the old primary. */
async function seenByAnother(see: (table: Table) => Promise<unknown>): Promise<unknown> {
  const client = await w.connect()
  try {
    return await see(await client.openTable('temp'))
  } finally {
    await client.close()
  }
}

/** A table whose client makes one attempt, so that nothing is sent again. */
async function withOneAttempt(use: (table: Table) => Promise<void>): Promise<void> {
  const client = await w.connect({ retry: { maxAttempts: 1 }, sessionResetMs: 60_000 })
  await use(await client.openTable('temp'))
  await client.close()
}

describe('when a primary moves, a write in flight', () => {
  it('that only waited there is never made and never answered', async () => {
    await withOneAttempt(async (table) => {
      const key = freshKey()
      await table.set(key, 's', 'old')
      const arrived = late('put', { holdMs: LATE_MS })
      const writing = pegasusError(table.set(key, 's', 'new', { timeoutMs: TIMEOUT_MS }))
      await until('the write has arrived', () => arrived() === 1)
      const old = await w.cluster.primary('temp', 0)
      w.cluster.clearFaults()
      assert.notEqual(await w.cluster.movePrimary('temp', 0), old)
      assert.equal((await writing).maybeApplied, true)
      const get = (table: Table) => table.get(key, 's').then((value) => value?.toString())
      assert.equal(await seenByAnother(get), 'old')
      assert.equal(arrived(), 1)
    })
  })

  it('that was made before its answer is never answered, and stays', async () => {
    await withOneAttempt(async (table) => {
      const key = freshKey()
      const arrived = late('incr', { delayMs: LATE_MS })
      const writing = pegasusError(table.incr(key, 's', 5, { timeoutMs: TIMEOUT_MS }))
      await until('the increment has arrived', () => arrived() === 1)
      w.cluster.clearFaults()
      await w.cluster.movePrimary('temp', 0)
      assert.equal((await writing).maybeApplied, true)
      assert.equal(await seenByAnother((table) => table.incr(key, 's', 0)), 5n)
    })
  })

  it('is made in part, the same part in each run', async () => {
    const parts: number[][] = []
    for (let run = 0; run < 2; run++) {
      await withOneAttempt(async (table) => {
        const rows = Array.from({ length: 20 }, () => freshKey())
        await table.get(rows[0] as string, 's') // connects, so that the writes arrive in their order
        const held = w.cluster.addFault({ rpc: 'put', share: 0.5, seed: 3, reaction: { holdMs: LATE_MS } })
        const made = w.cluster.addFault({ rpc: 'put', reaction: { delayMs: LATE_MS } })
        const writes = rows.map((key) => pegasusError(table.set(key, 's', 'v', { timeoutMs: TIMEOUT_MS })))
        await until('all writes have arrived', () => held.hits + made.hits === rows.length)
        w.cluster.clearFaults()
        await w.cluster.movePrimary('temp', 0)
        await Promise.all(writes)
        const values = await seenByAnother((table) => Promise.all(rows.map((key) => table.get(key, 's'))))
        parts.push((values as (Buffer | null)[]).flatMap((value, at) => (value === null ? [] : [at])))
      })
    }
    const [first = [], second] = parts
    assert.deepEqual(first, second)
    assert.ok(first.length > 0 && first.length < 20, `${first.length} of 20 made`)
  })
})

describe('when a primary moves, a read in flight', () => {
  it('is answered by the old primary', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const arrived = late('get', { delayMs: 200 })
    const reading = w.table.get(key, 's')
    await until('the read has arrived', () => arrived() === 1)
    await w.cluster.movePrimary('temp', 0)
    assert.equal((await reading)?.toString(), 'v')
  })
})

describe('when a primary moves, its old server', () => {
  it('refuses what comes later, and a client that retries goes on at the new one', async () => {
    await w.table.get('k', 's') // knows the old primary
    const old = await w.cluster.primary('temp', 0)
    await w.cluster.movePrimary('temp', 0)
    const asked = w.cluster.addFault({ rpc: 'put', server: old, reaction: { holdMs: 0 } })
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    assert.equal(asked.hits, 1)
    assert.equal((await w.table.get(key, 's'))?.toString(), 'v')
    await withOneAttempt(async (table) => {
      await table.get('k', 's')
      await w.cluster.movePrimary('temp', 0)
      assert.equal((await pegasusError(table.set(key, 's', 'w'))).code, 'ERR_INVALID_STATE')
    })
  })
})
