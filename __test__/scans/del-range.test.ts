import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FilterType, PegasusError } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { numbered, numberedRows, sortKeysOf } from '../support/rows'
import { rejection } from '../support/wait'

const w = world()

async function left(hashKey: string): Promise<string[]> {
  return (await w.table.getAllSortKeys(hashKey)).map(String)
}

describe('delRange', () => {
  it('has nothing to do where there is no row', async () => {
    assert.equal(await w.table.delRange(freshKey(), '', ''), 0)
    assert.equal(await w.table.delRange(freshKey(), 'a', 'z'), 0)
  })

  it('removes from the start to before the stop, or with them or without, as it is told', async () => {
    const key = freshKey()
    const at = (digit: number) => String(digit).padStart(20, '0')
    const digits = async () => (await left(key)).map(Number)
    await w.table.multiSet(
      key,
      Array.from({ length: 10 }, (_, digit) => [at(digit), 'v']),
    )
    assert.equal(await w.table.delRange(key, at(5), at(6)), 1)
    assert.deepEqual(await digits(), [0, 1, 2, 3, 4, 6, 7, 8, 9])
    assert.equal(await w.table.delRange(key, at(2), at(6), { stopInclusive: true }), 4)
    assert.deepEqual(await digits(), [0, 1, 7, 8, 9])
    assert.equal(await w.table.delRange(key, at(6), at(8), { startInclusive: false }), 1)
    assert.deepEqual(await digits(), [0, 1, 8, 9])
    const endsIn8 = { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: '8' }
    assert.equal(await w.table.delRange(key, at(0), at(9), endsIn8), 1)
    assert.deepEqual(await digits(), [0, 1, 9])
    assert.equal(await w.table.delRange(key, '', ''), 3)
    assert.deepEqual(await digits(), [])
  })

  it('goes by the order of bytes, not of numbers', async () => {
    const key = freshKey()
    await w.table.multiSet(
      key,
      Array.from({ length: 150 }, (_, number) => [`k_${number}`, 'v']),
    )
    assert.equal(await w.table.delRange(key, 'k_0', 'k_90'), 140)
    const nineties = Array.from({ length: 10 }, (_, number) => `k_9${number}`)
    assert.deepEqual(await left(key), nineties)
    const is93 = { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: 'k_93' }
    assert.equal(await w.table.delRange(key, 'k_90', 'k_95', is93), 1)
    const open = { startInclusive: false, stopInclusive: true }
    assert.equal(await w.table.delRange(key, 'k_90', 'k_95', open), 4)
    assert.deepEqual(await left(key), ['k_90', 'k_96', 'k_97', 'k_98', 'k_99'])
    assert.equal(await w.table.delRange(key, '', ''), 5)
    assert.equal(await w.table.sortKeyCount(key), 0)
  })

  it('removes more than one request can, and nothing else', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(3500))
    await w.table.multiSet(`${key}-other`, numberedRows(2))
    assert.equal(await w.table.delRange(key, numbered(100), numbered(3400)), 3300)
    const { entries } = await w.table.multiGet(key, null, { maxKvCount: 0 })
    const rest = [...numberedRows(100), ...numberedRows(100, 3400)]
    assert.deepEqual(
      sortKeysOf(entries),
      rest.map(([sortKey]) => sortKey),
    )
    assert.equal(await w.table.sortKeyCount(`${key}-other`), 2)
  })

  it('removes rows with long sort keys, of which few fit a request', async () => {
    const key = freshKey()
    const rows = [...'abcdefghijkl'].map((letter) => Buffer.alloc(200_000, letter))
    await w.table.batchSet(rows.map((sortKey) => [key, sortKey, 'v']))
    assert.equal(await w.table.delRange(key, '', ''), 12)
    assert.equal(await w.table.sortKeyCount(key), 0)
  })

  it('ends with the reason of its signal', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await assert.rejects(w.table.delRange(key, '', '', { signal }), reason)
    assert.deepEqual(await left(key), ['s'])
  })

  it('says on an error how far it came', async () => {
    const client = await w.connect()
    const table = await client.openTable('temp')
    await client.close()
    const error = await rejection(table.delRange('h', '', ''))
    assert.ok(error instanceof PegasusError)
    assert.deepEqual([error.code, error.deleted, error.nextSortKey], ['ERR_CLIENT_CLOSED', 0, null])
  })
})
