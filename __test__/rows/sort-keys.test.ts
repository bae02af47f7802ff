import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freshKey, world } from '../support/cluster'
import { numbered, numberedRows } from '../support/rows'
import { until } from '../support/wait'

const w = world()

describe('sortKeyCount', () => {
  it('is 0 for a hash key nobody wrote', async () => {
    assert.equal(await w.table.sortKeyCount(freshKey()), 0)
  })

  it('follows every write and removal', async () => {
    const key = freshKey()
    await w.table.set(key, 'a', '1')
    assert.equal(await w.table.sortKeyCount(key), 1)
    await w.table.set(key, 'a', '2')
    assert.equal(await w.table.sortKeyCount(key), 1)
    await w.table.multiSet(key, { b: '3', c: '4' })
    assert.equal(await w.table.sortKeyCount(key), 3)
    await w.table.remove(key, 'a')
    assert.equal(await w.table.sortKeyCount(key), 2)
  })

  it('counts the rows of its hash key only, also next to similar ones', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' })
    await w.table.multiSet(`${key}\0`, { a: '1', b: '2', c: '3' })
    await w.table.multiSet(`${key}a`, { a: '1' })
    assert.equal(await w.table.sortKeyCount(key), 2)
    assert.equal(await w.table.sortKeyCount(`${key}\0`), 3)
  })

  it('is a plain number, beyond every limit of a reply', async () => {
    const key = freshKey()
    for (let first = 0; first < 10_000; first += 2500) await w.table.multiSet(key, numberedRows(2500, first))
    assert.equal(await w.table.sortKeyCount(key), 10_000)
  })

  it('leaves out what has expired', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' }, { ttlSeconds: 1 })
    await w.table.set(key, 'c', '3')
    await until('only one row is left', async () => (await w.table.sortKeyCount(key)) === 1)
  })
})

describe('getSortKeys', () => {
  it('gives the sort keys in the order of their bytes', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { b: '1', '': '2', a: '3', B: '4', é: '5' })
    const { sortKeys, complete } = await w.table.getSortKeys(key)
    assert.ok(sortKeys.every((sortKey) => Buffer.isBuffer(sortKey)))
    assert.deepEqual(sortKeys.map(String), ['', 'B', 'a', 'b', 'é'])
    assert.equal(complete, true)
  })

  it('gives none for a hash key nobody wrote', async () => {
    assert.deepEqual(await w.table.getSortKeys(freshKey()), { sortKeys: [], complete: true })
  })

  it('stops at 100 unless told otherwise, and says so', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(150))
    const some = await w.table.getSortKeys(key)
    assert.deepEqual([some.sortKeys.length, some.complete], [100, false])
    const five = await w.table.getSortKeys(key, { maxKvCount: 5 })
    assert.deepEqual([five.sortKeys.map(String), five.complete], [[0, 1, 2, 3, 4].map(numbered), false])
    const all = await w.table.getSortKeys(key, { maxKvCount: 0 })
    assert.deepEqual([all.sortKeys.length, all.complete], [150, true])
  })

  it('has room for more sort keys than values, which it does not read', async () => {
    const key = freshKey()
    for (let at = 0; at < 4; at++) await w.table.set(key, numbered(at), Buffer.alloc(500_000))
    assert.equal((await w.table.multiGet(key, null)).complete, false)
    const { sortKeys, complete } = await w.table.getSortKeys(key)
    assert.deepEqual([sortKeys.length, complete], [4, true])
  })

  it('counts the bytes of sort keys towards maxKvSize', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(10))
    const { sortKeys, complete } = await w.table.getSortKeys(key, { maxKvSize: 3 * numbered(0).length })
    assert.deepEqual([sortKeys.length, complete], [3, false])
  })
})
