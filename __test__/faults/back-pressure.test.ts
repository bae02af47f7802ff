import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { freshKey, world } from '../support/cluster'
import { pegasusError, rejection, timed } from '../support/wait'

const w = world({ tables: { temp: 4 } })

afterEach(() => w.cluster.healAll())

/** A fault that drops every set until it is removed. */
const holdSets = () => w.cluster.addFault({ rpc: 'put', reaction: { drop: true } })

describe('operations for which there is no room', () => {
  it('wait for their turn', async () => {
    const client = await w.connect({ maxInFlight: 2 })
    const table = await client.openTable('temp')
    const key = freshKey()
    const sets = Array.from({ length: 200 }, (_, at) => table.set(key, `${at}`, 'v'))
    await Promise.all(sets)
    assert.equal(await table.sortKeyCount(key), 200)
    await client.close()
  })

  it('wait until their deadline, and were not sent then', async () => {
    const client = await w.connect({ maxInFlight: 1 })
    const table = await client.openTable('temp')
    const fault = holdSets()
    const held = pegasusError(table.set('k', 's', 'v', { timeoutMs: 600 }))
    const start = performance.now()
    const error = await pegasusError(table.set('k', 's', 'w', { timeoutMs: 200 }))
    const took = performance.now() - start
    assert.deepEqual([error.code, error.retryable, error.maybeApplied], ['ERR_TIMEOUT', true, false])
    assert.match(error.message, /1 operations with \d+ bytes are in flight: at most 1/)
    assert.ok(took >= 199 && took < 500, `${took} ms`)
    assert.equal((await held).maybeApplied, true)
    assert.equal(fault.hits, 1)
    await client.close()
  })

  it('stop waiting when they are aborted', async () => {
    const client = await w.connect({ maxInFlight: 1 })
    const table = await client.openTable('temp')
    holdSets()
    const held = rejection(table.set('k', 's', 'v', { timeoutMs: 300 }))
    const controllers = Array.from({ length: 50 }, () => new AbortController())
    const waiting = controllers.map(({ signal }) => rejection(table.get('k', 's', { signal })))
    const last = table.get('k', 'none')
    for (const controller of controllers) controller.abort()
    assert.ok((await Promise.all(waiting)).every((error) => (error as Error).name === 'AbortError'))
    await held
    assert.equal(await last, null)
    const closed = await timed(() => client.close())
    assert.ok(closed < 1000, `${closed} ms`)
  })

  it('are refused at once where that is wanted', async () => {
    const client = await w.connect({ maxInFlight: 3, whenFull: 'refuse' })
    const table = await client.openTable('temp')
    const fault = holdSets()
    const sets = Array.from({ length: 10 }, () => pegasusError(table.set('k', 's', 'v', { timeoutMs: 500 })))
    const codes = (await Promise.all(sets)).map(({ code, retryable, maybeApplied }) => ({
      code,
      retryable,
      maybeApplied,
    }))
    const refused = codes.filter(({ code }) => code === 'ERR_TOO_MANY_REQUESTS')
    assert.equal(refused.length, 7)
    assert.ok(refused.every(({ retryable, maybeApplied }) => retryable && !maybeApplied))
    assert.equal(fault.hits, 3)
    w.cluster.clearFaults()
    await table.set('k', 's', 'v')
    await client.close()
  })

  it('may be large ones, of which only some fit', async () => {
    const client = await w.connect({ maxInFlightBytes: 1_000_000, whenFull: 'refuse' })
    const table = await client.openTable('temp')
    holdSets()
    const value = Buffer.alloc(400_000)
    const sets = Array.from({ length: 3 }, () => pegasusError(table.set('k', 's', value, { timeoutMs: 300 })))
    const codes = (await Promise.all(sets)).map(({ code }) => code)
    assert.deepEqual(codes.sort(), ['ERR_TIMEOUT', 'ERR_TIMEOUT', 'ERR_TOO_MANY_REQUESTS'])
    await client.close()
  })
})

it('replies do not pile up while the JavaScript thread takes none', async () => {
  const MiB = 1024 * 1024
  const client = await w.connect({ maxInFlight: 8, timeoutMs: 60_000 })
  const table = await client.openTable('temp')
  await table.set('large', 's', Buffer.alloc(MiB - 1024))
  const before = process.memoryUsage().rss
  const gets = Array.from({ length: 400 }, () => table.get('large', 's'))
  await new Promise((resolve) => setImmediate(resolve))
  // Blocks the thread as a computation of a second does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
  const grown = (process.memoryUsage().rss - before) / MiB
  assert.ok(grown < 250, `${grown} MiB`)
  for (const value of await Promise.all(gets)) assert.equal(value?.length, MiB - 1024)
  await client.close()
})
