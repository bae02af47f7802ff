import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { FilterType, type ScanEntry, type ScanOptions } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { drain, numbered, numberedRows, place, sortKeysOf } from '../support/rows'
import { until } from '../support/wait'

const w = world({ tables: { temp: 8, one: 1, whole: 8, filtered: 4, empty: 8 } })

async function scan(hashKey: string | Buffer, start = '', stop = '', options?: ScanOptions) {
  return sortKeysOf(await drain(w.table.getScanner(hashKey, start, stop, options)))
}

describe('an ordered scan', () => {
  it('gives hash key, sort key and value of each row as Buffers, sort keys ascending', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { c: '3', a: '1', b: '2', '': '0' })
    const rows = await drain(w.table.getScanner(key))
    assert.ok(rows.every((row) => Object.values(row).every(Buffer.isBuffer)))
    assert.deepEqual(
      rows.map(({ hashKey, sortKey, value }) => [hashKey, sortKey, value].map(String)),
      [
        [key, '', '0'],
        [key, 'a', '1'],
        [key, 'b', '2'],
        [key, 'c', '3'],
      ],
    )
    assert.ok(rows.every((row) => !('expireAt' in row)))
  })

  it('of a hash key without rows ends at once', async () => {
    const scanner = w.table.getScanner(freshKey())
    assert.deepEqual(await scanner.next(), { done: true, value: undefined })
    assert.deepEqual(await scanner.next(), { done: true, value: undefined })
  })

  it('never leaves its hash key, though its neighbours are close', async () => {
    // One partition, so that the rows are neighbours.
    const table = await w.client.openTable('one')
    const hashKeys = ['a', 'a\0', 'a\0\0', 'b', 'ab', '\0', '\xff', '\xff\xff', '\xff\xff\xff'].map((text) =>
      Buffer.from(text, 'latin1'),
    )
    const sortKeys = ['', '\0', 'a', '\xff', '\xff\xff'].map((text) => Buffer.from(text, 'latin1'))
    for (const hashKey of hashKeys) {
      await table.multiSet(
        hashKey,
        sortKeys.map((sortKey) => [sortKey, hashKey]),
      )
    }
    for (const hashKey of hashKeys) {
      for (const batchSize of [1, 3, 1000]) {
        const rows = await drain(table.getScanner(hashKey, '', '', { batchSize }))
        assert.deepEqual(
          rows,
          sortKeys.map((sortKey) => ({ hashKey, sortKey, value: hashKey })),
        )
      }
    }
  })

  it('keeps to its bounds, each inclusive or not', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '', b: '', c: '', d: '' })
    const within = (start: string, stop: string, startInclusive: boolean, stopInclusive: boolean) =>
      scan(key, start, stop, { startInclusive, stopInclusive })
    assert.deepEqual(await scan(key, 'b', 'd'), ['b', 'c'])
    assert.deepEqual(await within('b', 'd', true, true), ['b', 'c', 'd'])
    assert.deepEqual(await within('b', 'd', true, false), ['b', 'c'])
    assert.deepEqual(await within('b', 'd', false, true), ['c', 'd'])
    assert.deepEqual(await within('b', 'd', false, false), ['c'])
    assert.deepEqual(await within('b', 'b', true, true), ['b'])
    assert.deepEqual(await within('b', 'b', true, false), [])
    assert.deepEqual(await within('b', 'b', false, true), [])
    assert.deepEqual(await within('b', 'b', false, false), [])
    assert.deepEqual(await within('d', 'b', true, true), [])
    assert.deepEqual(await within('', 'b', true, true), ['a', 'b'])
    assert.deepEqual(await within('b', '', false, true), ['c', 'd'])
    assert.deepEqual(await within('b', '', false, false), ['c', 'd'])
    assert.deepEqual(await within('aa', 'cc', false, false), ['b', 'c'])
  })

  it('gives the same rows whatever the size of a batch', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(2500))
    const expected = numberedRows(2500).map(([sortKey]) => sortKey)
    for (const batchSize of [1, 10, 100, 500, 1000, 3000]) {
      assert.deepEqual(await scan(key, '', '', { batchSize }), expected)
    }
    assert.deepEqual(await scan(key), expected)
  })

  it('answers 10,000 calls of next at once: each row once, in order, the rest done', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(3000))
    const scanner = w.table.getScanner(key, '', '', { batchSize: 100 })
    const results = await Promise.all(Array.from({ length: 10_000 }, () => scanner.next()))
    const rows = results.slice(0, 3000).map(({ value }) => value as ScanEntry)
    assert.deepEqual(
      sortKeysOf(rows),
      numberedRows(3000).map(([sortKey]) => sortKey),
    )
    assert.ok(results.slice(3000).every(({ done, value }) => done === true && value === undefined))
  })

  it('gives whole batches to who asks for them, then null', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(25))
    const scanner = w.table.getScanner(key, '', '', { batchSize: 10 })
    const first = await scanner.next()
    assert.equal(String(first.value?.sortKey), numbered(0))
    const batches: number[] = []
    const found: string[] = [numbered(0)]
    for (let batch = await scanner.nextBatch(); batch !== null; batch = await scanner.nextBatch()) {
      assert.ok(batch.length > 0)
      batches.push(batch.length)
      found.push(...sortKeysOf(batch))
    }
    assert.deepEqual(batches, [9, 10, 5])
    assert.deepEqual(
      found,
      numberedRows(25).map(([sortKey]) => sortKey),
    )
    assert.equal(await scanner.nextBatch(), null)
    assert.deepEqual(await scanner.next(), { done: true, value: undefined })
  })

  it('leaves values out with noValue', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(30))
    const rows = await drain(w.table.getScanner(key, '', '', { noValue: true, batchSize: 7 }))
    assert.deepEqual(
      sortKeysOf(rows),
      numberedRows(30).map(([sortKey]) => sortKey),
    )
    assert.ok(rows.every(({ hashKey, value }) => String(hashKey) === key && value.length === 0))
  })

  it('tells when rows expire with returnExpireTs', async () => {
    const key = freshKey()
    const before = Math.floor(Date.now() / 1000)
    await w.table.set(key, 'lasting', 'l')
    await w.table.set(key, 'passing', 'p', { ttlSeconds: 100 })
    const after = Math.ceil(Date.now() / 1000)
    const [lasting, passing] = await drain(w.table.getScanner(key, '', '', { returnExpireTs: true }))
    assert.equal(lasting?.expireAt, null)
    assert.ok(passing?.expireAt instanceof Date)
    const seconds = passing.expireAt.getTime() / 1000
    assert.ok(seconds >= before + 100 && seconds <= after + 100, `${seconds - before}`)
    assert.equal(String(passing.value), 'p')
  })

  it('passes over rows that expired', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(500), { ttlSeconds: 1 })
    await w.table.multiSet(key, numberedRows(10, 495))
    await until('they are gone', async () => (await w.table.ttl(key, numbered(0))) === null)
    for (const batchSize of [1, 10, 1000]) {
      assert.deepEqual(
        await scan(key, '', '', { batchSize }),
        numberedRows(10, 495).map(([sortKey]) => sortKey),
      )
    }
  })

  it('filters sort keys, also when whole batches have nothing to give', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(2000))
    const filtered = (type: FilterType, pattern: string, batchSize: number) =>
      scan(key, '', '', { sortKeyFilterType: type, sortKeyFilterPattern: pattern, batchSize })
    for (const batchSize of [1, 10, 300, 1000]) {
      assert.deepEqual(await filtered(FilterType.MatchPostfix, '1999', batchSize), [numbered(1999)])
      assert.deepEqual(
        await filtered(FilterType.MatchAnywhere, '-00077', batchSize),
        numberedRows(10, 770).map(([k]) => k),
      )
      assert.deepEqual(
        await filtered(FilterType.MatchPrefix, 'row-00123', batchSize),
        numberedRows(10, 1230).map(([k]) => k),
      )
      assert.deepEqual(await filtered(FilterType.MatchPrefix, 'other', batchSize), [])
      assert.equal((await filtered(FilterType.MatchPostfix, '00', batchSize)).length, 20)
    }
  })

  it('filters within its bounds', async () => {
    const key = freshKey()
    await w.table.multiSet(
      key,
      ['a1', 'a2', 'b1', 'b2', 'c1'].map((sortKey) => [sortKey, '']),
    )
    const prefix = { sortKeyFilterType: FilterType.MatchPrefix, sortKeyFilterPattern: 'b' }
    assert.deepEqual(await scan(key, 'a2', 'b2', prefix), ['b1'])
    assert.deepEqual(await scan(key, 'b1', 'c1', { ...prefix, startInclusive: false, stopInclusive: true }), [
      'b2',
    ])
    assert.deepEqual(await scan(key, '', '', prefix), ['b1', 'b2'])
    assert.deepEqual(await scan(key, 'c', '', prefix), [])
  })

  it('does not change the options it is given, which may serve many scans', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '', b: '', c: '' })
    const options = Object.freeze({ stopInclusive: true, startInclusive: false, batchSize: 1 })
    assert.deepEqual(await scan(key, 'a', '', options), ['b', 'c'])
    assert.deepEqual(await scan(key, 'a', 'b', options), ['b'])
  })
})

describe('the end of a scan', () => {
  async function scannerOver(rows: number) {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(rows))
    return w.table.getScanner(key, '', '', { batchSize: 10 })
  }
  const closed = { name: 'PegasusError', code: 'ERR_SCANNER_CLOSED' }
  const done = { done: true, value: undefined }

  it('break leaves it ended', async () => {
    const scanner = await scannerOver(100)
    let rows = 0
    for await (const _ of scanner) if (++rows === 15) break
    assert.deepEqual(await scanner.next(), done)
    assert.equal(await scanner.nextBatch(), null)
  })

  it('an exception in the loop leaves it ended, and comes through', async () => {
    const scanner = await scannerOver(100)
    const mine = new Error('mine')
    await assert.rejects(
      async () => {
        for await (const _ of scanner) throw mine
      },
      (error) => error === mine,
    )
    assert.deepEqual(await scanner.next(), done)
  })

  it('after close, next and nextBatch are refused', async () => {
    const scanner = await scannerOver(100)
    await scanner.next()
    assert.equal(await scanner.close(), undefined)
    await scanner.close()
    await assert.rejects(scanner.next(), closed)
    await assert.rejects(scanner.nextBatch(), closed)
  })

  it('close before the first row is fine', async () => {
    const scanner = await scannerOver(1)
    await scanner.close()
    await assert.rejects(scanner.next(), closed)
  })

  it('close answers a fetch that runs, and those that wait behind it', async () => {
    const scanner = await scannerOver(100)
    const waiting = [scanner.next(), scanner.next(), scanner.nextBatch()]
    await scanner.close()
    for (const { status, ...rest } of await Promise.allSettled(waiting)) {
      assert.equal(status, 'rejected')
      assert.equal((rest as PromiseRejectedResult).reason.code, 'ERR_SCANNER_CLOSED')
    }
  })

  it('close after the last row changes nothing: it stays ended', async () => {
    const scanner = await scannerOver(5)
    await drain(scanner)
    await scanner.close()
    assert.deepEqual(await scanner.next(), done)
  })

  it('it disposes of itself', async () => {
    const scanner = await scannerOver(100)
    await scanner.next()
    await scanner[Symbol.asyncDispose]()
    await assert.rejects(scanner.next(), closed)
  })

  it('is its own iterator: a second loop goes on where the first one read its last row', async () => {
    const scanner = await scannerOver(30)
    assert.equal(scanner[Symbol.asyncIterator](), scanner)
    await scanner.next()
    const rest = await drain(scanner)
    assert.deepEqual(
      sortKeysOf(rest),
      numberedRows(29, 1).map(([sortKey]) => sortKey),
    )
    assert.deepEqual(await drain(scanner), [])
  })

  it('an aborted signal ends it with its reason, for good', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(100))
    const controller = new AbortController()
    const scanner = w.table.getScanner(key, '', '', { batchSize: 10, signal: controller.signal })
    await scanner.nextBatch()
    const reason = new Error('enough')
    const running = scanner.next()
    controller.abort(reason)
    await assert.rejects(running, (error) => error === reason)
    await assert.rejects(scanner.next(), (error) => error === reason)
  })

  it('hundreds of scans left half way do no harm to those that follow', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(100))
    const half = async () => {
      for await (const _ of w.table.getScanner(key, '', '', { batchSize: 10 })) break
    }
    await Promise.all(Array.from({ length: 300 }, half))
    assert.equal((await scan(key, '', '', { batchSize: 10 })).length, 100)
  })
})

describe('unordered scanners', () => {
  const hashKeys = Array.from({ length: 300 }, (_, number) => `user-${number}`)
  const everything = new Map<string, string>()

  before(async () => {
    const table = await w.client.openTable('whole')
    for (const hashKey of hashKeys) {
      const rows = numberedRows(7).map(([sortKey, value]): [string, string] => [
        sortKey,
        `${hashKey} ${value}`,
      ])
      await table.multiSet(hashKey, rows)
      for (const [sortKey, value] of rows) {
        everything.set(place({ hashKey: Buffer.from(hashKey), sortKey: Buffer.from(sortKey) }), value)
      }
    }
  })

  async function readAll(maxSplitCount: number, options: ScanOptions) {
    const table = await w.client.openTable('whole')
    const scanners = table.getUnorderedScanners(maxSplitCount, options)
    return { scanners, rows: (await Promise.all(scanners.map(drain))).flat() }
  }

  for (const maxSplitCount of [1, 2, 3, 7, 8, 9, 1000]) {
    it(`at most ${maxSplitCount}: together they give every row exactly once`, async () => {
      const { scanners, rows } = await readAll(maxSplitCount, { batchSize: 50 })
      assert.equal(scanners.length, Math.min(maxSplitCount, 8))
      assert.equal(rows.length, everything.size)
      assert.deepEqual(new Set(rows.map(place)), new Set(everything.keys()))
      for (const row of rows) assert.equal(String(row.value), everything.get(place(row)))
    })
  }

  it('keep the rows of a hash key together and in order', async () => {
    const { rows } = await readAll(1, { batchSize: 13 })
    const seen = new Set<string>()
    let last: ScanEntry | undefined
    for (const row of rows) {
      if (last !== undefined && row.hashKey.equals(last.hashKey)) {
        assert.ok(last.sortKey.compare(row.sortKey) < 0)
      } else {
        assert.ok(!seen.has(String(row.hashKey)), `${row.hashKey} came before`)
        seen.add(String(row.hashKey))
      }
      last = row
    }
    assert.equal(seen.size, hashKeys.length)
  })

  it('find the same rows whatever the size of a batch', async () => {
    for (const batchSize of [1, 10, 1000, 3000]) {
      const { rows } = await readAll(8, { batchSize })
      assert.deepEqual(new Set(rows.map(place)), new Set(everything.keys()))
      assert.equal(rows.length, everything.size)
    }
  })

  it('can leave values out and tell of expiry', async () => {
    const { rows } = await readAll(2, { noValue: true, returnExpireTs: true })
    assert.equal(rows.length, everything.size)
    assert.ok(rows.every(({ value, expireAt }) => value.length === 0 && expireAt === null))
  })

  it('of an empty table end at once', async () => {
    const table = await w.client.openTable('empty')
    for (const scanner of table.getUnorderedScanners(4)) {
      assert.deepEqual(await scanner.next(), { done: true, value: undefined })
    }
  })

  it('close one by one, without disturbing each other', async () => {
    const table = await w.client.openTable('whole')
    const [first, ...others] = table.getUnorderedScanners(8, { batchSize: 5 })
    await first?.next()
    await first?.close()
    const rows = (await Promise.all(others.map(drain))).flat()
    assert.ok(rows.length > 0 && rows.length < everything.size)
  })
})

describe('filters of unordered scanners', () => {
  before(async () => {
    const table = await w.client.openTable('filtered')
    const minutes = Array.from({ length: 4 * 96 }, (_, quarter) =>
      new Date(Date.UTC(2021, 0, 24) + quarter * 900_000).toISOString(),
    )
    await Promise.all(minutes.map((minute) => table.multiSet(minute, { clicks: '1', views: '2' })))
  })

  async function count(options: ScanOptions) {
    const table = await w.client.openTable('filtered')
    return (await Promise.all(table.getUnorderedScanners(3, options).map(drain))).flat()
  }

  for (const batchSize of [1, 10, 1000]) {
    it(`find hash keys by part, start and end, ${batchSize} rows a batch`, async () => {
      const by = (hashKeyFilterType: FilterType, hashKeyFilterPattern: string) =>
        count({ hashKeyFilterType, hashKeyFilterPattern, batchSize })
      assert.equal((await by(FilterType.MatchAnywhere, '-25T')).length, 2 * 96)
      assert.equal((await by(FilterType.MatchPrefix, '2021-01-26')).length, 2 * 96)
      assert.equal((await by(FilterType.MatchPostfix, 'T00:15:00.000Z')).length, 2 * 4)
      assert.equal((await by(FilterType.MatchPrefix, '2022')).length, 0)
      const [first, second, ...rest] = await by(FilterType.MatchPrefix, '2021-01-27T23:45')
      assert.deepEqual(sortKeysOf([first, second] as ScanEntry[]), ['clicks', 'views'])
      assert.deepEqual(rest, [])
    })
  }

  it('find sort keys, alone and together with hash keys', async () => {
    const views = { sortKeyFilterType: FilterType.MatchPrefix, sortKeyFilterPattern: 'v' }
    const all = await count({ ...views, batchSize: 10 })
    assert.equal(all.length, 4 * 96)
    assert.ok(all.every(({ sortKey, value }) => String(sortKey) === 'views' && String(value) === '2'))
    const day = { hashKeyFilterType: FilterType.MatchPrefix, hashKeyFilterPattern: '2021-01-24' }
    assert.equal((await count({ ...views, ...day })).length, 96)
  })
})
