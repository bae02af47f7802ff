import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FilterType, LocalCluster, PegasusClient } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { deadAddress } from '../support/net'
import { timed } from '../support/wait'

const w = world()

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse is what these tests are about.
const any = (value: unknown): any => value

type Case = [what: string, call: () => unknown, message: RegExp]

/** Checks that each call is refused with a clear message, whether it throws or rejects. */
function refuses(name: 'TypeError' | 'RangeError', cases: Case[]): void {
  for (const [what, call, message] of cases) {
    it(`${what}: a ${name}`, async () => {
      await assert.rejects(async () => call(), { name, code: 'ERR_INVALID_ARGUMENT', message })
    })
  }
}

/** Values that are neither a string nor a Buffer nor another Uint8Array. */
const NO_BYTES: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 42],
  ['a bigint', 42n],
  ['true', true],
  ['a symbol', Symbol('key')],
  ['an object', { key: 1 }],
  ['an object without a prototype', Object.create(null)],
  ['an array of bytes', [1, 2, 3]],
  ['an ArrayBuffer', new ArrayBuffer(4)],
  ['a DataView', new DataView(new ArrayBuffer(4))],
  ['a Uint16Array', new Uint16Array(2)],
  ['a String object', Object('text')],
  ['a function', () => 'key'],
  ['a Date', new Date(0)],
]

describe('what is no key', () => {
  for (const [what, value] of NO_BYTES) {
    const bad = any(value)
    it(`${what} is refused by every operation, wherever a key goes`, async () => {
      const { table } = w
      const calls: Record<string, () => unknown> = {
        'hash key of get': () => table.get(bad, 's'),
        'sort key of get': () => table.get('h', bad),
        'hash key of set': () => table.set(bad, 's', 'v'),
        'sort key of set': () => table.set('h', bad, 'v'),
        'value of set': () => table.set('h', 's', bad),
        'hash key of remove': () => table.remove(bad, 's'),
        'sort key of remove': () => table.remove('h', bad),
        'hash key of exist': () => table.exist(bad, 's'),
        'sort key of exist': () => table.exist('h', bad),
        'hash key of ttl': () => table.ttl(bad, 's'),
        'sort key of ttl': () => table.ttl('h', bad),
        'hash key of multiSet': () => table.multiSet(bad, { s: 'v' }),
        'sort key of multiSet': () => table.multiSet('h', [[bad, 'v']]),
        'value of multiSet': () => table.multiSet('h', [['s', bad]]),
        'hash key of multiGet': () => table.multiGet(bad, null),
        'sort key of multiGet': () => table.multiGet('h', ['s', bad]),
        'hash key of multiGetOpt': () => table.multiGetOpt(bad, '', ''),
        'start of multiGetOpt': () => table.multiGetOpt('h', bad, ''),
        'stop of multiGetOpt': () => table.multiGetOpt('h', '', bad),
        'hash key of multiDel': () => table.multiDel(bad, ['s']),
        'sort key of multiDel': () => table.multiDel('h', [bad]),
        'hash key of sortKeyCount': () => table.sortKeyCount(bad),
        'hash key of getSortKeys': () => table.getSortKeys(bad),
        'hash key of getScanner': () => table.getScanner(bad),
      }
      if (value !== undefined) {
        calls['start of getScanner'] = () => table.getScanner('h', bad)
        calls['stop of getScanner'] = () => table.getScanner('h', '', bad)
      }
      for (const [where, call] of Object.entries(calls)) {
        await assert.rejects(
          async () => call(),
          (error: Error & { code: string }) => {
            assert.equal(error.name, 'TypeError', `${where}: ${error.stack}`)
            assert.equal(error.code, 'ERR_INVALID_ARGUMENT', where)
            assert.match(error.message, /must be/, where)
            return true
          },
        )
      }
      assert.equal(await table.sortKeyCount('h'), 0)
    })
  }
})

describe('hash keys that cannot be routed', () => {
  for (const length of [65_535, 65_536, 1_000_000]) {
    const long = Buffer.alloc(length, 'k')
    refuses('RangeError', [
      [
        `get, ${length} bytes`,
        () => w.table.get(long, 's'),
        new RegExp(`shorter than 65535 bytes, got ${length}`),
      ],
      [`set, ${length} bytes`, () => w.table.set(long, 's', 'v'), /shorter than 65535 bytes/],
      [`multiSet, ${length} bytes`, () => w.table.multiSet(long, { s: 'v' }), /shorter than 65535 bytes/],
      [`getScanner, ${length} bytes`, () => w.table.getScanner(long), /shorter than 65535 bytes/],
    ])
  }
  it('the length is counted in bytes, not in characters', async () => {
    await assert.rejects(w.table.get('é'.repeat(40_000), 's'), {
      name: 'RangeError',
      message: /got 80000 bytes/,
    })
    assert.equal(await w.table.get('é'.repeat(32_767), 's'), null)
  })

  const empty = /hashKey must not be empty/
  refuses('RangeError', [
    ['multiSet of the empty one', () => w.table.multiSet('', { s: 'v' }), empty],
    ['multiGet of the empty one', () => w.table.multiGet('', null), empty],
    ['multiGet by keys of the empty one', () => w.table.multiGet(Buffer.alloc(0), ['s']), empty],
    ['multiGetOpt of the empty one', () => w.table.multiGetOpt('', '', ''), empty],
    ['multiDel of the empty one', () => w.table.multiDel('', ['s']), empty],
    ['sortKeyCount of the empty one', () => w.table.sortKeyCount(''), empty],
    ['getSortKeys of the empty one', () => w.table.getSortKeys(''), empty],
    ['getScanner of the empty one', () => w.table.getScanner(''), empty],
  ])
})

describe('lists of nothing', () => {
  refuses('RangeError', [
    ['no entries in an array', () => w.table.multiSet('h', []), /entries must not be empty/],
    ['no entries in an object', () => w.table.multiSet('h', {}), /entries must not be empty/],
    ['no entries in a Map', () => w.table.multiSet('h', new Map()), /entries must not be empty/],
    ['no sort keys to read', () => w.table.multiGet('h', []), /sortKeys must not be empty: null means all/],
    ['no sort keys to remove', () => w.table.multiDel('h', []), /sortKeys must not be empty/],
  ])
  refuses('TypeError', [
    [
      'undefined sort keys to read',
      () => w.table.multiGet('h', any(undefined)),
      /sortKeys must be an iterable/,
    ],
    ['null sort keys to remove', () => w.table.multiDel('h', any(null)), /sortKeys must be an iterable/],
    ['a string of sort keys', () => w.table.multiDel('h', any('abc')), /put a single one into an array/],
    [
      'a Buffer of sort keys',
      () => w.table.multiGet('h', any(Buffer.from('abc'))),
      /put a single one into an array/,
    ],
    ['an object of sort keys', () => w.table.multiGet('h', any({ a: 1 })), /sortKeys must be an iterable/],
    ['null entries', () => w.table.multiSet('h', any(null)), /entries must be an iterable/],
    ['a string of entries', () => w.table.multiSet('h', any('ab')), /entries must be an iterable/],
    [
      'entries without a value',
      () => w.table.multiSet('h', any([['a']])),
      /entries\[0\] must be an array \[sortKey, value\]/,
    ],
    [
      'entries as objects',
      () => w.table.multiSet('h', any([{ key: 'a', value: 'b' }])),
      /entries\[0\] must be an array/,
    ],
  ])

  it('an iterable that throws: its own error comes through, and nothing is written', async () => {
    const key = freshKey()
    const mine = new Error('mine')
    function* entries(): Generator<[string, string]> {
      yield ['a', '1']
      throw mine
    }
    await assert.rejects(w.table.multiSet(key, entries()), (error) => error === mine)
    assert.equal(await w.table.sortKeyCount(key), 0)
  })
})

describe('numbers that mean nothing', () => {
  const set = (ttlSeconds: unknown) => w.table.set('h', 's', 'v', { ttlSeconds: any(ttlSeconds) })
  const multiSet = (ttlSeconds: unknown) => w.table.multiSet('h', { s: 'v' }, { ttlSeconds: any(ttlSeconds) })
  for (const [name, write] of [
    ['set', set],
    ['multiSet', multiSet],
  ] as const) {
    refuses('RangeError', [
      [
        `${name}, a negative TTL`,
        () => write(-1),
        /options\.ttlSeconds must be an integer from 0 .* got -1$/,
      ],
      [`${name}, a fractional TTL`, () => write(1.5), /options\.ttlSeconds .* got 1\.5$/],
      [`${name}, a TTL of NaN`, () => write(Number.NaN), /options\.ttlSeconds .* got NaN$/],
      [`${name}, an endless TTL`, () => write(Infinity), /options\.ttlSeconds .* got Infinity$/],
      [`${name}, a TTL beyond 2084`, () => write(2 ** 31 - 1), /options\.ttlSeconds/],
    ])
    refuses('TypeError', [
      [
        `${name}, a TTL as text`,
        () => write('60'),
        /options\.ttlSeconds must be an integer, got string "60"/,
      ],
      [`${name}, a TTL as a bigint`, () => write(60n), /options\.ttlSeconds must be an integer/],
      [`${name}, a TTL of null`, () => write(null), /options\.ttlSeconds must be an integer, got null/],
    ])
  }

  const get = (timeoutMs: unknown) => w.table.get('h', 's', { timeoutMs: any(timeoutMs) })
  refuses('RangeError', [
    ['a timeout of 0', () => get(0), /options\.timeoutMs must be an integer from 1/],
    ['a negative timeout', () => get(-1), /options\.timeoutMs .* got -1/],
    ['a fractional timeout', () => get(0.5), /options\.timeoutMs .* got 0\.5/],
    ['a timeout of NaN', () => get(Number.NaN), /options\.timeoutMs .* got NaN/],
    ['a timeout beyond 32 bits', () => get(2 ** 31), /options\.timeoutMs/],
    ['a batch of no rows', () => w.table.getScanner('h', '', '', { batchSize: 0 }), /options\.batchSize/],
    ['a negative batch', () => w.table.getScanner('h', '', '', { batchSize: -5 }), /options\.batchSize/],
    ['no scanners', () => w.table.getUnorderedScanners(0), /maxSplitCount must be an integer from 1/],
    ['fewer than no scanners', () => w.table.getUnorderedScanners(-1), /maxSplitCount/],
    ['one and a half scanners', () => w.table.getUnorderedScanners(1.5), /maxSplitCount/],
    ['a fractional limit', () => w.table.multiGet('h', null, { maxKvCount: 1.5 }), /options\.maxKvCount/],
    [
      'a limit beyond 32 bits',
      () => w.table.multiGet('h', null, { maxKvSize: 2 ** 40 }),
      /options\.maxKvSize/,
    ],
  ])
  refuses('TypeError', [
    ['a timeout as text', () => get('100'), /options\.timeoutMs must be an integer, got string "100"/],
    ['scanners as text', () => w.table.getUnorderedScanners(any('2')), /maxSplitCount must be an integer/],
    [
      'no number of scanners',
      () => w.table.getUnorderedScanners(any(undefined)),
      /maxSplitCount must be an integer/,
    ],
  ])
})

describe('options that do not exist', () => {
  const o = any
  refuses('TypeError', [
    [
      'of get',
      () => w.table.get('h', 's', o({ timeout: 100 })),
      /options has no "timeout": did you mean timeoutMs\?/,
    ],
    ['ttl of set', () => w.table.set('h', 's', 'v', o({ ttl: 60 })), /options has no "ttl"/],
    ['ttlSeconds of get', () => w.table.get('h', 's', o({ ttlSeconds: 60 })), /options has no "ttlSeconds"/],
    ['of multiGet', () => w.table.multiGet('h', null, o({ maxKVCount: 1 })), /did you mean maxKvCount\?/],
    [
      'reverse of multiGet',
      () => w.table.multiGet('h', null, o({ reverse: true })),
      /options has no "reverse"/,
    ],
    [
      'of multiGetOpt',
      () => w.table.multiGetOpt('h', '', '', o({ startinclusive: true })),
      /did you mean startInclusive\?/,
    ],
    [
      'of getScanner',
      () => w.table.getScanner('h', '', '', o({ snapshot: null })),
      /options has no "snapshot"/,
    ],
    [
      'of getUnorderedScanners',
      () => w.table.getUnorderedScanners(1, o({ reverse: true })),
      /options has no "reverse"/,
    ],
    ['of openTable', () => w.client.openTable('temp', o({ timeout: 1 })), /options has no "timeout"/],
    ['of connect', () => PegasusClient.connect(o({ metaServer: 'a:1' })), /did you mean metaServers\?/],
    ['of a cluster', () => LocalCluster.start(o({ table: {} })), /did you mean tables\?/],
    [
      'options that are a number',
      () => w.table.get('h', 's', o(100)),
      /options must be an object, got number 100/,
    ],
    ['options that are null', () => w.table.get('h', 's', o(null)), /options must be an object, got null/],
    ['options that are an array', () => w.table.get('h', 's', o([])), /options must be an object/],
    [
      'a flag as a number',
      () => w.table.multiGetOpt('h', '', '', o({ reverse: 1 })),
      /options\.reverse must be true or false/,
    ],
    [
      'a signal that is none',
      () => w.table.get('h', 's', o({ signal: true })),
      /options\.signal must be an AbortSignal/,
    ],
  ])
})

describe('filters that do not exist', () => {
  const range = (options: object) => w.table.multiGetOpt('h', '', '', any(options))
  const scan = (options: object) => w.table.getScanner('h', '', '', any(options))
  for (const type of [-1, 4, 100, 1.5, 'MatchPrefix', null, Number.NaN]) {
    refuses('TypeError', [
      [
        `multiGetOpt, sort keys by ${type}`,
        () => range({ sortKeyFilterType: type, sortKeyFilterPattern: 'a' }),
        /options\.sortKeyFilterType must be a FilterType/,
      ],
      [
        `getScanner, sort keys by ${type}`,
        () => scan({ sortKeyFilterType: type, sortKeyFilterPattern: 'a' }),
        /options\.sortKeyFilterType must be a FilterType/,
      ],
      [
        `getScanner, hash keys by ${type}`,
        () => scan({ hashKeyFilterType: type, hashKeyFilterPattern: 'a' }),
        /options\.hashKeyFilterType must be a FilterType/,
      ],
    ])
  }
  refuses('TypeError', [
    [
      'a pattern that nothing compares',
      () => range({ sortKeyFilterPattern: 'a' }),
      /has no effect without options\.sortKeyFilterType/,
    ],
    [
      'a pattern of no filter',
      () => range({ sortKeyFilterType: FilterType.NoFilter, sortKeyFilterPattern: 'a' }),
      /has no effect with FilterType\.NoFilter/,
    ],
    [
      'a pattern that is no text',
      () => range({ sortKeyFilterType: FilterType.MatchPrefix, sortKeyFilterPattern: 7 }),
      /options\.sortKeyFilterPattern must be a string/,
    ],
  ])
})

describe('clusters that cannot be found', () => {
  const connect = (metaServers: unknown) => PegasusClient.connect({ metaServers: any(metaServers) })
  refuses('TypeError', [
    ['no options', () => PegasusClient.connect(any(undefined)), /options\.metaServers is missing/],
    ['no meta servers', () => PegasusClient.connect(any({})), /options\.metaServers is missing/],
    ['a number', () => connect(34601), /options\.metaServers must be a string or an array of strings/],
    ['an empty string', () => connect(''), /it is empty/],
    [
      'an address without a port',
      () => connect('127.0.0.1'),
      /"127\.0\.0\.1" is not a host:port address: it has no port/,
    ],
    [
      'one of several without a port',
      () => connect(['127.0.0.1:34601', 'meta2']),
      /"meta2" .* it has no port/,
    ],
    ['an empty port', () => connect('127.0.0.1:'), /its port must be a number from 1 to 65535/],
    ['port 0', () => connect('127.0.0.1:0'), /its port/],
    ['a port beyond the last', () => connect('127.0.0.1:65536'), /its port/],
    ['a negative port', () => connect('127.0.0.1:-1'), /its port/],
    ['a port in words', () => connect('127.0.0.1:http'), /its port/],
    ['a bad IPv4 address', () => connect('127.0.0.256:34601'), /127\.0\.0\.256 is not an IPv4 address/],
    ['no host', () => connect(':34601'), /it has no host/],
    ['IPv6 without brackets', () => connect('::1:34601'), /needs brackets/],
    ['a URL', () => connect('http://127.0.0.1:34601'), /is not a host:port address/],
    ['an array with null', () => connect(['127.0.0.1:34601', null]), /must hold strings, got null/],
    [
      'half a logger',
      () => PegasusClient.connect({ metaServers: 'a:1', logger: any({ info() {} }) }),
      /logger .* has no error, warn, debug/,
    ],
  ])
  refuses('RangeError', [
    ['an empty array', () => connect([]), /must name at least one meta server/],
    [
      'a client timeout of 0',
      () => PegasusClient.connect({ metaServers: 'a:1', timeoutMs: 0 }),
      /options\.timeoutMs/,
    ],
    [
      'no attempts',
      () => PegasusClient.connect({ metaServers: 'a:1', retry: { maxAttempts: 0 } }),
      /options\.retry\.maxAttempts/,
    ],
    [
      'pauses upside down',
      () => PegasusClient.connect({ metaServers: 'a:1', retry: { baseDelayMs: 9, maxDelayMs: 1 } }),
      /must not be less than baseDelayMs/,
    ],
  ])

  const connectSoon = (metaServers: string | string[]) =>
    PegasusClient.connect({ metaServers, timeoutMs: 300 })

  it('no meta server listens: ERR_NETWORK_FAILURE with the address', async () => {
    const address = await deadAddress()
    await assert.rejects(connectSoon(address), {
      name: 'PegasusError',
      code: 'ERR_NETWORK_FAILURE',
      retryable: true,
      maybeApplied: false,
      message: new RegExp(address),
    })
  })

  it('none of several listens: each is named', async () => {
    const addresses = [await deadAddress(), await deadAddress()]
    await assert.rejects(connectSoon(addresses), (error: Error) =>
      addresses.every((one) => error.message.includes(one)),
    )
  })
})

describe('tables that cannot be opened', () => {
  refuses('TypeError', [
    ['an empty name', () => w.client.openTable(''), /name must be a non-empty string/],
    ['no name', () => w.client.openTable(any(undefined)), /name must be a non-empty string, got undefined/],
    [
      'a Buffer as a name',
      () => w.client.openTable(any(Buffer.from('temp'))),
      /name must be a non-empty string/,
    ],
    ['an empty name to create', () => w.cluster.createTable(''), /name must be a non-empty string/],
    [
      'a table without a name to start with',
      () => LocalCluster.start({ tables: { '': 1 } }),
      /a table name in options\.tables/,
    ],
  ])
  refuses('RangeError', [
    ['no time to open', () => w.client.openTable('temp', { timeoutMs: 0 }), /options\.timeoutMs/],
    ['no partitions', () => w.cluster.createTable('new', 0), /partitionCount must be an integer from 1/],
    ['part of a partition', () => w.cluster.createTable('new', 1.5), /partitionCount/],
    [
      'a cluster without replica servers',
      () => LocalCluster.start({ replicaServers: 0 }),
      /options\.replicaServers/,
    ],
    ['a cluster without meta servers', () => LocalCluster.start({ metaServers: 0 }), /options\.metaServers/],
    ['a port beyond the last', () => LocalCluster.start({ port: 65_536 }), /options\.port/],
  ])

  for (const name of ['missing', 'Temp', 'temp ', 'тест', 'a'.repeat(1000), 'tem\0p']) {
    it(`${JSON.stringify(name.slice(0, 20))} is not there: ERR_OBJECT_NOT_FOUND`, async () => {
      const took = await timed(() =>
        assert.rejects(w.client.openTable(name), {
          name: 'PegasusError',
          code: 'ERR_OBJECT_NOT_FOUND',
          table: name,
          maybeApplied: false,
        }),
      )
      assert.ok(took < 1000, `${took} ms`)
    })
  }
})

describe('after all that', () => {
  it('the client works', async () => {
    const key = freshKey()
    await w.table.set(key, 's', 'v')
    assert.equal(String(await w.table.get(key, 's')), 'v')
    assert.equal(await w.table.sortKeyCount('h'), 0)
  })
})
