// Tests this package against pypegasus3, a client by other authors. They show that the local server and the client
// speak the protocol of Pegasus, and do not merely agree with each other.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { FilterType, type MultiGetOptions, PegasusClient, type ScanEntry, type Table } from 'pegasus-client'
import { LocalServer } from './local-server'
import {
  type Answer,
  type Key,
  type Pairs,
  Python,
  type PythonMultiGetOptions,
  type PythonTable,
  type Row,
} from './python'

// Powers of two only: pypegasus3 takes the remainder of a signed hash, which is wrong for other counts.
const PARTITION_COUNTS = [1, 2, 8, 64]
const NEVER = -1

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const fruit = {
  apple: '1',
  apricot: '2',
  banana: '3',
  blueberry: '4',
  cherry: '5',
  date: '6',
  elderberry: '7',
}
const fruitKeys = Object.keys(fruit)

let server: LocalServer
let python: Python
let client: PegasusClient

before(async () => {
  const tables = PARTITION_COUNTS.flatMap((count) => [
    [`shared${count}`, count],
    [`python${count}`, count],
    [`javascript${count}`, count],
  ])
  server = await LocalServer.start({ alone: 8, whole: 8, empty: 4, ...Object.fromEntries(tables) })
  python = await Python.start()
  client = await PegasusClient.connect({ metaServers: server.metaServers, timeoutMs: 20_000 })
})

after(async () => {
  await client?.close()
  await python?.stop()
  await server?.stop()
})

async function pythonTable(name: string): Promise<PythonTable> {
  const table = await python.openTable(name, server.metaServers)
  assert.ok(table, `pypegasus3 opens the table ${name}`)
  return table
}

/** The result of an operation of pypegasus3, which must have succeeded. */
function given<T>([code, value]: Answer<T>): T {
  assert.equal(code, python.errors.ERR_OK)
  return value
}

const codeOf = ([code]: Answer<unknown>) => code
const notFound = () => python.errors.ERR_OBJECT_NOT_FOUND

/** Rows as text, one character for each byte, so that differences are easy to see. */
const text = (bytes: Buffer) => bytes.toString('latin1')
const textPairs = ({ pairs }: Pairs) => pairs.map(([key, value]) => [text(key), text(value)])
const textKeys = ({ pairs }: Pairs) => pairs.map(([key]) => text(key))
const textEntries = (entries: { sortKey: Buffer; value: Buffer }[]) =>
  entries.map(({ sortKey, value }) => [text(sortKey), text(value)])
const textRows = (rows: Row[]) => rows.map(([[hashKey, sortKey], value]) => [hashKey, sortKey, text(value)])
const textScan = (entries: ScanEntry[]) =>
  entries.map(({ hashKey, sortKey, value }) => [text(hashKey), text(sortKey), text(value)])

/** Sorts the answer: pypegasus3 sends a set of keys, in no particular order. */
const sorted = <T>(items: T[]) => [...items].sort()

const only = (...keys: (keyof typeof fruit)[]) => keys.map((key) => [key, fruit[key]])

function numbered(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'))
  return Object.fromEntries(names.map((name) => [name, `value ${name}`]))
}

describe('pypegasus3 against pegasus-local', () => {
  let table: PythonTable

  before(async () => {
    table = await pythonTable('alone')
    given(await table.multi_set('fruit', fruit))
    given(await table.multi_set('many', numbered(250), 0))
  })

  it('is not ready for a table that does not exist', async () => {
    assert.equal(await python.openTable('nobody', server.metaServers), null)
  })

  it('reads what it set, and nothing after the removal', async () => {
    assert.deepEqual(await table.get('one', 'row'), [notFound(), Buffer.alloc(0)])
    given(await table.set('one', 'row', 'value'))
    assert.equal(text(given(await table.get('one', 'row'))), 'value')
    given(await table.set('one', 'row', 'another'))
    assert.equal(text(given(await table.get('one', 'row'))), 'another')
    assert.equal(codeOf(await table.exist('one', 'row')), python.errors.ERR_OK)
    given(await table.remove('one', 'row'))
    assert.equal(codeOf(await table.get('one', 'row')), notFound())
    assert.equal(codeOf(await table.exist('one', 'row')), notFound())
    given(await table.remove('one', 'row'))
  })

  it('tells an empty value from none', async () => {
    given(await table.set('empty', 'value', ''))
    assert.deepEqual(await table.get('empty', 'value'), [python.errors.ERR_OK, Buffer.alloc(0)])
  })

  it('may leave the hash key or the sort key empty', async () => {
    given(await table.set('', 'only sort key', 'a'))
    given(await table.set('only hash key', '', 'b'))
    assert.equal(text(given(await table.get('', 'only sort key'))), 'a')
    assert.equal(text(given(await table.get('only hash key', ''))), 'b')
  })

  it('reads every byte back, in keys and in values', async () => {
    given(await table.set(everyByte, everyByte, everyByte))
    assert.deepEqual(given(await table.get(everyByte, everyByte)), everyByte)
  })

  it('moves large values', async () => {
    const large = Buffer.alloc(900_000, everyByte)
    given(await table.set('large', 'value', large))
    assert.deepEqual(given(await table.get('large', 'value')), large)
  })

  it('knows how long a row has to live', async () => {
    given(await table.set('life', 'long', 'value', 1000))
    given(await table.set('life', 'for ever', 'value'))
    given(await table.multi_set('life', { group: 'value' }, 2000))
    assert.equal(given(await table.ttl('life', 'for ever')), NEVER)
    assertSeconds(given(await table.ttl('life', 'long')), 1000)
    assertSeconds(given(await table.ttl('life', 'group')), 2000)
    assert.equal(codeOf(await table.ttl('life', 'none')), notFound())
  })

  it('no longer sees a row whose time is over, whatever it asks', async () => {
    // The time to live is -60 s, so the row is expired at once.
    given(await table.set('over', 'b', 'value', -60))
    given(await table.multi_set('over', { c: 'value' }, -60))
    given(await table.multi_set('over', { a: '1', d: '4' }))
    const left = [
      ['a', '1'],
      ['d', '4'],
    ]
    assert.equal(codeOf(await table.get('over', 'b')), notFound())
    assert.equal(codeOf(await table.exist('over', 'b')), notFound())
    assert.equal(codeOf(await table.ttl('over', 'c')), notFound())
    assert.deepEqual(textPairs(given(await table.multi_get('over', null))), left)
    assert.deepEqual(textPairs(given(await table.multi_get_opt('over', '', ''))), left)
    assert.deepEqual(textKeys(given(await table.get_sort_keys('over'))), ['a', 'd'])
    assert.equal(given(await table.sort_key_count('over')), 2)
    assert.deepEqual(textRows(await table.scan('over', '', 'z')), [
      ['over', 'a', '1'],
      ['over', 'd', '4'],
    ])
  })

  it('sees a row go when its time comes', async () => {
    given(await table.set('life', 'short', 'value', 2))
    assert.equal(codeOf(await table.exist('life', 'short')), python.errors.ERR_OK)
    // Waits until the row expires.
    while (codeOf(await table.get('life', 'short')) !== notFound());
    assert.equal(codeOf(await table.ttl('life', 'short')), notFound())
  })

  it('gets some or all rows of a hash key', async () => {
    const some = given(await table.multi_get('fruit', ['cherry', 'apple', 'fig']))
    assert.deepEqual(sorted(textPairs(some)), only('apple', 'cherry'))
    assert.deepEqual(textPairs(given(await table.multi_get('fruit', null))), Object.entries(fruit))
    assert.deepEqual(textPairs(given(await table.multi_get('fruit', []))), Object.entries(fruit))
    const withoutValues = given(await table.multi_get('fruit', ['date'], 100, 1_000_000, true))
    assert.deepEqual(textPairs(withoutValues), [['date', '']])
    assert.deepEqual(textPairs(given(await table.multi_get('nobody', null))), [])
  })

  it('hears when a limit cut the answer', async () => {
    const byDefault = await table.multi_get('many', null)
    assert.equal(codeOf(byDefault), python.errors.ERR_INCOMPLETE_DATA)
    assert.equal(byDefault[1].pairs.length, 100)

    const [code, { pairs }] = await table.multi_get('fruit', null, 3)
    assert.equal(code, python.errors.ERR_INCOMPLETE_DATA)
    assert.deepEqual(textPairs({ pairs }), only('apple', 'apricot', 'banana'))

    const bySize = await table.multi_get('many', null, 0, 200)
    assert.equal(codeOf(bySize), python.errors.ERR_INCOMPLETE_DATA)
    assert.ok(bySize[1].pairs.length > 0 && bySize[1].pairs.length < 100)

    assert.equal(given(await table.multi_get('many', null, 0, 0)).pairs.length, 250)
    const keys = await table.get_sort_keys('many', 5)
    assert.equal(codeOf(keys), python.errors.ERR_INCOMPLETE_DATA)
    assert.deepEqual(textKeys(keys[1]), ['0000', '0001', '0002', '0003', '0004'])
  })

  it('gets a range, with or without its ends', async () => {
    const range = async (start: string, stop: string, options: PythonMultiGetOptions = {}) =>
      textKeys(given(await table.multi_get_opt('fruit', start, stop, options)))
    assert.deepEqual(await range('banana', 'date'), ['banana', 'blueberry', 'cherry'])
    assert.deepEqual(await range('banana', 'date', { start_inclusive: false, stop_inclusive: true }), [
      'blueberry',
      'cherry',
      'date',
    ])
    assert.deepEqual(await range('b', 'c'), ['banana', 'blueberry'])
    assert.deepEqual(await range('cherry', ''), ['cherry', 'date', 'elderberry'])
    assert.deepEqual(await range('', 'b'), ['apple', 'apricot'])
    assert.deepEqual(await range('date', 'banana'), [])
    assert.deepEqual(await range('date', 'date'), [])
    assert.deepEqual(await range('date', 'date', { stop_inclusive: true }), ['date'])
  })

  it('filters a range by its sort keys', async () => {
    const matching = async (type: FilterType, pattern: Key, options: PythonMultiGetOptions = {}) => {
      const filter = { sortkey_filter_type: type, sortkey_filter_pattern: pattern, ...options }
      return textPairs(given(await table.multi_get_opt('fruit', '', '', filter)))
    }
    assert.deepEqual(await matching(FilterType.MatchPrefix, 'ap'), only('apple', 'apricot'))
    assert.deepEqual(await matching(FilterType.MatchPostfix, 'berry'), only('blueberry', 'elderberry'))
    assert.deepEqual(await matching(FilterType.MatchAnywhere, Buffer.from('rr')), [
      ...only('blueberry', 'cherry', 'elderberry'),
    ])
    assert.deepEqual(await matching(FilterType.MatchAnywhere, 'z'), [])
    assert.deepEqual(await matching(FilterType.MatchPostfix, 'e', { no_value: true }), [
      ['apple', ''],
      ['date', ''],
    ])
  })

  it('gets a range from its end', async () => {
    const [code, rows] = await table.multi_get_opt('fruit', '', '', { reverse: true }, 2)
    assert.equal(code, python.errors.ERR_INCOMPLETE_DATA)
    assert.deepEqual(textPairs(rows), only('date', 'elderberry'))
    const filter = { sortkey_filter_type: FilterType.MatchPrefix, sortkey_filter_pattern: 'b' }
    const all = given(await table.multi_get_opt('fruit', 'apple', 'date', { ...filter, reverse: true }))
    assert.deepEqual(textPairs(all), only('banana', 'blueberry'))
  })

  it('counts, lists and removes the sort keys of a hash key', async () => {
    given(await table.multi_set('short-lived', fruit))
    assert.equal(given(await table.sort_key_count('short-lived')), 7)
    assert.deepEqual(textPairs(given(await table.get_sort_keys('short-lived'))), [
      ...fruitKeys.map((key) => [key, '']),
    ])
    // The server counts the requested keys, present or not.
    assert.equal(given(await table.multi_del('short-lived', ['apple', 'date', 'fig'])), 3)
    assert.equal(given(await table.sort_key_count('short-lived')), 5)
    given(await table.multi_del('short-lived', fruitKeys))
    assert.equal(given(await table.sort_key_count('short-lived')), 0)
    assert.equal(given(await table.sort_key_count('nobody')), 0)
  })

  it('is refused a group of nothing', async () => {
    // pypegasus3 returns the status code of the storage.
    const { kInvalidArgument } = python.rocksdbErrors
    assert.equal(codeOf(await table.multi_set('nothing', {})), kInvalidArgument)
    assert.equal(codeOf(await table.multi_del('nothing', [])), kInvalidArgument)
  })

  // Every scan of one hash key has a stop key: without one, this pypegasus3 raises TypeError.
  it('scans a hash key, with or without the ends', async () => {
    const scan = async (start: string, stop: string, options = {}) =>
      textRows(await table.scan('fruit', start, stop, options)).map(([, sortKey]) => sortKey)
    assert.deepEqual(await scan('', '~'), fruitKeys)
    assert.deepEqual(await scan('banana', 'date'), ['banana', 'blueberry', 'cherry'])
    assert.deepEqual(await scan('banana', 'date', { start_inclusive: false, stop_inclusive: true }), [
      'blueberry',
      'cherry',
      'date',
    ])
    assert.deepEqual(await scan('f', 'g'), [])
    assert.deepEqual(await scan('date', 'banana'), [])
    assert.deepEqual(await scan('date', 'date', { stop_inclusive: true }), ['date'])
  })

  it('scans in batches of any size', async () => {
    const expected = Object.entries(numbered(250)).map(([sortKey, value]) => ['many', sortKey, value])
    for (const batch_size of [1, 7, 249, 250, 251, 10_000]) {
      assert.deepEqual(textRows(await table.scan('many', '', '~', { batch_size })), expected)
    }
  })

  it('leaves a scan before its end', async () => {
    const rows = await table.scanSome(15, 'many', '0100', '~', { batch_size: 10 })
    assert.deepEqual(
      rows.map(([[, sortKey]]) => sortKey),
      Object.keys(numbered(115)).slice(100),
    )
    assert.equal(text(given(await table.get('many', '0007'))), 'value 0007')
  })

  it('scans a whole table with any number of scanners, each row once', async () => {
    const whole = await pythonTable('whole')
    const expected: string[][] = []
    for (let index = 0; index < 40; index++) {
      const hashKey = `hash ${index}`
      given(await whole.multi_set(hashKey, fruit))
      expected.push(...Object.entries(fruit).map(([sortKey, value]) => [hashKey, sortKey, value]))
    }
    for (const [wanted, scanners] of [
      [1, 1],
      [3, 3],
      [8, 8],
      [100, 8],
    ] as const) {
      const parts = await whole.scanAll(wanted, { batch_size: 9 })
      assert.equal(parts.length, scanners)
      assert.deepEqual(sorted(textRows(parts.flat())), sorted(expected))
      for (const rows of parts) assertAscending(rows)
    }
  })

  it('scans an empty table', async () => {
    const empty = await pythonTable('empty')
    assert.deepEqual(await empty.scanAll(4), [[], [], [], []])
    assert.deepEqual(await empty.scan('nobody', '', '~'), [])
  })

  it('has hundreds of operations under way at once', async () => {
    const indexes = Array.from({ length: 500 }, (_, index) => index)
    const written = await Promise.all(indexes.map((index) => table.set(`at once ${index}`, 's', `${index}`)))
    written.forEach(given)
    const read = await Promise.all(indexes.map((index) => table.get(`at once ${index}`, 's')))
    assert.deepEqual(
      read.map((answer) => text(given(answer))),
      indexes.map(String),
    )
  })
})

for (const partitions of PARTITION_COUNTS) {
  describe(`pypegasus3 and pegasus-client share a table of ${partitions} partitions`, () => {
    let theirs: PythonTable
    let ours: Table

    before(async () => {
      theirs = await pythonTable(`shared${partitions}`)
      ours = await client.openTable(`shared${partitions}`)
      assert.equal(ours.partitionCount, partitions)
    })

    it('each finds the rows of the other, whatever bytes the keys have', async () => {
      const keys = [
        ...Array.from({ length: 100 }, (_, index) => Buffer.from(`user ${index}`)),
        ...Array.from({ length: 100 }, (_, index) => everyByte.subarray(index, 2 * index + 1)),
        Buffer.from('ключ 钥匙'),
        Buffer.alloc(2000, everyByte),
        Buffer.alloc(0),
      ]
      const sortKey = everyByte.subarray(100)
      await Promise.all(keys.map((key) => ours.set(key, sortKey, Buffer.concat([everyByte, key]))))
      for (const key of keys) {
        assert.deepEqual(given(await theirs.get(key, sortKey)), Buffer.concat([everyByte, key]))
        given(await theirs.set(key, sortKey, Buffer.concat([key, everyByte])))
      }
      const read = await Promise.all(keys.map((key) => ours.get(key, sortKey)))
      assert.deepEqual(
        read,
        keys.map((key) => Buffer.concat([key, everyByte])),
      )
    })

    it('text is the same bytes to both', async () => {
      await ours.set('schlüssel', 'ключ', '价值')
      assert.equal(given(await theirs.get('schlüssel', 'ключ')).toString(), '价值')
      given(await theirs.set('ключ', '价值', 'schlüssel'))
      assert.equal((await ours.get('ключ', '价值'))?.toString(), 'schlüssel')
    })

    it('empty values, large values, and none', async () => {
      const large = Buffer.alloc(700_000, everyByte)
      await ours.set('values', 'empty', '')
      await ours.set('values', 'large', large)
      assert.deepEqual(given(await theirs.get('values', 'empty')), Buffer.alloc(0))
      assert.deepEqual(given(await theirs.get('values', 'large')), large)
      assert.equal(codeOf(await theirs.get('values', 'none')), notFound())
      given(await theirs.set('values by python', 'empty', ''))
      given(await theirs.set('values by python', 'large', large))
      assert.deepEqual(await ours.get('values by python', 'empty'), Buffer.alloc(0))
      assert.deepEqual(await ours.get('values by python', 'large'), large)
      assert.equal(await ours.get('values by python', 'none'), null)
    })

    it('what one removes is gone for the other', async () => {
      await ours.multiSet('gone', { a: '1', b: '2' })
      given(await theirs.remove('gone', 'a'))
      assert.equal(await ours.get('gone', 'a'), null)
      assert.equal(await ours.exist('gone', 'a'), false)
      assert.equal(await ours.exist('gone', 'b'), true)
      await ours.remove('gone', 'b')
      assert.equal(codeOf(await theirs.get('gone', 'b')), notFound())
      assert.equal(codeOf(await theirs.exist('gone', 'b')), notFound())
      assert.equal(await ours.sortKeyCount('gone'), 0)
    })

    it('both know how long a row has to live', async () => {
      await ours.set('life', 'ours', 'v', { ttlSeconds: 1000 })
      await ours.multiSet('life', { 'our group': 'v' }, { ttlSeconds: 2000 })
      await ours.set('life', 'ours for ever', 'v')
      assertSeconds(given(await theirs.ttl('life', 'ours')), 1000)
      assertSeconds(given(await theirs.ttl('life', 'our group')), 2000)
      assert.equal(given(await theirs.ttl('life', 'ours for ever')), NEVER)

      given(await theirs.set('life', 'theirs', 'v', 3000))
      given(await theirs.multi_set('life', { 'their group': 'v' }, 4000))
      given(await theirs.set('life', 'theirs for ever', 'v'))
      assertSeconds(await ours.ttl('life', 'theirs'), 3000)
      assertSeconds(await ours.ttl('life', 'their group'), 4000)
      assert.equal(await ours.ttl('life', 'theirs for ever'), NEVER)
      assert.equal(await ours.ttl('life', 'nobody'), null)
    })

    it('a row whose time is over is over for both', async () => {
      await ours.multiSet('over', { a: '1', b: '2', c: '3' })
      given(await theirs.set('over', 'b', '2', -60))
      assert.equal(await ours.get('over', 'b'), null)
      assert.equal(await ours.ttl('over', 'b'), null)
      assert.equal(await ours.sortKeyCount('over'), 2)
      assert.deepEqual(textEntries((await ours.multiGet('over', null)).entries), [
        ['a', '1'],
        ['c', '3'],
      ])
      // A new value has its own time to live, not that of the value before.
      await ours.set('over', 'b', 'again')
      assert.equal(given(await theirs.ttl('over', 'b')), NEVER)
    })

    it('groups of rows', async () => {
      given(await theirs.multi_set('their group', fruit))
      const { entries, complete } = await ours.multiGet('their group', ['date', 'apple', 'fig'])
      assert.deepEqual(sorted(textEntries(entries)), only('apple', 'date'))
      assert.equal(complete, true)
      assert.deepEqual(textEntries((await ours.multiGet('their group', null)).entries), Object.entries(fruit))

      await ours.multiSet('our group', fruit)
      const some = given(await theirs.multi_get('our group', ['date', 'apple', 'fig']))
      assert.deepEqual(sorted(textPairs(some)), only('apple', 'date'))
      assert.deepEqual(textPairs(given(await theirs.multi_get('our group', null))), Object.entries(fruit))
    })

    it('groups of binary rows', async () => {
      const keys = [0x00, 0x7f, 0x80, 0xff].map((byte) => Buffer.from([byte, 0, byte]))
      const values = keys.map((key) => Buffer.concat([key, everyByte]))
      await ours.multiSet(
        everyByte,
        keys.map((key, index) => [key, values[index] ?? '']),
      )
      const { pairs } = given(await theirs.multi_get(everyByte, null))
      assert.deepEqual(
        pairs,
        keys.map((key, index) => [key, values[index]]),
      )
      const range = given(await theirs.multi_get_opt(everyByte, Buffer.from([0x7f]), Buffer.from([0xff])))
      assert.deepEqual(
        range.pairs.map(([key]) => key),
        keys.slice(1, 3),
      )
      assert.deepEqual(
        given(await theirs.get_sort_keys(everyByte)).pairs.map(([key]) => key),
        keys,
      )
      assert.equal(given(await theirs.sort_key_count(everyByte)), 4)
      for (const key of keys) given(await theirs.set(everyByte, key, key))
      const { entries } = await ours.multiGet(everyByte, keys)
      assert.deepEqual(
        entries.map(({ value }) => value),
        keys,
      )
    })

    it('the same range, filter and limit get the same rows', async () => {
      await ours.multiSet('asked', fruit)
      const questions: [start: string, stop: string, options: MultiGetOptions][] = [
        ['', '', {}],
        ['banana', 'date', {}],
        ['banana', 'date', { startInclusive: false, stopInclusive: true }],
        ['banana', '', { stopInclusive: true }],
        ['date', 'banana', {}],
        ['', '', { sortKeyFilterType: FilterType.MatchPrefix, sortKeyFilterPattern: 'ap' }],
        ['', '', { sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: 'berry' }],
        ['b', 'e', { sortKeyFilterType: FilterType.MatchAnywhere, sortKeyFilterPattern: 'rr' }],
        ['', '', { noValue: true }],
        ['', '', { reverse: true }],
        ['', '', { maxKvCount: 3 }],
        ['', '', { maxKvCount: 3, reverse: true }],
        ['apricot', 'date', { maxKvCount: 2, reverse: true, stopInclusive: true }],
        ['', '', { maxKvCount: 7 }],
        ['', '', { maxKvSize: 20 }],
        [
          '',
          '',
          { maxKvCount: 3, sortKeyFilterType: FilterType.MatchPostfix, sortKeyFilterPattern: 'berry' },
        ],
      ]
      for (const [start, stop, options] of questions) {
        const { entries, complete } = await ours.multiGetOpt('asked', start, stop, options)
        const [code, rows] = await theirs.multi_get_opt(
          'asked',
          start,
          stop,
          inPython(options),
          options.maxKvCount,
          options.maxKvSize,
        )
        const question = JSON.stringify([start, stop, options])
        assert.deepEqual(textPairs(rows), textEntries(entries), question)
        assert.equal(
          code,
          complete ? python.errors.ERR_OK : python.errors.ERR_INCOMPLETE_DATA,
          `complete: ${complete}, ${question}`,
        )
      }
    })

    it('counts, lists and removals of sort keys', async () => {
      await ours.multiSet('counted', fruit)
      assert.equal(given(await theirs.sort_key_count('counted')), 7)
      assert.deepEqual(textKeys(given(await theirs.get_sort_keys('counted'))), fruitKeys)
      assert.equal(given(await theirs.multi_del('counted', ['apple', 'banana', 'fig'])), 3)
      assert.equal(await ours.sortKeyCount('counted'), 5)
      const { sortKeys, complete } = await ours.getSortKeys('counted')
      assert.deepEqual(sortKeys.map(text), ['apricot', 'blueberry', 'cherry', 'date', 'elderberry'])
      assert.equal(complete, true)
      assert.equal(await ours.multiDel('counted', ['cherry', 'date', 'fig']), 3)
      assert.deepEqual(textKeys(given(await theirs.get_sort_keys('counted'))), [
        'apricot',
        'blueberry',
        'elderberry',
      ])
    })

    it('both stop at the same limits', async () => {
      given(await theirs.multi_set('many', numbered(250)))
      const cut = await ours.multiGet('many', null)
      assert.equal(cut.complete, false)
      const [code, rows] = await theirs.multi_get('many', null)
      assert.equal(code, python.errors.ERR_INCOMPLETE_DATA)
      assert.deepEqual(textPairs(rows), textEntries(cut.entries))
      const whole = await ours.multiGet('many', null, { maxKvCount: 0, maxKvSize: 0 })
      assert.equal(whole.complete, true)
      assert.deepEqual(
        textPairs(given(await theirs.multi_get('many', null, 0, 0))),
        textEntries(whole.entries),
      )
    })

    it('scans of a hash key', async () => {
      await ours.multiSet('scanned', numbered(60))
      given(await theirs.multi_set('scanned', { '0060': 'theirs', '0061': 'theirs' }))
      for (const [start, stop, startInclusive, stopInclusive] of [
        ['', '~', true, false],
        ['0010', '0061', true, true],
        ['0010', '0061', false, false],
        ['0061', '0010', true, true],
        ['0020', '0020', true, true],
      ] as const) {
        const mine = await collect(
          ours.getScanner('scanned', start, stop, { batchSize: 7, startInclusive, stopInclusive }),
        )
        const options = { batch_size: 7, start_inclusive: startInclusive, stop_inclusive: stopInclusive }
        const yours = await theirs.scan('scanned', start, stop, options)
        assert.deepEqual(textRows(yours), textScan(mine), `from ${start} to ${stop}`)
      }
      assert.equal((await collect(ours.getScanner('scanned'))).length, 62)
    })

    it('scans of a whole table that Python filled', async () => {
      const filler = await pythonTable(`python${partitions}`)
      const expected: string[][] = []
      for (let index = 0; index < 50; index++) {
        given(await filler.multi_set(`hash ${index}`, fruit))
        expected.push(...Object.entries(fruit).map(([key, value]) => [`hash ${index}`, key, value]))
      }
      const table = await client.openTable(filler.name)
      for (const wanted of [1, 3, 100]) {
        const scanners = table.getUnorderedScanners(wanted, { batchSize: 11 })
        assert.equal(scanners.length, Math.min(wanted, partitions))
        const parts = await Promise.all(scanners.map(collect))
        assert.deepEqual(sorted(textScan(parts.flat())), sorted(expected))
      }
    })

    it('scans of a whole table that JavaScript filled', async () => {
      const table = await client.openTable(`javascript${partitions}`)
      const expected: string[][] = []
      for (let index = 0; index < 50; index++) {
        await table.multiSet(`hash ${index}`, fruit)
        expected.push(...Object.entries(fruit).map(([key, value]) => [`hash ${index}`, key, value]))
      }
      const reader = await pythonTable(table.name)
      for (const wanted of [1, 3, 100]) {
        const parts = await reader.scanAll(wanted, { batch_size: 11 })
        assert.equal(parts.length, Math.min(wanted, partitions))
        assert.deepEqual(sorted(textRows(parts.flat())), sorted(expected))
        for (const rows of parts) assertAscending(rows)
      }
    })

    it('both at work at the same time', async () => {
      const names = Array.from({ length: 200 }, (_, index) => `${index}`)
      await Promise.all([
        ...names.map((name) => ours.set(`busy ${name}`, 'ours', name)),
        ...names.map(async (name) => given(await theirs.set(`busy ${name}`, 'theirs', name))),
      ])
      await Promise.all(
        names.map(async (name) => {
          assert.equal((await ours.get(`busy ${name}`, 'theirs'))?.toString(), name)
          assert.equal(given(await theirs.get(`busy ${name}`, 'ours')).toString(), name)
        }),
      )
    })
  })
}

/** Checks a time to live that was set to `total` a moment ago; the machine may be slow. */
function assertSeconds(actual: number | null, total: number) {
  assert.ok(actual !== null && actual <= total && actual > total - 300, `${actual} s of ${total} s`)
}

/** Checks that sort keys ascend within each hash key, and that the rows of a hash key come together. */
function assertAscending(rows: Row[]) {
  const last = new Map<string, string>()
  let current: string | undefined
  for (const [[hashKey, sortKey]] of rows) {
    const before = last.get(hashKey)
    assert.ok(before === undefined || (current === hashKey && before < sortKey), `${hashKey} ${sortKey}`)
    last.set(hashKey, sortKey)
    current = hashKey
  }
}

async function collect(scanner: AsyncIterable<ScanEntry>): Promise<ScanEntry[]> {
  const entries: ScanEntry[] = []
  for await (const entry of scanner) entries.push(entry)
  return entries
}

/** Our options by their Python names. Options that were not given stay out, so that defaults are compared too. */
function inPython(options: MultiGetOptions): PythonMultiGetOptions {
  const named = {
    start_inclusive: options.startInclusive,
    stop_inclusive: options.stopInclusive,
    sortkey_filter_type: options.sortKeyFilterType,
    sortkey_filter_pattern: options.sortKeyFilterPattern as Key | undefined,
    no_value: options.noValue,
    reverse: options.reverse,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}
