import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CheckType } from '../../lib'
import { makeTable } from '../../lib/api/table'
import { Crossing } from '../../lib/crossing/crossing'
import { RecordKind } from '../../lib/crossing/native'
import { clientOptions } from '../../lib/options/client'
import { localOptions } from '../../lib/options/local-cluster'
import { tableOptions } from '../../lib/options/table'
import { FakeNative, fakeTable, handedOver } from '../unit/fake-native'

const native = new FakeNative()
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what these tests are about.
const table: any = makeTable(new Crossing(native), fakeTable(native))

type Refusal = [what: string, call: () => unknown, message: RegExp]

/** Checks that nothing is sent, and that the error says what was wrong. */
function refuses(name: 'TypeError' | 'RangeError', refusals: Refusal[]) {
  for (const [what, call, message] of refusals) {
    it(`${what} is refused`, async () => {
      await handedOver()
      const before = native.sent.length
      await assert.rejects(async () => call(), { name, code: 'ERR_INVALID_ARGUMENT', message })
      await handedOver()
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

  it('one row may have an empty hash key, and the longest one', async () => {
    table.get('', 's')
    table.set(long.slice(1), '', '')
    await handedOver()
    assert.equal(native.last.method, 'set')
  })

  it('bytes of every kind cross as they are', async () => {
    table.set('ü', new Uint8Array([1, 2, 3]).subarray(1), Buffer.from('v'))
    await handedOver()
    const [hashKey, sortKey, value] = [Buffer.from([0xc3, 0xbc]), Buffer.from([2, 3]), Buffer.from('v')]
    assert.deepEqual(native.last.args, [7, hashKey, sortKey, value, 0, -1])
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

  it('sort keys may come from any iterable', () => {
    table.multiGet('h', new Set(['b', Buffer.from('a')]))
    assert.deepEqual(native.last.args[1], Buffer.from([1, 0, 0, 0, 98, 1, 0, 0, 0, 97]))
    assert.deepEqual(native.last.args.slice(2), [100, 1_000_000, false, -1])
  })
})

describe('incr', () => {
  const incr = (by: unknown) => () => table.incr('h', 's', by)
  const ttl = (ttlSeconds: unknown) => () => table.incr('h', 's', 1, { ttlSeconds })
  refuses('TypeError', [
    ['an increment as text', incr('1'), /by must be an integer or a bigint, got string "1"/],
    ['no increment where one is due', incr(null), /by must be .* got null/],
    ['a time to live as a bigint', ttl(1n), /options.ttlSeconds must be an integer, got bigint 1/],
  ])
  refuses('RangeError', [
    ['an increment with a fraction', incr(0.5), /by must be an integer .* got 0.5/],
    ['a number that may not be the one meant', incr(2 ** 53), /or a bigint, got 9007199254740992/],
    ['a bigint above 64 bits', incr(2n ** 63n), /by must be an integer of 64 bits/],
    ['a bigint below 64 bits', incr(-(2n ** 63n) - 1n), /by must be an integer of 64 bits/],
    ['less than no time to live', ttl(-2), /options.ttlSeconds must be an integer from -1 to \d+, got -2/],
  ])

  it('adds 1n by default, and keeps the expiry', async () => {
    const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
    table.incr('', 's')
    await handedOver()
    assert.deepEqual(native.last.args.slice(3), [one, 0, -1])
    table.incr('h', 's', -5, { ttlSeconds: -1 })
    await handedOver()
    assert.deepEqual(native.last.args.slice(3), [Buffer.from([0xfb, ...Array(7).fill(0xff)]), -1, -1])
  })
})

describe('conditional writes', () => {
  const set = (check: unknown, write: unknown = { value: 'v' }) => {
    return () => table.checkAndSet('h', check, write)
  }
  const operand = (type: number, value?: unknown) => set({ sortKey: 's', type, operand: value })
  const int = (value: unknown) => operand(CheckType.ValueIntEqual, value)
  const check = { sortKey: 's', type: CheckType.NoCheck }
  const mutate = (...mutations: unknown[]) => {
    return () => table.checkAndMutate('h', check, mutations)
  }
  refuses('TypeError', [
    ['no check', set(undefined), /check.sortKey is missing/],
    ['null as a check', set(null), /check must be an object, got null/],
    ['a check of no row', set({ type: 1 }), /check.sortKey is missing/],
    ['a check without a type', set({ sortKey: 's' }), /check.type is missing/],
    ['an unknown type', operand(100), /check.type must be a CheckType \(0 to 17\), got number 100/],
    ['a type by name', set({ sortKey: 's', type: 'ValueExist' }), /must be a CheckType/],
    ['a field misspelt', set({ ...check, operands: 1 }), /check has no "operands": did you mean operand\?/],
    [
      'a missing operand',
      operand(CheckType.ValueBytesEqual),
      /CheckType.ValueBytesEqual compares .* with it/,
    ],
    ['a missing integer', operand(CheckType.ValueIntLess), /check.operand is missing/],
    ['an operand without effect', operand(CheckType.ValueExist, 'v'), /ValueExist compares .* with nothing/],
    ['a 0 without effect', operand(CheckType.NoCheck, 0), /check.operand has no effect/],
    ['a number compared as bytes', operand(CheckType.ValueBytesLess, 5), /check.operand must be bytes/],
    ['a bigint to match', operand(CheckType.ValueMatchPrefix, 5n), /check.operand must be bytes/],
    ['null as an operand', int(null), /check.operand must be a string, .* got null/],
    ['a write of nothing', () => table.checkAndSet('h', check), /set.value is missing/],
    ['a value as the write', set(check, 'v'), /set must be an object/],
    [
      'mutations that are no list',
      () => table.checkAndMutate('h', check, { del: 'a' }),
      /mutations must be an/,
    ],
    ['a mutation that is a key', mutate('a'), /mutations\[0\] must be an object/],
    ['no mutation in a list', mutate({ del: 'a' }, undefined), /mutations\[1\] must have either set or del/],
    ['neither of two', mutate({ value: 'v' }), /mutations\[0\] must have either set or del/],
    ['both of two', mutate({ set: 'a', del: 'b', value: 'v' }), /must have either set or del/],
    ['a mutation that sets nothing', mutate({ set: 'a' }), /mutations\[0\].value is missing/],
    ['a removal with a value', mutate({ del: 'a', value: 'v' }), /removes a row: value has no effect/],
    [
      'no expectation',
      () => table.compareExchange('h', 's', undefined, 'v'),
      /expected must be .* undefined/,
    ],
  ])
  refuses('RangeError', [
    ['an operand that is no integer', int('v1'), /check.operand must be the text of an integer/],
    ['an empty operand of integers', int(''), /must be the text of an integer/],
    ['an integer with more behind it', int('1 '), /must be the text of an integer/],
    ['digits that are not octal', int('08'), /must be the text of an integer/],
    ['hexadecimal without digits', int('0x'), /must be the text of an integer/],
    ['two signs', int('+-1'), /must be the text of an integer/],
    ['an integer ended by a zero byte', int(Buffer.from('1\0')), /must be the text of an integer/],
    ['an operand with a fraction', int(1.5), /check.operand must be an integer/],
    ['an operand of 47 digits', int('9'.repeat(47)), /check.operand must be an integer of 64 bits/],
    ['2^63', int('0x8000000000000000'), /check.operand must be an integer of 64 bits/],
    ['a bigint of 65 bits', int(2n ** 63n), /check.operand must be an integer of 64 bits/],
    ['no mutations', mutate(), /mutations must not be empty/],
    ['an empty hash key', () => table.checkAndSet('', check, { value: 'v' }), /hashKey must not be empty/],
    ['a time to live that is over', set(check, { value: 'v', ttlSeconds: -1 }), /set.ttlSeconds/],
    ['a mutation with one', mutate({ set: 'a', value: 'v', ttlSeconds: -1 }), /mutations\[0\].ttlSeconds/],
  ])

  it('numbers cross as decimal text, and text as it is', () => {
    for (const [given, sent] of [
      [5, '5'],
      [-(2n ** 63n), '-9223372036854775808'],
      ['-0x8000000000000000', '-0x8000000000000000'],
      [' \v+017', ' \v+017'],
    ]) {
      int(given)()
      assert.equal(String(native.last.args[3]), sent)
    }
  })

  it('an empty operand is fine where there is none to compare, and where it matches all', () => {
    for (const type of [CheckType.ValueNotExist, CheckType.ValueMatchAnywhere]) {
      operand(type, '')()
      assert.equal((native.last.args[3] as Uint8Array).length, 0)
    }
  })

  it('the row that is written is the checked one, unless another is named', () => {
    set(check, { value: 'v' })()
    assert.deepEqual(native.last.args.slice(4), [false, null, Buffer.from('v'), 0, -1])
    set({ ...check, returnCheckValue: true }, { sortKey: '', value: 'v', ttlSeconds: 7 })()
    assert.deepEqual(native.last.args.slice(4), [true, Buffer.alloc(0), Buffer.from('v'), 7, -1])
  })

  it('mutations cross with their lifetimes', () => {
    mutate({ set: 'a', value: 'b', ttlSeconds: 258 }, { del: 'c', value: undefined })()
    const set = [8, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 97, 1, 0, 0, 0, 98]
    const del = [8, 0, 0, 0, ...Array(8).fill(255), 1, 0, 0, 0, 99, 0, 0, 0, 0]
    assert.deepEqual(native.last.args[5], Buffer.from([...set, ...del]))
  })
})

describe('batches', () => {
  refuses('TypeError', [
    ['one key', () => table.batchGet(['h', 's']), /keys\[0\] must be an array \[hashKey, sortKey\]/],
    ['no list', () => table.batchGet(null), /keys must be an iterable/],
    ['half a key', () => table.batchGetSettled([['h', 's'], ['h']]), /keys\[1\] must be an array/],
    ['wrong options', () => table.batchGetSettled([['h', 's']], 7), /options must be an object/],
    ['a row without a value', () => table.batchSet([['h', 's']]), /rows\[0\] must be .* sortKey, value\]/],
    ['a value that is none', () => table.batchSet([['h', 's', 7]]), /the value of rows\[0\] .* a number$/],
    ['a sort key that is none', () => table.batchDel([['h', 7]]), /the sortKey of keys\[0\] .* number 7/],
  ])
  refuses('RangeError', [
    ['nothing to read', () => table.batchGet([]), /keys must not be empty/],
    ['nothing to settle', () => table.batchGetSettled([]), /keys must not be empty/],
    ['nothing to write', () => table.batchSet(new Set()), /rows must not be empty/],
    ['nothing to remove', () => table.batchDel([]), /keys must not be empty/],
    [
      'a long hash key',
      () =>
        table.batchGet([
          ['h', 's'],
          [long, 's'],
        ]),
      /the hashKey of keys\[1\] must be shor/,
    ],
  ])
})

describe('ranges and counts', () => {
  const count = (options: object) => () => table.count(options)
  refuses('TypeError', [
    ['a removal without a stop', () => table.delRange('h', 'a'), /stopSortKey must be .* undefined/],
    ['a limit of a removal', () => table.delRange('h', '', '', { maxKvCount: 1 }), /has no "maxKvCount"/],
    ['a listener that is none', count({ onProgress: true }), /options.onProgress must be a function/],
    ['a count of a range', count({ startInclusive: true }), /options has no "startInclusive"/],
    ['a count with values', count({ noValue: false }), /options has no "noValue"/],
    ['a pattern alone', count({ sortKeyFilterPattern: 'a' }), /without options.sortKeyFilterType/],
    ['sort keys with values', () => table.getAllSortKeys('h', { noValue: false }), /has no "noValue"/],
    ['hash keys of one hash key', () => table.multiGetAll('h', { hashKeyFilterType: 1 }), /has no "hashKeyF/],
  ])
  refuses('RangeError', [
    ['a removal without a hash key', () => table.delRange('', '', ''), /hashKey must not be empty/],
    ['everything without a hash key', () => table.multiGetAll(''), /hashKey must not be empty/],
    ['a batch of nothing', count({ batchSize: 0 }), /options.batchSize/],
  ])

  it('a removal takes its start and leaves its stop, unless told otherwise', () => {
    table.delRange('h', 'a', 'z')
    assert.deepEqual([native.last.args[3], native.last.args[4]], [1, 0])
    table.delRange('h', 'a', 'z', { startInclusive: false, stopInclusive: true })
    assert.equal(native.last.args[3], 2)
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
    ['a name unlike any other', get({ compression: 1 }), /known are timeoutMs, signal, onMaybeStale$/],
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
    await handedOver()
    native.answer([[native.last.token, RecordKind.Bytes, 0, 2]], Buffer.from('ok'))
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
  const backup = (backupRequest: any) => () => tableOptions({ backupRequest })
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const local = (given: any) => () => localOptions(given)
  refuses('TypeError', [
    ['half a logger', options({ logger: { error() {}, warn() {} } }), /logger .* has no info, debug/],
    ['a retry option misspelt', options({ retry: { maxRetries: 1 } }), /options.retry has no "maxRetries"/],
    [
      'a full client that does what?',
      options({ whenFull: 'drop' }),
      /whenFull must be 'wait' or 'refuse', got/,
    ],
    ['backup reads as a switch', backup(true), /options.backupRequest must be an object, got boolean true/],
    ['a delay in words', backup({ delayMs: 'soon' }), /backupRequest.delayMs must be an integer, got string/],
    ['a share in words', backup({ delayMs: 5, maxShare: '1%' }), /maxShare must be a number, got string/],
    ['a share of nothing', backup({ maxShare: 0.1 }), /maxShare has no effect without .*delayMs/],
    [
      'a hook that is none',
      () => table.get('h', 's', { onMaybeStale: true }),
      /onMaybeStale must be a function/,
    ],
    ['a stale write', () => table.set('h', 's', 'v', { onMaybeStale() {} }), /options has no "onMaybeStale"/],
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
    ['no operation in flight', options({ maxInFlight: 0 }), /maxInFlight must be an integer from 1/],
    ['half a byte', options({ maxInFlightBytes: 0.5 }), /maxInFlightBytes must be an integer from 1/],
    ['too many bytes', options({ maxInFlightBytes: 2 ** 36 }), /from 1 to 68719476735, got 68719476736/],
    ['no delay', backup({ delayMs: 0 }), /backupRequest.delayMs must be an integer from 1/],
    [
      'more than all',
      backup({ delayMs: 5, maxShare: 1.5 }),
      /maxShare must be a number from 0 to 1, got 1.5/,
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
