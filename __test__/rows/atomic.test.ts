import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Bytes, type Check, CheckType } from 'pegasus-client'
import { freshKey, world } from '../support/cluster'
import { until } from '../support/wait'

const w = world()
const MAX_INT64 = 2n ** 63n - 1n
const REFUSED = {
  name: 'PegasusError',
  code: 'ERR_INVALID_PARAMETERS',
  retryable: false,
  maybeApplied: false,
}

async function text(hashKey: string, sortKey: string): Promise<string | undefined> {
  return (await w.table.get(hashKey, sortKey))?.toString()
}

async function livesFor(hashKey: string, sortKey: string, least: number, most: number): Promise<void> {
  const seconds = await w.table.ttl(hashKey, sortKey)
  assert.ok(seconds !== null && seconds >= least && seconds <= most, `${seconds} from ${least} to ${most}`)
}

describe('incr', () => {
  it('starts from 0 where there is no row, and where the value is empty', async () => {
    const key = freshKey()
    await w.table.set(key, 'empty', '')
    for (const sortKey of ['empty', 'missing']) {
      assert.equal(await w.table.incr(key, sortKey, 100), 100n)
      assert.equal(await w.table.ttl(key, sortKey), -1)
      assert.equal(await w.table.incr(key, sortKey, 0), 100n)
      assert.equal(await w.table.incr(key, sortKey, -1n), 99n)
      assert.equal(await text(key, sortKey), '99')
    }
  })

  it('adds 1 where nothing is said, also under an empty hash key', async () => {
    assert.equal(await w.table.incr('', freshKey()), 1n)
  })

  it('keeps, sets and clears the expiry, as it is told', async () => {
    const key = freshKey()
    await w.table.set(key, 's', '100')
    assert.equal(await w.table.incr(key, 's', 100), 200n)
    assert.equal(await w.table.ttl(key, 's'), -1)
    assert.equal(await w.table.incr(key, 's', 1, { ttlSeconds: 10 }), 201n)
    await livesFor(key, 's', 1, 10)
    assert.equal(await w.table.incr(key, 's', 1, { ttlSeconds: 0 }), 202n)
    await livesFor(key, 's', 1, 10)
    assert.equal(await w.table.incr(key, 's', 1, { ttlSeconds: 20 }), 203n)
    await livesFor(key, 's', 11, 20)
    assert.equal(await w.table.incr(key, 's'), 204n)
    await livesFor(key, 's', 11, 20)
    assert.equal(await w.table.incr(key, 's', 1, { ttlSeconds: -1 }), 205n)
    assert.equal(await w.table.ttl(key, 's'), -1)
  })

  it('starts anew when the row has expired, and then for good', async () => {
    const key = freshKey()
    await w.table.set(key, 's', '100', { ttlSeconds: 1 })
    await until('the row is gone', async () => !(await w.table.exist(key, 's')))
    assert.equal(await w.table.incr(key, 's', 5), 5n)
    assert.equal(await w.table.ttl(key, 's'), -1)
  })

  it('is exact above 2^53, and takes as much at once', async () => {
    const key = freshKey()
    assert.equal(await w.table.incr(key, 's', 2n ** 53n), 9_007_199_254_740_992n)
    assert.equal(await w.table.incr(key, 's'), 9_007_199_254_740_993n)
    assert.equal(await text(key, 's'), '9007199254740993')
    assert.equal(await w.table.incr(key, 'most', MAX_INT64), MAX_INT64)
    assert.equal(await w.table.incr(key, 'least', -MAX_INT64 - 1n), -(2n ** 63n))
  })

  for (const [what, value, by] of [
    ['text', 'aaa', 1n],
    ['an integer of more than 64 bits', '9'.repeat(47), 1n],
    ['the greatest integer, to which 1 is added', String(MAX_INT64), 1n],
    ['the least integer, from which 1 is taken', String(-MAX_INT64 - 1n), -1n],
  ] as const) {
    it(`is refused for ${what}, which stays as it is`, async () => {
      const key = freshKey()
      await w.table.set(key, 's', value)
      await assert.rejects(w.table.incr(key, 's', by), REFUSED)
      assert.equal(await text(key, 's'), value)
    })
  }

  it('of three clients at once counts each of 60 once', async () => {
    const key = freshKey()
    const clients = await Promise.all([w.connect(), w.connect(), w.connect()])
    const tables = await Promise.all(clients.map((client) => client.openTable('temp')))
    const sums = await Promise.all(
      tables.flatMap((table) => Array.from({ length: 20 }, () => table.incr(key, 's'))),
    )
    assert.deepEqual(
      sums.map(Number).sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, index) => index + 1),
    )
    await Promise.all(clients.map((client) => client.close()))
  })
})

/** Runs a check in both ways, each on its own row, which has this value or does not exist. */
async function passes(value: Bytes | null, type: CheckType, operand?: Check['operand']): Promise<boolean> {
  const key = freshKey('check')
  const check = { sortKey: 'checked', type, operand, returnCheckValue: true }
  if (value !== null) await w.table.set(key, 'checked', value)
  const bySet = await w.table.checkAndSet(key, check, { sortKey: 'by set', value: 'done' })
  const byMutate = await w.table.checkAndMutate(key, check, [{ set: 'by mutate', value: 'done' }])
  assert.deepEqual(bySet, byMutate)
  assert.equal(bySet.checkValueReturned, true)
  assert.equal(bySet.checkValueExist, value !== null)
  assert.deepEqual(bySet.checkValue, value === null ? null : Buffer.from(value))
  assert.equal(await w.table.exist(key, 'by set'), bySet.succeeded)
  assert.equal(await w.table.exist(key, 'by mutate'), bySet.succeeded)
  return bySet.succeeded
}

const NO_OPERAND = [
  CheckType.NoCheck,
  CheckType.ValueNotExist,
  CheckType.ValueNotExistOrEmpty,
  CheckType.ValueExist,
  CheckType.ValueNotEmpty,
]
const MATCHES = [CheckType.ValueMatchAnywhere, CheckType.ValueMatchPrefix, CheckType.ValueMatchPostfix]
const LESS_TO_GREATER_BYTES = [
  CheckType.ValueBytesLess,
  CheckType.ValueBytesLessOrEqual,
  CheckType.ValueBytesEqual,
  CheckType.ValueBytesGreaterOrEqual,
  CheckType.ValueBytesGreater,
]
const LESS_TO_GREATER_INT = [
  CheckType.ValueIntLess,
  CheckType.ValueIntLessOrEqual,
  CheckType.ValueIntEqual,
  CheckType.ValueIntGreaterOrEqual,
  CheckType.ValueIntGreater,
]
/** Which of the five comparisons pass, from less to greater. */
const LESS = [true, true, false, false, false]
const EQUAL = [false, true, true, true, false]
const GREATER = [false, false, false, true, true]

const all = (types: CheckType[], value: Bytes | null, operand?: Check['operand']) =>
  Promise.all(types.map((type) => passes(value, type, operand)))

describe('a check', () => {
  it('has the numbers of the wire', () => {
    const numbers = [...NO_OPERAND, ...MATCHES, ...LESS_TO_GREATER_BYTES, ...LESS_TO_GREATER_INT]
    assert.deepEqual(
      numbers,
      Array.from({ length: 18 }, (_, number) => number),
    )
  })

  it('asks whether there is a row, and whether it is empty', async () => {
    assert.deepEqual(await all(NO_OPERAND, null), [true, true, true, false, false])
    assert.deepEqual(await all(NO_OPERAND, ''), [true, false, true, true, false])
    assert.deepEqual(await all(NO_OPERAND, 'x'), [true, false, false, true, true])
  })

  it('looks for bytes anywhere, at the start and at the end', async () => {
    assert.deepEqual(await all(MATCHES, 'v1x', '1'), [true, false, false])
    assert.deepEqual(await all(MATCHES, 'v1', 'v'), [true, true, false])
    assert.deepEqual(await all(MATCHES, 'v1', '1'), [true, false, true])
    assert.deepEqual(await all(MATCHES, 'v1', 'v1'), [true, true, true])
    assert.deepEqual(await all(MATCHES, 'v1', 'v1 and more'), [false, false, false])
  })

  it('finds the empty operand in every value, but not where there is no row', async () => {
    assert.deepEqual(await all(MATCHES, '', ''), [true, true, true])
    assert.deepEqual(await all(MATCHES, 'v', Buffer.alloc(0)), [true, true, true])
    assert.deepEqual(await all(MATCHES, null, ''), [false, false, false])
  })

  it('compares bytes without a sign, the shorter one first', async () => {
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, 'v1', 'v2'), LESS)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, 'v2', 'v2'), EQUAL)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, 'v3', 'v2'), GREATER)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, 'v', 'v1'), LESS)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, 'v', ''), GREATER)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, Buffer.from([0x80]), Buffer.from([0x7f])), GREATER)
    assert.deepEqual(await all(LESS_TO_GREATER_BYTES, '9', '10'), GREATER)
    assert.ok(!(await all(LESS_TO_GREATER_BYTES, null, '')).includes(true))
  })

  it('compares integers, given as numbers, as bigints and as text', async () => {
    assert.deepEqual(await all(LESS_TO_GREATER_INT, '9', 10), LESS)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, '10', 10n), EQUAL)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, '10', '9'), GREATER)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, '-2', '-1'), LESS)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, '0', -1), GREATER)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, String(MAX_INT64), MAX_INT64), EQUAL)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, String(MAX_INT64 - 1n), MAX_INT64), LESS)
    assert.deepEqual(await all(LESS_TO_GREATER_INT, String(-MAX_INT64 - 1n), -MAX_INT64), LESS)
    assert.ok(!(await all(LESS_TO_GREATER_INT, null, 0)).includes(true))
  })

  it('reads integers as C does: white space, signs, hexadecimal and octal digits', async () => {
    for (const [operand, value] of [
      [' 5', '5'],
      ['+5', '5'],
      ['0x10', '16'],
      ['-0X1f', '-31'],
      ['010', '8'],
      ['\t\n 0', '0'],
      [Buffer.from('00'), '0'],
    ] as const) {
      assert.equal(await passes(value, CheckType.ValueIntEqual, operand), true, `${operand} is ${value}`)
      assert.equal(await passes(operand, CheckType.ValueIntEqual, value), true, `${operand} is ${value}`)
    }
  })

  it('of integers is refused where the value is none, which stays as it is', async () => {
    const key = freshKey()
    for (const value of ['', 'v1', '9'.repeat(47), '1 ', '08']) {
      await w.table.set(key, 's', value)
      for (const type of LESS_TO_GREATER_INT) {
        const check = { sortKey: 's', type, operand: 1 }
        await assert.rejects(w.table.checkAndSet(key, check, { value: 'new' }), REFUSED)
        await assert.rejects(w.table.checkAndMutate(key, check, [{ del: 's' }]), REFUSED)
      }
      assert.equal(await text(key, 's'), value)
    }
  })
})

describe('checkAndSet', () => {
  it('writes the checked row once, and then says what it has', async () => {
    const key = freshKey()
    const check = { sortKey: 'k1', type: CheckType.ValueNotExist, returnCheckValue: true }
    assert.deepEqual(await w.table.checkAndSet(key, check, { value: 'v1' }), {
      succeeded: true,
      checkValueReturned: true,
      checkValueExist: false,
      checkValue: null,
    })
    assert.deepEqual(await w.table.checkAndSet(key, check, { value: 'v2' }), {
      succeeded: false,
      checkValueReturned: true,
      checkValueExist: true,
      checkValue: Buffer.from('v1'),
    })
    assert.equal(await text(key, 'k1'), 'v1')
  })

  it('does not say what it was not asked', async () => {
    const key = freshKey()
    await w.table.set(key, 'k', 'v')
    const check = { sortKey: 'k', type: CheckType.ValueNotExist }
    assert.deepEqual(await w.table.checkAndSet(key, check, { value: 'v2' }), {
      succeeded: false,
      checkValueReturned: false,
      checkValueExist: false,
      checkValue: null,
    })
  })

  it('brings back an empty value as a value', async () => {
    const key = freshKey()
    await w.table.set(key, 'k', '')
    const check = { sortKey: 'k', type: CheckType.NoCheck, returnCheckValue: true }
    const { checkValueExist, checkValue } = await w.table.checkAndSet(key, check, { value: 'v' })
    assert.deepEqual([checkValueExist, checkValue], [true, Buffer.alloc(0)])
  })

  it('may write another row than it checks, the one with an empty sort key too', async () => {
    const key = freshKey()
    await w.table.set(key, 'k3', 'v3')
    const check = { sortKey: 'k3', type: CheckType.ValueBytesEqual, operand: 'v3' }
    for (const sortKey of ['k4', '']) {
      assert.equal((await w.table.checkAndSet(key, check, { sortKey, value: 'v4' })).succeeded, true)
      assert.equal(await text(key, sortKey), 'v4')
    }
    assert.equal(await text(key, 'k3'), 'v3')
  })

  it('goes from value to value, one comparison after the other', async () => {
    const key = freshKey()
    await w.table.set(key, 's', '1')
    const steps: [CheckType, number, string][] = [
      [CheckType.ValueIntEqual, 1, '2'],
      [CheckType.ValueIntLess, 3, '3'],
      [CheckType.ValueIntLessOrEqual, 3, '4'],
      [CheckType.ValueIntGreaterOrEqual, 4, '0'],
      [CheckType.ValueIntGreater, -1, '-1'],
      [CheckType.ValueIntEqual, -1, '-2'],
    ]
    for (const [type, operand, value] of steps) {
      const check = { sortKey: 's', type, operand, returnCheckValue: true }
      const first = await w.table.checkAndSet(key, check, { value })
      assert.equal(first.succeeded, true, `${CheckType[type]} ${operand}`)
      assert.equal(await text(key, 's'), value)
    }
  })

  it('gives the row a time to live, or none', async () => {
    const key = freshKey()
    const check = { sortKey: 's', type: CheckType.NoCheck }
    await w.table.checkAndSet(key, check, { value: 'v', ttlSeconds: 10 })
    await livesFor(key, 's', 8, 10)
    await w.table.checkAndSet(key, check, { value: 'v' })
    assert.equal(await w.table.ttl(key, 's'), -1)
  })

  it('lets one of many at once through', async () => {
    const key = freshKey()
    const check = { sortKey: 'lock', type: CheckType.ValueNotExist }
    const attempts = Array.from({ length: 50 }, (_, number) =>
      w.table.checkAndSet(key, check, { value: `holder ${number}` }),
    )
    const results = await Promise.all(attempts)
    const winner = results.findIndex(({ succeeded }) => succeeded)
    assert.equal(results.filter(({ succeeded }) => succeeded).length, 1)
    assert.equal(await text(key, 'lock'), `holder ${winner}`)
  })
})

describe('conditional writes of more than a server takes', () => {
  it('are refused as arguments before they are sent', async () => {
    const key = freshKey()
    const check = { sortKey: 's', type: CheckType.NoCheck }
    const half = Buffer.alloc(600_000)
    const tooLong = { name: 'RangeError', code: 'ERR_INVALID_ARGUMENT', message: /at most 1048576/ }
    await assert.rejects(w.table.checkAndSet(key, check, { value: Buffer.alloc(1_048_576) }), tooLong)
    const mutations = [
      { set: 'a', value: half },
      { set: 'b', value: half },
    ]
    await assert.rejects(w.table.checkAndMutate(key, check, mutations), tooLong)
    await assert.rejects(w.table.compareExchange(key, 's', half, half), tooLong)
    assert.equal(await w.table.sortKeyCount(key), 0)
  })
})

describe('checkAndMutate', () => {
  const always = { sortKey: 's', type: CheckType.NoCheck }

  it('makes its changes in the order given', async () => {
    const key = freshKey()
    await w.table.checkAndMutate(key, always, [{ set: 's', value: 'v' }, { del: 's' }])
    assert.equal(await text(key, 's'), undefined)
    await w.table.checkAndMutate(key, always, [{ del: 's' }, { set: 's', value: 'again' }])
    assert.equal(await text(key, 's'), 'again')
    await w.table.checkAndMutate(key, always, [
      { set: 's', value: 'first' },
      { set: 's', value: 'last' },
    ])
    assert.equal(await text(key, 's'), 'last')
  })

  it('leaves what survives of several changes', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2', c: '3' })
    const check = { sortKey: 'b', type: CheckType.ValueIntEqual, operand: 2, returnCheckValue: true }
    const mutations = new Set([{ del: 'a' }, { set: 'b', value: '' }, { set: 'd', value: '4' }])
    const result = await w.table.checkAndMutate(key, check, mutations)
    assert.deepEqual(result, {
      succeeded: true,
      checkValueReturned: true,
      checkValueExist: true,
      checkValue: Buffer.from('2'),
    })
    const { entries } = await w.table.multiGet(key, null)
    assert.deepEqual(
      entries.map(({ sortKey, value }) => `${sortKey}=${value}`),
      ['b=', 'c=3', 'd=4'],
    )
  })

  it('changes nothing when the check does not pass', async () => {
    const key = freshKey()
    await w.table.multiSet(key, { a: '1', b: '2' })
    const check = { sortKey: 'b', type: CheckType.ValueBytesEqual, operand: '3' }
    const result = await w.table.checkAndMutate(key, check, [{ del: 'a' }, { set: 'c', value: '3' }])
    assert.equal(result.succeeded, false)
    assert.equal(result.checkValueReturned, false)
    assert.deepEqual((await w.table.getSortKeys(key)).sortKeys.map(String), ['a', 'b'])
  })

  it('counts the time to live of each row from the write, so that its list can be used again', async () => {
    const key = freshKey()
    const mutations = [
      { set: 'short', value: 'v', ttlSeconds: 2 },
      { set: 'long', value: 'v', ttlSeconds: 60 },
      { set: 'forever', value: 'v' },
    ]
    await w.table.checkAndMutate(key, always, mutations)
    await until('the short one is gone', async () => !(await w.table.exist(key, 'short')))
    await w.table.checkAndMutate(key, always, mutations)
    await livesFor(key, 'short', 1, 2)
    await livesFor(key, 'long', 59, 60)
    assert.equal(await w.table.ttl(key, 'forever'), -1)
  })
})

describe('compareExchange', () => {
  it('writes only over what was expected', async () => {
    const key = freshKey()
    const exchange = (expected: string | null, value: string) =>
      w.table.compareExchange(key, 's', expected, value)
    const done = { succeeded: true, actual: null }
    assert.deepEqual(await exchange('', 'v0'), { succeeded: false, actual: null })
    assert.deepEqual(await exchange(null, ''), done)
    assert.deepEqual(await exchange('', 'v1'), done)
    assert.deepEqual(await exchange('', 'v2'), { succeeded: false, actual: Buffer.from('v1') })
    assert.deepEqual(await exchange(null, 'v2'), { succeeded: false, actual: Buffer.from('v1') })
    assert.deepEqual(await exchange('v1', 'v2'), done)
    assert.equal(await text(key, 's'), 'v2')
  })

  it('gives an empty value that was not expected as a value', async () => {
    const key = freshKey()
    await w.table.set(key, 's', '')
    assert.deepEqual(await w.table.compareExchange(key, 's', 'v', 'w'), {
      succeeded: false,
      actual: Buffer.alloc(0),
    })
  })

  it('gives the row a time to live', async () => {
    const key = freshKey()
    await w.table.compareExchange(key, 's', null, 'v', { ttlSeconds: 30 })
    await livesFor(key, 's', 28, 30)
  })

  it('loses no update of many at once', async () => {
    const key = freshKey()
    const append = async (letter: string) => {
      let old = await w.table.get(key, 's')
      for (;;) {
        const value = `${old ?? ''}${letter}`
        const { succeeded, actual } = await w.table.compareExchange(key, 's', old, value)
        if (succeeded) return
        old = actual
      }
    }
    const letters = [...'abcdefghij']
    await Promise.all(letters.map(append))
    assert.deepEqual([...((await text(key, 's')) ?? '')].sort(), letters)
  })
})
