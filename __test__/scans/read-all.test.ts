import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { FilterType } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { numbered, numberedRows, sortKeysOf } from '../support/rows'

const ROWS = 3600
const KEY = 'many'

const w = world()
const fill = () => w.table.multiSet(KEY, numberedRows(ROWS))
const sortKeys = (count: number, first = 0) => numberedRows(count, first).map(([sortKey]) => sortKey)

describe('a hash key of more rows than a reply may have', () => {
  before(fill)

  it('is cut by multiGet and getSortKeys, whatever they are asked', async () => {
    const { entries, complete } = await w.table.multiGet(KEY, null, { maxKvCount: 0, maxKvSize: 0 })
    assert.deepEqual([entries.length, complete], [3000, false])
    const keys = await w.table.getSortKeys(KEY, { maxKvCount: 0, maxKvSize: 0 })
    assert.deepEqual([keys.sortKeys.length, keys.complete], [3000, false])
  })

  it('is read whole by multiGetAll, in order', async () => {
    const rows = await w.table.multiGetAll(KEY)
    assert.deepEqual(
      rows.map(({ sortKey, value }) => [String(sortKey), String(value)]),
      numberedRows(ROWS),
    )
    assert.deepEqual(Object.keys(rows[0] ?? {}), ['sortKey', 'value'])
  })

  it('is read whole by getAllSortKeys, in order', async () => {
    const all = await w.table.getAllSortKeys(KEY)
    assert.deepEqual(all.map(String), sortKeys(ROWS))
  })
})

describe('multiGetAll', () => {
  before(fill)

  it('reads a range, with its ends or without', async () => {
    const range = { startSortKey: numbered(200), stopSortKey: numbered(3400) }
    assert.deepEqual(sortKeysOf(await w.table.multiGetAll(KEY, range)), sortKeys(3200, 200))
    const other = { ...range, startInclusive: false, stopInclusive: true }
    assert.deepEqual(sortKeysOf(await w.table.multiGetAll(KEY, other)), sortKeys(3200, 201))
  })

  it('reads what a filter lets through, in batches of any size', async () => {
    const filter = { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: '00' }
    for (const batchSize of [1, 7, 5000]) {
      const rows = await w.table.multiGetAll(KEY, { ...filter, batchSize })
      assert.deepEqual(
        sortKeysOf(rows),
        Array.from({ length: 36 }, (_, number) => numbered(number * 100)),
      )
    }
  })

  it('may leave values out', async () => {
    const rows = await w.table.multiGetAll(KEY, { noValue: true, stopSortKey: numbered(2) })
    assert.deepEqual(
      rows.map(({ sortKey, value }) => [String(sortKey), value.length]),
      [
        [numbered(0), 0],
        [numbered(1), 0],
      ],
    )
  })

  it('reads more than 30 MiB', async () => {
    const key = freshKey()
    const value = (number: number) => Buffer.alloc(500_000, `${number} `)
    const numbers = Array.from({ length: 70 }, (_, number) => number)
    await w.table.batchSet(
      numbers.map((number) => [key, numbered(number), value(number)]),
      {
        timeoutMs: 30_000,
      },
    )
    const rows = await w.table.multiGetAll(key, { timeoutMs: 30_000 })
    assert.equal(rows.length, numbers.length)
    assert.ok(rows.every((row, number) => row.value.equals(value(number))))
  })

  it('of a hash key without rows is empty', async () => {
    assert.deepEqual(await w.table.multiGetAll(freshKey()), [])
    assert.deepEqual(await w.table.getAllSortKeys(freshKey()), [])
  })

  it('ends with the reason of its signal', async () => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await assert.rejects(w.table.multiGetAll(KEY, { signal }), reason)
    await assert.rejects(w.table.getAllSortKeys(KEY, { signal }), reason)
  })
})
