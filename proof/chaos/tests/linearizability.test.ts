import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Random } from '../../../__test__/support/random'
import type { Action } from '../histories/cell'
import { judge, type Operation } from '../histories/linearizability'

const UNKNOWN = Number.POSITIVE_INFINITY

/** An operation that was called and answered at these moments. */
const at = (called: number, answered: number, action: Action, repeatsUntil?: number): Operation => {
  return repeatsUntil === undefined
    ? { called, answered, action }
    : { called, answered, action, repeatsUntil }
}
const set = (value: string | null): Action => ({ kind: 'write', value })
const saw = (saw: string | null): Action => ({ kind: 'read', saw })
const add = (by: number, sum?: number): Action => ({ kind: 'add', by, sum })
const exchange = (
  expected: string | null,
  value: string,
  succeeded?: boolean,
  actual?: string | null,
): Action => {
  return { kind: 'exchange', expected, value, succeeded, actual }
}

const good = (...history: Operation[]) => assert.equal(judge(history), 'linearizable')
const bad = (...history: Operation[]) => assert.equal(judge(history), 'not linearizable')

describe('a history of reads and writes', () => {
  it('is good one after the other', () => {
    good()
    good(at(0, 1, saw(null)))
    good(at(0, 1, set('a')), at(2, 3, saw('a')), at(4, 5, set(null)), at(6, 7, saw(null)))
  })

  it('is bad when an acknowledged write is not there', () => {
    bad(at(0, 1, set('a')), at(2, 3, saw(null)))
    bad(at(0, 1, set('a')), at(2, 3, set('b')), at(4, 5, saw('a')))
  })

  it('is bad when a value comes from nowhere', () => {
    bad(at(0, 1, saw('a')))
    bad(at(0, 1, saw('a')), at(2, 3, set('a')))
  })

  it('may order what overlaps in any way, but only in one', () => {
    const writes = [at(0, 10, set('a')), at(0, 10, set('b'))]
    good(...writes, at(11, 12, saw('a')))
    good(...writes, at(11, 12, saw('b')))
    good(...writes, at(1, 2, saw('b')), at(3, 4, saw('a')))
    bad(...writes, at(1, 2, saw('b')), at(3, 4, saw('a')), at(5, 6, saw('b')))
    bad(...writes, at(1, 2, saw('a')), at(3, 4, saw('b')), at(11, 12, saw('a')))
    bad(...writes, at(11, 12, saw('a')), at(13, 14, saw('b')))
  })

  it('takes moments that are the same as overlapping', () => {
    good(at(0, 1, set('a')), at(1, 2, saw(null)))
  })

  it('knows rows that are there, and with what life', () => {
    good(
      at(0, 1, set('a+ttl')),
      at(2, 3, { kind: 'ttl', saw: 'limited' }),
      at(4, 5, { kind: 'exist', saw: true }),
    )
    bad(at(0, 1, set('a')), at(2, 3, { kind: 'ttl', saw: 'limited' }))
    bad(at(0, 1, set('a')), at(2, 3, { kind: 'exist', saw: false }))
    bad(at(0, 1, { kind: 'ttl', saw: 'endless' }))
  })
})

describe('a write whose outcome is unknown', () => {
  it('may have happened, late or never', () => {
    const unknown = at(0, UNKNOWN, set('a'))
    good(unknown, at(2, 3, saw(null)))
    good(unknown, at(2, 3, saw('a')))
    good(unknown, at(2, 3, saw(null)), at(50, 60, saw('a')))
    good(unknown, at(2, 3, set('b')), at(4, 5, saw('b')), at(6, 7, saw('a')))
  })

  it('has not happened before it was called, and happens once', () => {
    bad(at(0, 1, saw('a')), at(2, UNKNOWN, set('a')))
    bad(
      at(0, UNKNOWN, set('a')),
      at(2, 3, saw('a')),
      at(4, 5, set('b')),
      at(6, 7, saw('b')),
      at(8, 9, saw('a')),
    )
  })
})

describe('a write that is sent again when no answer comes', () => {
  const first = at(0, 5, set('a'), 20)
  const others = [at(6, 7, set('b')), at(8, 9, saw('b'))]

  it('may happen again while a copy of it lives', () => {
    good(first, ...others, at(10, 11, saw('a')), at(30, 31, saw('a')))
    good(at(0, 1, set('c')), at(2, 5, set(null), 20), ...others, at(10, 11, saw(null)))
    good(first, ...others, at(10, 11, exchange('a', 'x', true)))
  })

  it('may not later, nor before it has happened', () => {
    bad(first, ...others, at(21, 22, saw('b')), at(23, 24, saw('a')))
    bad(at(0, 5, set('a')), ...others, at(10, 11, saw('a')))
  })

  it('is not missed because a later read was taken first', () => {
    // a, b, then a once more before 5, and b once more before 15: in this order both reads are right.
    const [a, b] = [at(0, 1, set('a'), 5), at(2, 3, set('b'), 15)]
    good(a, b, at(0, 20, saw('a')), at(10, 30, saw('b')))
  })
})

describe('an exchange', () => {
  it('passes on what is there, and only then', () => {
    good(at(0, 1, exchange(null, 'a', true)), at(2, 3, exchange('a', 'b', true)), at(4, 5, saw('b')))
    good(at(0, 1, set('a')), at(2, 3, exchange('b', 'c', false, 'a')), at(4, 5, saw('a')))
    bad(at(0, 1, set('a')), at(2, 3, exchange('b', 'c', true)))
    bad(at(0, 1, set('a')), at(2, 3, exchange('a', 'c', false, 'a')))
    bad(at(0, 1, set('a')), at(2, 3, exchange('b', 'c', false, 'd')))
  })

  it('passes for one of two who expect the same', () => {
    const start = at(0, 1, set('a'))
    good(start, at(2, 9, exchange('a', 'b', true)), at(2, 9, exchange('a', 'c', false, 'b')))
    bad(start, at(2, 9, exchange('a', 'b', true)), at(2, 9, exchange('a', 'c', true)))
  })

  it('with an unknown outcome may have passed or not', () => {
    const start = [at(0, 1, set('a')), at(2, UNKNOWN, exchange('a', 'b'))]
    good(...start, at(4, 5, saw('a')), at(6, 7, saw('b')))
    good(...start, at(4, 5, set('c')), at(6, 7, saw('c')))
    bad(...start, at(4, 5, set('c')), at(6, 7, saw('c')), at(8, 9, saw('b')))
  })
})

describe('a counter', () => {
  it('counts each increment once', () => {
    good(at(0, 9, add(1, 3)), at(0, 9, add(2, 2)), at(10, 11, saw('3')))
    bad(at(0, 9, add(1, 1)), at(0, 9, add(2, 2)))
    bad(at(0, 1, add(1, 1)), at(2, 3, saw('2')))
    bad(at(0, 1, add(1, 1)), at(2, 3, saw('1')), at(4, 5, add(2, 5)))
  })

  it('counts what may have been applied once or not at all', () => {
    const unknown = at(0, UNKNOWN, add(10))
    good(unknown, at(1, 2, add(1, 1)), at(3, 4, add(1, 12)), at(5, 6, saw('12')))
    good(unknown, at(1, 2, add(1, 1)), at(3, 4, saw('1')))
    bad(unknown, at(1, 2, add(1, 21)))
  })
})

describe('histories that were made by one machine', () => {
  it('are good, and bad with one answer changed to what it cannot be', () => {
    for (let seed = 0; seed < 60; seed++) {
      const history = played(new Random(seed))
      assert.equal(judge(history), 'linearizable', `seed ${seed}`)
      const reads = history.filter(({ action }) => action.kind === 'read')
      const read = reads.at(-1) as Operation
      const others = history.filter((operation) => operation !== read)
      assert.equal(
        judge([...others, { ...read, action: saw('nowhere') }]),
        'not linearizable',
        `seed ${seed}`,
      )
    }
  })

  it('are given up when they would take too long', () => {
    assert.equal(judge(played(new Random(1)), 5), 'undecided')
  })
})

/** Operations of several callers, each done at one moment between its call and its answer. */
function played(random: Random): Operation[] {
  let content: string | null = null
  return Array.from({ length: 120 }, (_, index): Operation => {
    const now = index * 10
    const [called, answered] = [now - random.integer(0, 30), now + random.integer(0, 30)]
    if (random.once(2)) return at(called, answered, saw(content))
    if (random.once(3)) {
      const expected: string | null = random.coin() ? content : 'other'
      const succeeded = expected === content
      const action = exchange(expected, `x${index}`, succeeded, succeeded ? null : content)
      if (succeeded) content = `x${index}`
      return at(called, answered, action)
    }
    const isLost = random.once(8)
    if (!isLost || random.coin()) content = `v${index}`
    return at(called, isLost ? UNKNOWN : answered, set(`v${index}`))
  })
}
