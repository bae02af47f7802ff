import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { FilterType, type MultiGetOptions } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { asText, numbered, numberedRows, sortKeysOf } from '../support/rows'
import { until } from '../support/wait'

const w = world()

describe('multiGet', () => {
  it('gives the rows that exist of those asked for, in the order of their sort keys', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { d: 'of d', b: 'of b', a: 'of a', c: 'of c' })
    const { entries, complete } = await w.table.multiGet(key, ['d', 'missing', 'a', 'c', 'b'])
    assert.equal(complete, true)
    assert.deepEqual(sortKeysOf(entries), ['a', 'b', 'c', 'd'])
    for (const { sortKey, value } of entries) {
      assert.ok(Buffer.isBuffer(sortKey) && Buffer.isBuffer(value))
      assert.equal(String(value), `of ${sortKey}`)
    }
  })

  it('gives a row once, however often its sort key is asked for', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' })
    const twice = await w.table.multiGet(key, ['b', 'a', 'b', Buffer.from('a')])
    assert.deepEqual(asText(twice), {
      complete: true,
      rows: [
        ['a', '1'],
        ['b', '2'],
      ],
    })
  })

  it('takes any iterable of sort keys', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2', c: '3' })
    function* some() {
      yield 'a'
      yield 'c'
    }
    for (const sortKeys of [
      ['a', 'c'],
      new Set(['c', 'a']),
      some(),
      new Map([
        ['a', 0],
        ['c', 0],
      ]).keys(),
    ]) {
      assert.deepEqual(sortKeysOf((await w.table.multiGet(key, sortKeys)).entries), ['a', 'c'])
    }
  })

  it('gives all rows for null, ordered by their bytes', async () => {
    const key = freshKey()
    const sortKeys = ['ff', '', '00', '80', '7f', '0000', '61', '6100', 'c3a9'].map((hex) =>
      Buffer.from(hex, 'hex'),
    )
    await w.table.multiSet(
      key,
      sortKeys.map((sortKey) => [sortKey, sortKey.toString('hex')]),
    )
    const { entries, complete } = await w.table.multiGet(key, null)
    assert.equal(complete, true)
    assert.deepEqual(
      entries.map(({ sortKey }) => sortKey),
      [...sortKeys].sort(Buffer.compare),
    )
    for (const { sortKey, value } of entries) assert.equal(String(value), sortKey.toString('hex'))
  })

  it('gives nothing for a hash key without rows, and that is complete', async () => {
    const key = freshKey()
    assert.deepEqual(await w.table.multiGet(key, null), { entries: [], complete: true })
    assert.deepEqual(await w.table.multiGet(key, ['a', 'b']), { entries: [], complete: true })
  })

  it('tells an empty value from a row that is not there', async () => {
    const key = freshKey()
    await w.table.set(key, 'empty', '')
    assert.deepEqual(asText(await w.table.multiGet(key, ['absent', 'empty'])).rows, [['empty', '']])
  })

  it('leaves values out with noValue', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: 'one', b: 'two' })
    for (const sortKeys of [null, ['a', 'b']]) {
      const rows = await w.table.multiGet(key, sortKeys, { noValue: true })
      assert.deepEqual(asText(rows), {
        complete: true,
        rows: [
          ['a', ''],
          ['b', ''],
        ],
      })
    }
  })

  it('reads at most 100 rows unless told otherwise, and says so', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(200))
    const some = await w.table.multiGet(key, null)
    assert.deepEqual([some.entries.length, some.complete], [100, false])
    assert.deepEqual(sortKeysOf(some.entries).at(-1), numbered(99))
    for (const noLimit of [0, -1]) {
      const all = await w.table.multiGet(key, null, { maxKvCount: noLimit, maxKvSize: noLimit })
      assert.deepEqual([all.entries.length, all.complete], [200, true])
    }
    const exactly = await w.table.multiGet(key, null, { maxKvCount: 201 })
    assert.deepEqual([exactly.entries.length, exactly.complete], [200, true])
    const one = await w.table.multiGet(key, null, { maxKvCount: 1, maxKvSize: 0 })
    assert.deepEqual([sortKeysOf(one.entries), one.complete], [[numbered(0)], false])
  })

  it('reads about 1,000,000 bytes unless told otherwise, and at least one row', async () => {
    const key = freshKey()
    const value = Buffer.alloc(400_000, 'v')
    for (const sortKey of ['a', 'b', 'c', 'd']) await w.table.set(key, sortKey, value)
    const some = await w.table.multiGet(key, null)
    assert.deepEqual([sortKeysOf(some.entries), some.complete], [['a', 'b', 'c'], false])
    const first = await w.table.multiGet(key, null, { maxKvSize: 1 })
    assert.deepEqual([sortKeysOf(first.entries), first.complete], [['a'], false])
    const all = await w.table.multiGet(key, null, { maxKvSize: -1 })
    assert.deepEqual([all.entries.length, all.complete], [4, true])
    assert.ok(all.entries.every((entry) => entry.value.equals(value)))
  })

  it('stops after the first row when that fills the size asked for', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '0123456789', b: '0123456789' })
    for (const sortKeys of [null, ['a', 'b']]) {
      const { entries, complete } = await w.table.multiGet(key, sortKeys, { maxKvSize: 11 })
      assert.deepEqual([sortKeysOf(entries), complete], [['a'], false])
    }
  })

  it('goes on after the last row where the server cut it: 7,000 rows in three replies', async () => {
    const key = freshKey()
    for (let first = 0; first < 7000; first += 1000) await w.table.multiSet(key, numberedRows(1000, first))
    const first = await w.table.multiGet(key, null, { maxKvCount: 0, maxKvSize: 0 })
    assert.deepEqual([first.entries.length, first.complete], [3000, false])

    const found: string[] = []
    let replies = 0
    for (let start = '', complete = false; !complete; replies++) {
      assert.ok(replies < 3, 'the third reply is the last')
      const options = { startInclusive: replies === 0, maxKvCount: -1, maxKvSize: -1 }
      const page = await w.table.multiGetOpt(key, start, '', options)
      found.push(...sortKeysOf(page.entries))
      start = found.at(-1) as string
      complete = page.complete
    }
    assert.equal(replies, 3)
    assert.deepEqual(
      found,
      numberedRows(7000).map(([sortKey]) => sortKey),
    )
  })
})

/** Ranges as mathematicians write them: `[` and `]` are inclusive, `(` and `)` are exclusive. */
function interval(text: string): {
  start: string
  stop: string
  startInclusive: boolean
  stopInclusive: boolean
} {
  const [, open, start, stop, close] = /^([[(])(.*),(.*)([\])])$/.exec(text) as unknown as [
    string,
    string,
    string,
    string,
    string,
  ]
  return { start, stop, startInclusive: open === '[', stopInclusive: close === ']' }
}

describe('multiGetOpt over 13 rows, forwards and in reverse', () => {
  const all = [
    '',
    '1',
    '1-abcdefg',
    '2',
    '2-abcdefg',
    '3',
    '3-efghijk',
    '4',
    '4-hijklmn',
    '5',
    '5-hijklmn',
    '6',
    '7',
  ]
  const key = freshKey('golden')
  before(() =>
    w.table.multiSet(
      key,
      all.map((sortKey) => [sortKey, `of ${sortKey}`]),
    ),
  )

  async function expect(range: string, options: MultiGetOptions, sortKeys: string[], complete: boolean) {
    const { start, stop, ...inclusive } = interval(range)
    const page = await w.table.multiGetOpt(key, start, stop, { ...inclusive, ...options })
    assert.deepEqual(asText(page), { complete, rows: sortKeys.map((sortKey) => [sortKey, `of ${sortKey}`]) })
  }

  function bothWays(range: string, sortKeys: string[], options: MultiGetOptions = {}, words = '') {
    it(`${range}${words} → ${sortKeys.length} rows`, async () => {
      await expect(range, { ...options, reverse: false }, sortKeys, true)
      await expect(range, { ...options, reverse: true }, sortKeys, true)
    })
  }

  for (const [range, sortKeys] of [
    ['[,)', all],
    ['[,]', all],
    ['(,)', all.slice(1)],
    ['(,]', all.slice(1)],
    ['[,1]', ['', '1']],
    ['[,1)', ['']],
    ['(,1]', ['1']],
    ['(,1)', []],
    ['[1,1]', ['1']],
    ['[1,1)', []],
    ['(1,1]', []],
    ['(1,1)', []],
    ['[2,1]', []],
    ['[2,1)', []],
    ['[1,2]', ['1', '1-abcdefg', '2']],
    ['(1,2)', ['1-abcdefg']],
    ['[5,)', ['5', '5-hijklmn', '6', '7']],
    ['(7,)', []],
    ['[a,z]', []],
  ] as [string, string[]][]) {
    bothWays(range, sortKeys)
  }

  const filters: [keyof typeof FilterType, string, string, string[]][] = [
    ['MatchAnywhere', '[,)', '-', all.filter((sortKey) => sortKey.includes('-'))],
    ['MatchAnywhere', '[,)', '1', ['1', '1-abcdefg']],
    ['MatchAnywhere', '[,)', '1-', ['1-abcdefg']],
    ['MatchAnywhere', '[,)', 'abc', ['1-abcdefg', '2-abcdefg']],
    ['MatchAnywhere', '[,)', 'x', []],
    ['MatchPrefix', '[,)', '1', ['1', '1-abcdefg']],
    ['MatchPrefix', '[0,1)', '1', []],
    ['MatchPrefix', '[0,1]', '1', ['1']],
    ['MatchPrefix', '[1,2]', '1', ['1', '1-abcdefg']],
    ['MatchPrefix', '(1,2]', '1', ['1-abcdefg']],
    ['MatchPrefix', '(1-abcdefg,2]', '1', []],
    ['MatchPrefix', '[,)', '1-', ['1-abcdefg']],
    ['MatchPrefix', '[,)', '1-x', []],
    ['MatchPrefix', '[,)', 'abc', []],
    ['MatchPrefix', '[,)', 'efg', []],
    ['MatchPrefix', '[,)', 'ijk', []],
    ['MatchPrefix', '[,)', 'lmn', []],
    ['MatchPrefix', '[,)', '5-hijklmn', ['5-hijklmn']],
    ['MatchPostfix', '[,)', '1', ['1']],
    ['MatchPostfix', '[,)', '1-', []],
    ['MatchPostfix', '[,)', '1-x', []],
    ['MatchPostfix', '[,)', 'abc', []],
    ['MatchPostfix', '[,)', 'efg', ['1-abcdefg', '2-abcdefg']],
    ['MatchPostfix', '[,)', 'ijk', ['3-efghijk']],
    ['MatchPostfix', '[,)', 'lmn', ['4-hijklmn', '5-hijklmn']],
    ['MatchPostfix', '[,)', '5-hijklmn', ['5-hijklmn']],
  ]
  for (const [type, range, pattern, sortKeys] of filters) {
    const options = { sortKeyFilterType: FilterType[type], sortKeyFilterPattern: pattern }
    bothWays(range, sortKeys, options, ` ${type} "${pattern}"`)
  }
  for (const type of ['NoFilter', 'MatchAnywhere', 'MatchPrefix', 'MatchPostfix'] as const) {
    bothWays('[,)', all, { sortKeyFilterType: FilterType[type], sortKeyFilterPattern: '' }, ` ${type} ""`)
  }

  it('a limit takes from the start', async () => {
    await expect('[,)', { maxKvCount: 4 }, ['', '1', '1-abcdefg', '2'], false)
    await expect('[5,6)', { maxKvCount: 1 }, ['5'], false)
  })

  it('in reverse a limit takes from the end, and the rows still ascend', async () => {
    await expect('[,)', { maxKvCount: 4, reverse: true }, ['5', '5-hijklmn', '6', '7'], false)
    await expect('[5,6]', { maxKvCount: 1, reverse: true }, ['6'], false)
  })

  it('the defaults are: start inclusive, stop exclusive, forwards', async () => {
    const { entries } = await w.table.multiGetOpt(key, '1', '2')
    assert.deepEqual(sortKeysOf(entries), ['1', '1-abcdefg'])
  })

  it('patterns and bounds may be bytes', async () => {
    const options = { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: Buffer.from('ijk') }
    const { entries } = await w.table.multiGetOpt(key, Buffer.from('3'), new Uint8Array([0x34]), options)
    assert.deepEqual(sortKeysOf(entries), ['3-efghijk'])
  })

  it('noValue leaves only the sort keys', async () => {
    const { entries } = await w.table.multiGetOpt(key, '6', '', { noValue: true })
    assert.deepEqual(
      entries.map(({ sortKey, value }) => [String(sortKey), value.length]),
      [
        ['6', 0],
        ['7', 0],
      ],
    )
  })

  it('a hash key without rows has none in any range', async () => {
    for (const reverse of [false, true]) {
      const page = await w.table.multiGetOpt(freshKey(), '', '', { reverse })
      assert.deepEqual(page, { entries: [], complete: true })
    }
  })
})

describe('pages of a range', () => {
  const pageSize = 10
  const rows = numberedRows(50).map(([sortKey]) => sortKey)

  it('forwards: 50 rows in pages of 10', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(50))
    const found: string[] = []
    for (let turn = 0, complete = false; !complete; turn++) {
      assert.ok(turn <= 5, 'at most an empty page after the last row')
      const options = { startInclusive: turn === 0, maxKvCount: pageSize }
      const page = await w.table.multiGetOpt(key, found.at(-1) ?? '', '', options)
      found.push(...sortKeysOf(page.entries))
      complete = page.complete
    }
    assert.deepEqual(found, rows)
  })

  it('in reverse: 50 rows in pages of 10', async () => {
    const key = freshKey()
    await w.table.multiSet(key, numberedRows(50))
    let found: string[] = []
    for (let turn = 0, complete = false; !complete; turn++) {
      assert.ok(turn <= 5, 'at most an empty page after the last row')
      const page = await w.table.multiGetOpt(key, '', found[0] ?? '', { reverse: true, maxKvCount: pageSize })
      assert.ok(page.entries.length === pageSize || turn === 5)
      found = [...sortKeysOf(page.entries), ...found]
      complete = page.complete
    }
    assert.deepEqual(found, rows)
  })
})

describe('limits of the server, which count the rows it looked at', () => {
  const cases: [expired: number, total: number, maxKvCount: number, rows: number, complete: boolean][] = [
    [50, 50, 100, 0, true],
    [20, 50, 100, 30, true],
    [0, 50, 100, 50, true],
    [3000, 4000, 3500, 0, false],
    [500, 4000, 3500, 2500, false],
    [0, 4000, 3500, 3000, false],
    [3000, 4000, 100, 0, false],
    [2950, 4000, 100, 50, false],
    [100, 4000, 100, 100, false],
    [0, 4000, 100, 100, false],
  ]
  const keyOf = (expired: number, total: number) => `limits-${expired}-of-${total}`

  before(async () => {
    const made = new Set<string>()
    for (const [expired, total] of cases) {
      const key = keyOf(expired, total)
      if (made.has(key)) continue
      made.add(key)
      for (let first = 0; first < expired; first += 1000) {
        await w.table.multiSet(key, numberedRows(Math.min(1000, expired - first), first), { ttlSeconds: 1 })
      }
      for (let first = expired; first < total; first += 1000) {
        await w.table.multiSet(key, numberedRows(Math.min(1000, total - first), first))
      }
    }
    for (const [expired, total] of cases) {
      const gone = async () =>
        expired === 0 || (await w.table.ttl(keyOf(expired, total), numbered(expired - 1))) === null
      await until(`${expired} rows are expired`, gone)
    }
  })

  for (const [expired, total, maxKvCount, rows, complete] of cases) {
    it(`${expired} of ${total} rows expired, at most ${maxKvCount}: ${rows} rows, ${complete ? 'complete' : 'cut'}`, async () => {
      const options = { maxKvCount, maxKvSize: 0 }
      const page = await w.table.multiGetOpt(keyOf(expired, total), '', '', options)
      assert.deepEqual([page.entries.length, page.complete], [rows, complete])
    })
  }

  it('sortKeyCount counts what has not expired, however much it is', async () => {
    assert.equal(await w.table.sortKeyCount(keyOf(20, 50)), 30)
    assert.equal(await w.table.sortKeyCount(keyOf(500, 4000)), 3500)
    assert.equal(await w.table.sortKeyCount(keyOf(0, 4000)), 4000)
  })

  it('a scan passes over any number of expired rows', async () => {
    let rows = 0
    for await (const _ of w.table.getScanner(keyOf(3000, 4000), '', '', { batchSize: 100 })) rows++
    assert.equal(rows, 1000)
  })
})
