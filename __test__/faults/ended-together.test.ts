import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { PegasusError } from 'pegasus-client'
import { world } from '../support/cluster'

/** What a turn of the event loop may settle: the end of one ration and the whole of the next one. */
const MOST_FAILURES = 2 * 64
const MOST_VALUES = 2 * 4096

const w = world({ tables: { temp: 8, narrow: 1 } })

afterEach(() => w.cluster.healAll())

interface Ended<T> {
  outcomes: PromiseSettledResult<T>[]
  /** The calls, in the order in which they ended. */
  order: number[]
  /** The most calls that ended between two turns of the program. */
  most: number
}

/** Awaits the calls, while the rest of the program asks for every turn of the event loop. */
async function ended<T>(calls: Promise<T>[]): Promise<Ended<T>> {
  const order: number[] = []
  let [most, before, isOver] = [0, 0, false]
  const turn = () => {
    most = Math.max(most, order.length - before)
    before = order.length
    if (!isOver) setImmediate(turn)
  }
  const noted = calls.map((call, at) => call.finally(() => order.push(at)))
  setImmediate(turn)
  const outcomes = await Promise.allSettled(noted)
  isOver = true
  turn()
  return { outcomes, order, most }
}

function assertTimeouts(outcomes: PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof PegasusError)
    assert.equal(outcome.reason.code, 'ERR_TIMEOUT')
    assert.match(outcome.reason.stack ?? '', /at .*ended-together/)
  }
}

describe('thousands of operations that end together', () => {
  it('time out a few in each turn of the event loop, in order', async () => {
    const table = await w.client.openTable('narrow')
    await table.get('warm', 's')
    const fault = w.cluster.addFault({ rpc: 'get', reaction: { drop: true } })
    const get = (_: unknown, at: number) => table.get(`k${at}`, 's', { timeoutMs: 1000 })
    const { outcomes, order, most } = await ended(Array.from({ length: 3000 }, get))
    fault.remove()
    assertTimeouts(outcomes)
    assert.ok(most <= MOST_FAILURES, `${most} in one turn`)
    assert.deepEqual(
      order,
      Array.from({ length: 3000 }, (_, at) => at),
    )
  })

  it('time out a few in each turn when they waited for room', async () => {
    const client = await w.connect({ maxInFlight: 10 })
    const table = await client.openTable('temp')
    await table.get('warm', 's')
    const fault = w.cluster.addFault({ rpc: 'get', reaction: { drop: true } })
    const get = (_: unknown, at: number) => table.get(`k${at}`, 's', { timeoutMs: 1000 })
    const { outcomes, order, most } = await ended(Array.from({ length: 3000 }, get))
    assertTimeouts(outcomes)
    assert.equal(new Set(order).size, 3000)
    assert.ok(most <= MOST_FAILURES, `${most} in one turn`)
    fault.remove()
    assert.equal(await table.get('k', 's'), null)
    await client.close()
  })

  it('have their values, each its own, a ration in each turn', async () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `v${at}`)
    await Promise.all(keys.map((key) => w.table.set(key, 's', key)))
    const fault = w.cluster.addFault({ rpc: 'get', reaction: { delayMs: 500 } })
    const { outcomes, most } = await ended(keys.map((key) => w.table.get(key, 's')))
    fault.remove()
    const values = outcomes.map((outcome) => outcome.status === 'fulfilled' && `${outcome.value}`)
    assert.deepEqual(values, keys)
    assert.ok(most <= MOST_VALUES, `${most} in one turn`)
  })

  it('have their large values, some MiB of them in each turn', async () => {
    const value = Buffer.alloc(512 * 1024, 'v')
    await w.table.set('large', 's', value)
    const fault = w.cluster.addFault({ rpc: 'get', reaction: { delayMs: 200 } })
    const { outcomes, most } = await ended(Array.from({ length: 60 }, () => w.table.get('large', 's')))
    fault.remove()
    for (const outcome of outcomes) assert.ok(outcome.status === 'fulfilled' && outcome.value?.equals(value))
    // A ration is 4 MiB and a bit: the value that spends it comes whole.
    assert.ok(most <= 2 * 8, `${most} in one turn`)
  })

  it('are answered when the client closes, and the thread takes new ones', async () => {
    const client = await w.connect()
    const table = await client.openTable('temp')
    const calls = Array.from({ length: 3000 }, (_, at) => table.get(`k${at}`, 's'))
    await client.close()
    const late = Array.from({ length: 3000 }, () => table.get('k', 's'))
    const { outcomes, most } = await ended(late)
    assert.ok(most <= MOST_FAILURES, `${most} in one turn`)
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)
    assert.deepEqual(new Set(codes), new Set(['ERR_CLIENT_CLOSED']))
    assert.equal((await Promise.all(calls)).length, 3000)
  })
})
