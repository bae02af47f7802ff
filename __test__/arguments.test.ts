import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Crossing } from '../lib/crossing'
import { Kind } from '../lib/native'
import { clientOptions, localOptions } from '../lib/resolve'
import { makeTable } from '../lib/table'
import { FakeNative, fakeTable } from './unit/fake-native'

const native = new FakeNative()
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what these tests are about.
const table: any = makeTable(new Crossing(native), fakeTable(native))

type Refusal = [what: string, call: () => unknown, message: RegExp]

/** Nothing is sent, and the error says what was wrong. */
function refuses(name: 'TypeError' | 'RangeError', refusals: Refusal[]) {
  for (const [what, call, message] of refusals) {
    it(`${what} is refused`, async () => {
      const before = native.sent.length
      await assert.rejects(async () => call(), { name, code: 'ERR_INVALID_ARGUMENT', message })
      assert.equal(native.sent.length, before)
    })
  }
}

const long = 'k'.repeat(65_535)

describe('keys and values', () => {
  refuses('TypeError', [
    [
      'a number as a hash key',
      () => table.get(42, 's'),
      /hashKey must be a string, a Buffer .* got number 42/,
    ],
    ['a missing sort key', () => table.get('h'), /sortKey must be .* got undefined/],
    ['null as a value', () => table.set('h', 's', null), /value must be .* got null/],
    ['an ArrayBuffer', () => table.get(new ArrayBuffer(1), 's'), /got an object of class ArrayBuffer/],
    ['another typed array', () => table.set('h', 's', new Uint16Array(1)), /class Uint16Array/],
    ['a value that is a number, unseen', () => table.set('h', 's', 1234), /got a number$/],
  ])
  refuses('RangeError', [
    ['a hash key of 65,535 bytes', () => table.get(long, 's'), /got 65535 bytes that start with "k{16}"…$/],
    ['an empty hash key of a group', () => table.multiGet('', null), /hashKey must not be empty/],
    ['an empty hash key of a scan', () => table.getScanner(''), /hashKey must not be empty/],
    ['an empty hash key of a count', () => table.sortKeyCount(''), /hashKey must not be empty/],
    ['an empty hash key of a write', () => table.multiSet('', { a: 'b' }), /hashKey must not be empty/],
    ['an empty hash key of a removal', () => table.multiDel('', ['a']), /hashKey must not be empty/],
    ['an empty hash key of sort keys', () => table.getSortKeys(''), /hashKey must not be empty/],
  ])

  it('one row may have an empty hash key, and the longest one', () => {
    table.get('', 's')
    table.set(long.slice(1), '', '')
    assert.equal(native.last.method, 'set')
  })

  it('bytes of every kind cross as they are', () => {
    const view = new Uint8Array([1, 2, 3]).subarray(1)
    table.set('ü', view, Buffer.from('v'))
    const [hashKey, sortKey, value, ttl, timeout] = native.last.args
    assert.deepEqual([hashKey, value, ttl, timeout], [Buffer.from([0xc3, 0xbc]), Buffer.from('v'), 0, -1])
    assert.equal(sortKey, view)
  })
})

describe('lists', () => {
  refuses('TypeError', [
    [
      'one key instead of a list',
      () => table.multiGet('h', 'abc'),
      /sortKeys must be an iterable.*into an array/,
    ],
    ['one Buffer instead of a list', () => table.multiDel('h', Buffer.from('a')), /into an array/],
    ['no list', () => table.multiGet('h'), /sortKeys must be an iterable .* got undefined/],
    ['null where it does not mean all', () => table.multiDel('h', null), /got null/],
    ['a wrong key in a list', () => table.multiGet('h', ['a', 1]), /sortKeys\[1\] must be .* got number 1/],
    [
      'entries that are no pairs',
      () => table.multiSet('h', ['ab']),
      /entries\[0\] must be an array \[sortKey, value\]/,
    ],
    ['entries of three', () => table.multiSet('h', [['a', 'b', 'c']]), /entries\[0\] must be an array/],
    [
      'a wrong value in an entry',
      () => table.multiSet('h', { a: 7 }),
      /the value of entries\[0\] .* got a number/,
    ],
    ['no entries', () => table.multiSet('h', null), /entries must be an iterable .* got null/],
  ])
  refuses('RangeError', [
    ['an empty list to read', () => table.multiGet('h', []), /must not be empty: null means all/],
    ['an empty list to remove', () => table.multiDel('h', new Set()), /sortKeys must not be empty/],
    ['an empty list to write', () => table.multiSet('h', new Map()), /entries must not be empty/],
    ['an empty object to write', () => table.multiSet('h', {}), /entries must not be empty/],
  ])

  it('entries may be an array, a Map or an object', () => {
    const packed = Buffer.from([1, 0, 0, 0, 97, 1, 0, 0, 0, 98])
    for (const entries of [[['a', 'b']], new Map([['a', 'b']]), { a: 'b' }]) {
      table.multiSet('h', entries)
      assert.deepEqual(native.last.args[1], packed)
    }
  })

  it('sort keys are asked for once each, in order', () => {
    table.multiGet('h', new Set(['b', 'a', Buffer.from('b')]))
    assert.deepEqual(native.last.args[1], Buffer.from([1, 0, 0, 0, 97, 1, 0, 0, 0, 98]))
    assert.deepEqual(native.last.args.slice(2), [100, 1_000_000, false, -1])
  })
})

describe('options', () => {
  const get = (options: unknown) => () => table.get('h', 's', options)
  const set = (ttlSeconds: unknown) => () => table.set('h', 's', 'v', { ttlSeconds })
  const range = (options: object) => () => table.multiGetOpt('h', '', '', options)
  refuses('TypeError', [
    ['null', get(null), /options must be an object, got null/],
    ['a number', get(100), /options must be an object, got number 100/],
    ['a name misspelt', get({ timeoutMS: 1 }), /options has no "timeoutMS": did you mean timeoutMs\?/],
    ['a name unlike any other', get({ compression: 1 }), /known are timeoutMs, signal$/],
    ['a time in words', get({ timeoutMs: '1s' }), /options.timeoutMs must be an integer, got string "1s"/],
    ['a signal that is none', get({ signal: {} }), /options.signal must be an AbortSignal/],
    ['a limit of null', range({ maxKvCount: null }), /options.maxKvCount must be an integer, got null/],
    ['a flag that is a number', range({ reverse: 1 }), /options.reverse must be true or false, got number 1/],
    ['an unknown filter', range({ sortKeyFilterType: 4 }), /options.sortKeyFilterType must be a FilterType/],
    ['a filter by name', range({ sortKeyFilterType: 'MatchPrefix' }), /must be a FilterType/],
    ['a pattern alone', range({ sortKeyFilterPattern: 'a' }), /no effect without options.sortKeyFilterType/],
    [
      'a pattern for no filter',
      () => table.getUnorderedScanners(1, { hashKeyFilterType: 0, hashKeyFilterPattern: 'a' }),
      /no effect with FilterType.NoFilter/,
    ],
  ])
  refuses('RangeError', [
    [
      'no time at all',
      get({ timeoutMs: 0 }),
      /options.timeoutMs must be an integer from 1 to 2147483647, got 0/,
    ],
    ['part of a millisecond', get({ timeoutMs: 1.5 }), /got 1.5/],
    ['a time to live that is over', set(-1), /options.ttlSeconds must be an integer from 0 to \d+, got -1/],
    ['part of a second', set(0.5), /got 0.5/],
    ['NaN', set(Number.NaN), /got NaN/],
    ['an expiry that the server cannot store', set(2_147_483_647), /options.ttlSeconds/],
    ['a limit beyond 32 bits', range({ maxKvSize: 2 ** 31 }), /options.maxKvSize/],
    ['a batch of nothing', () => table.getScanner('h', '', '', { batchSize: 0 }), /options.batchSize/],
    ['no scanner at all', () => table.getUnorderedScanners(0), /maxSplitCount must be an integer from 1/],
  ])

  it('undefined is as good as absent, and no limit is a limit', () => {
    table.multiGetOpt('h', 'a', 'z', { maxKvCount: 0, maxKvSize: -1, timeoutMs: undefined, reverse: true })
    const [, , , flags, filterType, pattern, ...limits] = native.last.args
    assert.deepEqual([flags, filterType, limits], [1 | 8, 0, [0, -1, -1]])
    assert.equal((pattern as Uint8Array).length, 0)
  })

  it('scanners throw at once', () => {
    assert.throws(() => table.getScanner('h', 1), { code: 'ERR_INVALID_ARGUMENT' })
    assert.throws(() => table.getUnorderedScanners('4'), { code: 'ERR_INVALID_ARGUMENT' })
  })

  it('get what was read as a Buffer', async () => {
    const call = table.get('h', 's', { timeoutMs: 50 })
    native.answer([[native.last.token, Kind.Bytes, 0, 2]], Buffer.from('ok'))
    assert.equal(String(await call), 'ok')
  })
})

// biome-ignore lint/suspicious/noExplicitAny: as above.
const client = (options: any) => () => clientOptions(options)
const metaServers = (value: unknown) => client({ metaServers: value })

describe('meta servers', () => {
  refuses('TypeError', [
    ['nothing', client(undefined), /options.metaServers is missing/],
    ['a number', metaServers(34601), /options.metaServers must be a string or an array of strings/],
    ['a list with a number', metaServers([34601]), /must hold strings, got number 34601/],
    ['an empty string', metaServers(''), /"" is not a host:port address: it is empty/],
    ['a trailing comma', metaServers('a:1,'), /it is empty/],
    ['a host without a port', metaServers('meta1'), /"meta1" .* it has no port/],
    ['an IPv6 address without a port', metaServers('[::1]'), /it has no port/],
    ['an IPv6 address without brackets', metaServers('::1:34601'), /needs brackets/],
    ['port 0', metaServers('meta1:0'), /its port must be a number from 1 to 65535/],
    ['a port beyond the last', metaServers('meta1:65536'), /its port/],
    ['a port in words', metaServers('meta1:http'), /its port/],
    ['a port without a host', metaServers(':34601'), /it has no host/],
    ['a bad IPv4 address', metaServers('127.0.0.256:1'), /127.0.0.256 is not an IPv4 address/],
    ['a bad IPv6 address', metaServers('[::g]:1'), /\[::g\] is not an IPv6 address/],
    ['a bad name', metaServers('http://meta1:34601'), /is not a host name|needs brackets/],
  ])
  refuses('RangeError', [['an empty list', metaServers([]), /must name at least one meta server/]])

  it('each is asked once, in the order given', () => {
    const list = clientOptions({ metaServers: ' meta-1.example:34601, 10.0.0.1:1,[::1]:65535,10.0.0.1:1' })
    assert.deepEqual(list.native.metaServers, ['meta-1.example:34601', '10.0.0.1:1', '[::1]:65535'])
  })
})

describe('clients and clusters', () => {
  const options = (given: object) => client({ metaServers: 'a:1', ...given })
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const local = (given: any) => () => localOptions(given)
  refuses('TypeError', [
    ['half a logger', options({ logger: { error() {}, warn() {} } }), /logger .* has no info, debug/],
    ['a retry option misspelt', options({ retry: { maxRetries: 1 } }), /options.retry has no "maxRetries"/],
    ['retry as a number', options({ retry: 3 }), /options.retry must be an object, got number 3/],
    ['tables as a list', local({ tables: ['temp'] }), /options.tables must be an object from table name/],
    ['a table without a name', local({ tables: { '': 8 } }), /a table name in options.tables/],
    ['a host of nothing', local({ host: '' }), /options.host must be a non-empty string/],
  ])
  refuses('RangeError', [
    [
      'pauses upside down',
      options({ retry: { baseDelayMs: 9, maxDelayMs: 1 } }),
      /must not be less than baseDelayMs/,
    ],
    [
      'a table without partitions',
      local({ tables: { temp: 0 } }),
      /options.tables\["temp"\] must be an integer/,
    ],
    ['a port beyond the last', local({ port: 65_536 }), /options.port must be an integer from 0 to 65535/],
    ['no replica server', local({ replicaServers: 0 }), /options.replicaServers/],
  ])

  it('a logger may be null', () => {
    assert.equal(clientOptions({ metaServers: 'a:1', logger: null }).logger, null)
  })
})
