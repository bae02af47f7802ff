import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freshKey, world } from '../support/cluster'
import { asText, numbered, numberedRows, sortKeysOf } from '../support/rows'
import { until } from '../support/wait'

const w = world()

describe('multiSet', () => {
  it('writes all rows of a hash key in one go', async () => {
    const key = freshKey()
    assert.equal(await w.table.multiSet(key, { a: '1', b: '2', c: '3', d: '4' }), undefined)
    assert.equal(await w.table.sortKeyCount(key), 4)
    assert.equal(String(await w.table.get(key, 'c')), '3')
  })

  it('takes an array of pairs, a Map, an object and any other iterable', async () => {
    function* pairs(): Generator<[string, Buffer]> {
      yield ['a', Buffer.from('1')]
      yield ['b', Buffer.from('2')]
    }
    const array: [string, string][] = [
      ['b', '2'],
      ['a', '1'],
    ]
    for (const entries of [array, new Map(array), { a: '1', b: '2' }, pairs()]) {
      const key = freshKey()
      await w.table.multiSet(key, entries)
      assert.deepEqual(asText(await w.table.multiGet(key, null)).rows, [
        ['a', '1'],
        ['b', '2'],
      ])
    }
  })

  it('keeps the last value of a sort key that occurs twice', async () => {
    const key = freshKey()
    await w.table.multiSet(key, [
      ['a', 'first'],
      ['b', 'other'],
      [Buffer.from('a'), 'last'],
    ])
    assert.equal(String(await w.table.get(key, 'a')), 'last')
    assert.equal(await w.table.sortKeyCount(key), 2)
  })

  it('overwrites what was there and leaves other rows alone', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: 'old', b: 'old', c: 'old' })
    await w.table.multiSet(key, { b: 'new', d: 'new' })
    assert.deepEqual(asText(await w.table.multiGet(key, null)).rows, [
      ['a', 'old'],
      ['b', 'new'],
      ['c', 'old'],
      ['d', 'new'],
    ])
  })

  it('gives every row the same time to live, and clears it without one', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' }, { ttlSeconds: 60 })
    for (const sortKey of ['a', 'b']) {
      const left = (await w.table.ttl(key, sortKey)) ?? 0
      assert.ok(left >= 58 && left <= 60, `${left} of 60`)
    }
    await w.table.multiSet(key, { a: '1', b: '2' })
    assert.deepEqual([await w.table.ttl(key, 'a'), await w.table.ttl(key, 'b')], [-1, -1])
  })

  it('lets its rows expire together', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' }, { ttlSeconds: 1 })
    assert.equal(await w.table.sortKeyCount(key), 2)
    await until('both are gone', async () => (await w.table.sortKeyCount(key)) === 0)
    assert.deepEqual(await w.table.multiGet(key, null), { entries: [], complete: true })
  })

  it('takes empty sort keys, empty values and every byte', async () => {
    const key = Buffer.from([0, 0xff, 0x80])
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    await w.table.multiSet(key, [
      ['', 'nameless'],
      [every, ''],
      [Buffer.from([0xff]), every],
    ])
    const { entries } = await w.table.multiGet(key, null)
    assert.deepEqual(
      entries.map(({ sortKey, value }) => [sortKey, value]),
      [
        [Buffer.alloc(0), Buffer.from('nameless')],
        [every, Buffer.alloc(0)],
        [Buffer.from([0xff]), every],
      ],
    )
  })

  it('writes thousands of rows in one call', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(5000))
    assert.equal(await w.table.sortKeyCount(key), 5000)
    assert.equal(String(await w.table.get(key, numbered(4999))), 'value 4999')
  })

  it('writes nothing at all when it is too large for the server', async () => {
    const key = freshKey()
    const rows = Array.from({ length: 12 }, (_, at): [string, Buffer] => [`${at}`, Buffer.alloc(100_000)])
    await assert.rejects(w.table.multiSet(key, rows), { name: 'RangeError', code: 'ERR_INVALID_ARGUMENT' })
    assert.equal(await w.table.sortKeyCount(key), 0)
  })

  it('copies its arguments during the call', async () => {
    const key = freshKey()
    const [sortKey, value] = [Buffer.from('a'), Buffer.from('one')]
    const writing = w.table.multiSet(key, [[sortKey, value]])
    sortKey.fill(0)
    value.fill(0)
    await writing
    assert.equal(String(await w.table.get(key, 'a')), 'one')
  })
})

describe('multiDel', () => {
  it('removes rows and says how many it was asked to, there or not', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2', c: '3', d: '4' })
    assert.equal(await w.table.multiDel(key, ['a', 'missing', 'c']), 3)
    assert.deepEqual(sortKeysOf((await w.table.multiGet(key, null)).entries), ['b', 'd'])
    assert.equal(await w.table.multiDel(key, new Set(['b', 'd'])), 2)
    assert.equal(await w.table.sortKeyCount(key), 0)
  })

  it('is content when nothing was there', async () => {
    assert.equal(await w.table.multiDel(freshKey(), ['a']), 1)
  })

  it('stays within its hash key', async () => {
    const [one, other] = [freshKey(), freshKey()]
    await w.table.multiSet(one, { a: '1' })
    await w.table.multiSet(other, { a: '1' })
    await w.table.multiDel(one, ['a', ''])
    assert.equal(await w.table.exist(one, 'a'), false)
    assert.equal(await w.table.exist(other, 'a'), true)
  })

  it('removes binary and empty sort keys', async () => {
    const key = freshKey()
    const sortKeys = [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0xff, 0xff]), Buffer.from('é')]
    await w.table.multiSet(
      key,
      sortKeys.map((sortKey) => [sortKey, 'v']),
    )
    assert.equal(await w.table.multiDel(key, sortKeys.slice(1)), 3)
    assert.deepEqual(sortKeysOf((await w.table.multiGet(key, null)).entries), [''])
  })

  it('removes thousands of rows in one call', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(3000))
    assert.equal(
      await w.table.multiDel(
        key,
        numberedRows(2999).map(([sortKey]) => sortKey),
      ),
      2999,
    )
    assert.deepEqual(sortKeysOf((await w.table.multiGet(key, null)).entries), [numbered(2999)])
  })
})
