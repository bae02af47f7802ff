import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freshKey, world } from '../support/cluster'
import { until } from '../support/wait'

const w = world({ tables: { temp: 8, three: 3, five: 5, seven: 7, one: 1 } })

describe('one row', () => {
  it('that nobody wrote is null, does not exist and has no time to live', async () => {
    const key = freshKey()
    assert.equal(await w.table.get(key, 's'), null)
    assert.equal(await w.table.exist(key, 's'), false)
    assert.equal(await w.table.ttl(key, 's'), null)
  })

  it('comes back as a Buffer of what was written', async () => {
    const key = freshKey()
    assert.equal(await w.table.set(key, 's', 'value'), undefined)
    const value = await w.table.get(key, 's')
    assert.ok(Buffer.isBuffer(value))
    assert.deepEqual(value, Buffer.from('value'))
    assert.equal(await w.table.exist(key, 's'), true)
  })

  it('holds what was written last', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'first')
    await w.table.set(key, 's', 'second, and longer')
    await w.table.set(key, 's', 'third')
    assert.equal(String(await w.table.get(key, 's')), 'third')
    assert.equal(await w.table.sortKeyCount(key), 1)
  })

  it('is gone after remove, which may be done again', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'value')
    assert.equal(await w.table.remove(key, 's'), undefined)
    assert.equal(await w.table.get(key, 's'), null)
    assert.equal(await w.table.exist(key, 's'), false)
    assert.equal(await w.table.remove(key, 's'), undefined)
  })

  it('can hold an empty value, which is not the same as no row', async () => {
    const key = freshKey()
    await w.table.set(key, 's', '')
    assert.deepEqual(await w.table.get(key, 's'), Buffer.alloc(0))
    assert.equal(await w.table.exist(key, 's'), true)
    assert.equal(await w.table.ttl(key, 's'), -1)
  })

  it('can have an empty sort key', async () => {
    const key = freshKey()
    await w.table.set(key, '', 'nameless')
    await w.table.set(key, 'a', 'named')
    assert.equal(String(await w.table.get(key, '')), 'nameless')
    await w.table.remove(key, '')
    assert.equal(await w.table.get(key, ''), null)
    assert.equal(String(await w.table.get(key, 'a')), 'named')
  })

  it('is told apart from its neighbours byte by byte', async () => {
    const key = freshKey()
    const sortKeys = ['', '\0', 'a', 'a\0', 'a\0\0', 'b', 'A']
    await Promise.all(sortKeys.map((sortKey) => w.table.set(key, sortKey, `of ${JSON.stringify(sortKey)}`)))
    for (const sortKey of sortKeys) {
      assert.equal(String(await w.table.get(key, sortKey)), `of ${JSON.stringify(sortKey)}`)
    }
    // The same bytes, divided elsewhere, are another row.
    await w.table.set('ab', 'c', 'ab + c')
    await w.table.set('a', 'bc', 'a + bc')
    assert.equal(String(await w.table.get('ab', 'c')), 'ab + c')
    assert.equal(String(await w.table.get('a', 'bc')), 'a + bc')
  })

  it('takes strings as UTF-8 and every kind of bytes as it is', async () => {
    const key = freshKey('schlüssel-鍵-🔑')
    await w.table.set(Buffer.from(key), new Uint8Array([0xc3, 0xa9]), 'naïve')
    assert.deepEqual(await w.table.get(key, 'é'), Buffer.from('naïve', 'utf8'))
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
    await w.table.set(key, view, view)
    assert.deepEqual(await w.table.get(key, Buffer.from([2, 3])), Buffer.from([2, 3]))
  })

  it('takes every byte in keys and value', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const invalidUtf8 = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80])
    for (const hashKey of [every, invalidUtf8, Buffer.from([0]), Buffer.from([0xff, 0xff])]) {
      await w.table.set(hashKey, every, invalidUtf8)
      await w.table.set(hashKey, invalidUtf8, every)
      assert.deepEqual(await w.table.get(hashKey, every), invalidUtf8)
      assert.deepEqual(await w.table.get(hashKey, invalidUtf8), every)
    }
  })

  it('is copied during the call, so that the caller may change its Buffers at once', async () => {
    const key = Buffer.from(freshKey())
    const sortKey = Buffer.from('sort')
    const value = Buffer.from('value')
    const [asked, askedSort] = [Buffer.from(key), Buffer.from(sortKey)]
    const writing = w.table.set(key, sortKey, value)
    key.fill(0)
    sortKey.fill(0)
    value.fill(0)
    await writing
    assert.equal(String(await w.table.get(asked, askedSort)), 'value')
  })
})

describe('large and small', () => {
  it('values of many sizes come back byte for byte', async () => {
    const key = freshKey()
    const sizes = [0, 1, 7, 8, 63, 64, 1023, 4096, 65_535, 65_536, 100_000, 102_400, 1_000_000]
    const values = sizes.map((size) =>
      Buffer.from(Array.from({ length: size }, (_, at) => (at * 31 + size) % 256)),
    )
    await Promise.all(values.map((value, index) => w.table.set(key, String(index), value)))
    const read = await Promise.all(values.map((_, index) => w.table.get(key, String(index))))
    values.forEach((value, index) => {
      assert.ok(read[index]?.equals(value), `a value of ${value.length} bytes`)
    })
  })

  it('a hash key may have 65,534 bytes', async () => {
    const key = Buffer.alloc(65_534, 'k')
    await w.table.set(key, 's', 'of the longest')
    assert.equal(String(await w.table.get(key, 's')), 'of the longest')
    assert.equal(await w.table.sortKeyCount(key), 1)
    assert.equal(await w.table.get(key.subarray(1), 's'), null)
    await w.table.remove(key, 's')
    assert.equal(await w.table.exist(key, 's'), false)
  })

  it('a sort key may be longer than any hash key', async () => {
    const key = freshKey()
    const sortKey = Buffer.alloc(100_000, 's')
    await w.table.set(key, sortKey, 'v')
    assert.equal(String(await w.table.get(key, sortKey)), 'v')
    assert.deepEqual((await w.table.getSortKeys(key)).sortKeys, [sortKey])
  })

  it('a write beyond what a server takes is refused, and the client goes on', async () => {
    const key = freshKey()
    await assert.rejects(w.table.set(key, 's', Buffer.alloc(1_100_000)), {
      name: 'RangeError',
      code: 'ERR_INVALID_ARGUMENT',
      message: /1100\d{3} bytes.*1048576/,
    })
    assert.equal(await w.table.get(key, 's'), null)
  })

  it('a thousand rows at once each get their own answer', async () => {
    const key = freshKey()
    const numbers = Array.from({ length: 1000 }, (_, number) => number)
    await Promise.all(numbers.map((number) => w.table.set(`${key}-${number}`, 's', `value ${number}`)))
    const values = await Promise.all(numbers.map((number) => w.table.get(`${key}-${number}`, 's')))
    assert.deepEqual(
      values.map(String),
      numbers.map((number) => `value ${number}`),
    )
  })
})

describe('an empty hash key', () => {
  it('lets the sort key decide about the partition', async () => {
    const sortKeys = Array.from({ length: 40 }, (_, number) => freshKey(`spread-${number}`))
    await Promise.all(sortKeys.map((sortKey) => w.table.set('', sortKey, `of ${sortKey}`)))
    for (const sortKey of sortKeys) {
      assert.equal(String(await w.table.get('', sortKey)), `of ${sortKey}`)
      assert.equal(await w.table.exist('', sortKey), true)
      assert.equal(await w.table.ttl('', sortKey), -1)
    }
    // Rows of one hash key are in one partition; rows without a hash key are spread, so several scanners find them.
    const partitions = w.table.getUnorderedScanners(8)
    const found = await Promise.all(
      partitions.map(async (scanner) => {
        let rows = 0
        for await (const { hashKey } of scanner) rows += hashKey.length === 0 ? 1 : 0
        return rows
      }),
    )
    assert.equal(
      found.reduce((sum, rows) => sum + rows),
      sortKeys.length,
    )
    assert.ok(found.filter((rows) => rows > 0).length > 1, `rows in each partition: ${found}`)
    await Promise.all(sortKeys.map((sortKey) => w.table.remove('', sortKey)))
    assert.equal(await w.table.exist('', sortKeys[0] as string), false)
  })
})

describe('the time to live', () => {
  it('is -1 without one, also with a ttlSeconds of 0', async () => {
    const key = freshKey()
    await w.table.set(key, 'absent', 'v')
    await w.table.set(key, 'zero', 'v', { ttlSeconds: 0 })
    assert.equal(await w.table.ttl(key, 'absent'), -1)
    assert.equal(await w.table.ttl(key, 'zero'), -1)
  })

  it('is what was given, in seconds', async () => {
    const key = freshKey()
    for (const ttlSeconds of [60, 86_400, 10 * 365 * 86_400]) {
      await w.table.set(key, 's', 'v', { ttlSeconds })
      const left = (await w.table.ttl(key, 's')) ?? 0
      assert.ok(left <= ttlSeconds && left >= ttlSeconds - 2, `${left} of ${ttlSeconds}`)
    }
  })

  it('is cleared by a plain set', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'passing', { ttlSeconds: 60 })
    await w.table.set(key, 's', 'lasting')
    assert.equal(await w.table.ttl(key, 's'), -1)
  })

  it('counts down, and then the row is gone for every way of reading', async () => {
    const key = freshKey()
    await w.table.set(key, 'passing', 'v', { ttlSeconds: 2 })
    await w.table.set(key, 'lasting', 'v')
    assert.equal(await w.table.exist(key, 'passing'), true)
    await until('the time to live is down to 1', async () => (await w.table.ttl(key, 'passing')) === 1)
    await until('the row is gone', async () => (await w.table.get(key, 'passing')) === null)
    assert.equal(await w.table.exist(key, 'passing'), false)
    assert.equal(await w.table.ttl(key, 'passing'), null)
    assert.equal(await w.table.sortKeyCount(key), 1)
    const { entries } = await w.table.multiGet(key, null)
    assert.deepEqual(
      entries.map(({ sortKey }) => String(sortKey)),
      ['lasting'],
    )
    assert.deepEqual((await w.table.multiGet(key, ['passing'])).entries, [])
    const scanned = []
    for await (const { sortKey } of w.table.getScanner(key)) scanned.push(String(sortKey))
    assert.deepEqual(scanned, ['lasting'])
  })
})

describe('tables whose number of partitions is no power of two', () => {
  for (const [name, partitions] of [
    ['one', 1],
    ['three', 3],
    ['five', 5],
    ['seven', 7],
  ] as const) {
    it(`${partitions} partitions: every row is found where it was put`, async () => {
      const table = await w.client.openTable(name)
      assert.equal(table.partitionCount, partitions)
      const keys = Array.from({ length: 64 }, (_, number) => `user-${number}`)
      await Promise.all(keys.map((key) => table.multiSet(key, { a: `a of ${key}`, b: `b of ${key}` })))
      for (const key of keys) {
        assert.equal(String(await table.get(key, 'a')), `a of ${key}`)
        assert.equal(await table.sortKeyCount(key), 2)
      }
      const scanners = table.getUnorderedScanners(100)
      assert.equal(scanners.length, partitions)
      const rows = await Promise.all(
        scanners.map(async (scanner) => {
          let count = 0
          for await (const _ of scanner) count++
          return count
        }),
      )
      assert.equal(
        rows.reduce((sum, count) => sum + count),
        2 * keys.length,
      )
      assert.ok(
        rows.every((count) => count > 0),
        `rows in each partition: ${rows}`,
      )
    })
  }
})
