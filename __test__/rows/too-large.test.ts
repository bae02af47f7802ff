import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connectThrough, type PegasusClient } from '../../lib/api/client'
import type { Table } from '../../lib/api/table'
import { Crossing } from '../../lib/crossing/crossing'
import { loadAddon } from '../../lib/crossing/loader'
import { pack } from '../../lib/crossing/packing'
import { Requests } from '../../lib/crossing/requests'
import { PegasusError } from '../../lib/values/errors'
import { world } from '../support/cluster'
import { rejection } from '../support/wait'

/** In place of the 4 GiB of a Buffer. */
const MOST_BYTES = 10_000

const w = world()

describe('a result that is longer than a Buffer can be', () => {
  const keys = Array.from({ length: 12 }, (_, at) => [`k${at}`, 's'] as const)
  let client: PegasusClient
  let table: Table
  before(async () => {
    const crossing = new Crossing(loadAddon(), MOST_BYTES)
    client = await connectThrough(() => crossing, { metaServers: w.cluster.metaServers })
    table = await client.openTable('temp')
    await Promise.all(keys.map(([key, sortKey]) => table.set(key, sortKey, Buffer.alloc(1000, key))))
    await table.multiSet('many', { a: Buffer.alloc(6000), b: Buffer.alloc(6000) })
    await table.set('long', 's', Buffer.alloc(MOST_BYTES + 1))
    await table.set('fits', 's', Buffer.alloc(MOST_BYTES, 'f'))
  })
  after(() => client?.close())

  const calls: Record<string, [bytes: number, call: () => Promise<unknown>]> = {
    get: [MOST_BYTES + 1, () => table.get('long', 's')],
    // A number and twelve lengths stand before the values.
    batchGet: [12_000 + 13 * 4, () => table.batchGet(keys)],
    batchGetSettled: [12_000 + 13 * 4, () => table.batchGetSettled(keys)],
    // Flags, a number, four lengths, and the sort keys.
    multiGet: [12_000 + 6 * 4 + 2, () => table.multiGet('many', null)],
  }
  for (const [name, [bytes, call]] of Object.entries(calls)) {
    it(`fails the one ${name} and no other call`, async () => {
      const beside = table.get('fits', 's')
      const error = await rejection(call())
      assert.ok(error instanceof PegasusError)
      assert.deepEqual([error.code, error.retryable], ['ERR_RESULT_TOO_LARGE', false])
      assert.equal(
        error.message,
        `the result is ${bytes} bytes long: a Buffer holds at most 10000; ask for fewer rows`,
      )
      assert.deepEqual(await beside, Buffer.alloc(MOST_BYTES, 'f'))
    })
  }

  it('is had in parts', async () => {
    const values = [...(await table.batchGet(keys.slice(0, 6))), ...(await table.batchGet(keys.slice(6)))]
    assert.deepEqual(
      values,
      keys.map(([key]) => Buffer.alloc(1000, key)),
    )
  })

  it('is none when many results come together', async () => {
    const values = await Promise.all(Array.from({ length: 100 }, () => table.get('fits', 's')))
    for (const value of values) assert.deepEqual(value, Buffer.alloc(MOST_BYTES, 'f'))
  })
})

describe('arguments that are too long to cross', () => {
  it('are refused with their lengths, and a string is measured only where it may be too long', () => {
    const list = ['é'.repeat(20), Buffer.alloc(40)]
    assert.equal(pack(list, 80).length, 88)
    assert.throws(() => pack(list, 79), {
      name: 'RangeError',
      code: 'ERR_INVALID_ARGUMENT',
      message: 'the keys and values are 80 bytes long together: one call takes at most 79',
    })
  })

  it('leave the requests before and after them as they are', () => {
    const requests = new Requests(30)
    const add = (value: string) => requests.add(1, 1, 1, -1, 0, 'h', 's', value)
    add('a'.repeat(28))
    const { length } = requests
    assert.throws(() => add('a'.repeat(29)), {
      name: 'RangeError',
      code: 'ERR_INVALID_ARGUMENT',
      message: 'hashKey, sortKey and value are 31 bytes long together: one call takes at most 30',
    })
    assert.equal(requests.length, length)
    add('b'.repeat(28))
    assert.equal(requests.length, 2 * length)
  })
})
