import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Recovery } from '../faults/recovery'
import { type FaultPeriod, repeatsUntil } from '../faults/target'
import type { Action } from '../histories/cell'
import { type Entry, History } from '../histories/history'
import { judgeHistories } from '../histories/judge'
import { judge, type Operation } from '../histories/linearizability'
import { shrink } from '../histories/shrink'
import { checkSum } from '../histories/sum'
import { judgeExpiry } from '../workload/expiry'

const UNKNOWN = Number.POSITIVE_INFINITY

describe('a sum', () => {
  const entry = (action: Action, more: Partial<Entry> = {}): Entry => {
    const who = { worker: 'w', client: 'c' }
    return {
      cell: 'sum',
      ...who,
      call: 'incr',
      outcome: 'ok',
      isVoid: false,
      called: 0,
      answered: 1,
      action,
      ...more,
    }
  }
  const increments = [
    entry({ kind: 'add', by: 10, sum: 10 }),
    entry({ kind: 'add', by: 5 }, { answered: UNKNOWN }),
    entry({ kind: 'add', by: 100 }, { answered: UNKNOWN, isVoid: true }),
  ]
  const check = (saw: string | null) => checkSum([...increments, entry({ kind: 'read', saw })])

  it('lies between what was acknowledged and what may have been applied too', () => {
    assert.equal(check('10'), undefined)
    assert.equal(check('15'), undefined)
  })

  it('is wrong below and above', () => {
    assert.match(check('9') ?? '', /the sum is 9: 10 was acknowledged, and 5 more/)
    assert.match(check('16') ?? '', /the sum is 16/)
    assert.match(check('110') ?? '', /the sum is 110/)
    assert.match(check(null) ?? '', /the sum is 0/)
  })
})

describe('a row that expires', () => {
  const row = { sortKey: 's', ttlSeconds: 3, called: 1000, answered: 1100 }
  const seen = (called: number, isThere: boolean) =>
    judgeExpiry(row, { called, answered: called + 10 }, isThere)

  it('is there until a second before its time, and gone a second after it', () => {
    assert.equal(seen(2900, true), undefined)
    assert.match(seen(2900, false) ?? '', /gone at most 1910 ms after it was written/)
    assert.equal(seen(3100, false), undefined)
    assert.equal(seen(5000, true), undefined)
    assert.match(seen(5200, true) ?? '', /there at least 4100 ms after/)
    assert.equal(seen(5200, false), undefined)
  })
})

describe('a copy of a request', () => {
  const period = (from: number, until: number, holdsRequests: boolean): FaultPeriod => {
    return { kind: 'period', holdsRequests, from, until }
  }

  it('lives as long as the server that hung, and a moment', () => {
    assert.equal(repeatsUntil([period(100, 900, true)], 200, 300), 1000)
    assert.equal(repeatsUntil([period(100, 900, true)], 950, 960), 1060)
  })

  it('dies soon after the answer when no server hung, and at once when nothing was broken', () => {
    assert.equal(repeatsUntil([period(100, 900, false)], 200, 300), 400)
    assert.equal(repeatsUntil([period(100, 900, true)], 2000, 2001), 2001)
    assert.equal(repeatsUntil([period(100, 900, true)], 50, 60), 60)
  })
})

describe('a bad history', () => {
  const set = (at: number, value: string | null): Operation => {
    return { called: at, answered: at + 1, action: { kind: 'write', value } }
  }
  const saw = (at: number, value: string | null): Operation => {
    return { called: at, answered: at + 1, action: { kind: 'read', saw: value } }
  }

  it('is told by what it takes, and no more', () => {
    const history = [
      ...[set(0, 'a'), saw(2, 'a'), set(4, 'b'), saw(6, 'b'), set(8, null), saw(10, null), set(12, 'c')],
      ...[set(14, 'd'), saw(16, 'c'), set(18, 'e'), saw(20, 'e')],
    ]
    assert.equal(judge(history), 'not linearizable')
    assert.deepEqual(shrink(history), [set(12, 'c'), set(14, 'd'), saw(16, 'c')])
  })

  it('stays bad when it is told', () => {
    const lost = [set(0, 'a'), saw(2, 'a'), set(4, null), saw(6, null), set(8, 'b'), saw(10, null)]
    assert.deepEqual(shrink(lost), [set(4, null), set(8, 'b'), saw(10, null)])
    const sums: Operation[] = [3, 5, 9].map((sum, index) => {
      return { called: index * 2, answered: index * 2 + 1, action: { kind: 'add', by: 3, sum } }
    })
    assert.equal(judge(shrink(sums)), 'not linearizable')
    assert.equal(shrink(sums).length, 2)
  })
})

describe('a bad history of a round', () => {
  const told = (saw: Action): string => {
    const violations: string[] = []
    const history = new History()
    const intent = { cell: 'row', worker: 'w', client: 'c', call: 'call', mayRepeat: false }
    const denied = { called: 0, answered: 1, failure: { code: 'ERR_BUSY', maybeApplied: false } }
    history.change(intent, { kind: 'write', value: 'denied' }, denied)
    history.look(intent, saw, { called: 2, answered: 3 })
    const verdicts = { histories: 0, operations: 0, undecided: 0 }
    judgeHistories(history, [], verdicts, { violation: (text) => violations.push(text) })
    return violations.join()
  }

  it('is told with the write that must not have happened, whatever saw it', () => {
    const denied = /writes denied \(must not have happened\): ERR_BUSY/
    assert.match(told({ kind: 'read', saw: 'denied' }), denied)
    assert.match(told({ kind: 'exist', saw: true }), denied)
    assert.match(told({ kind: 'ttl', saw: 'endless' }), denied)
    const exchange: Action = {
      kind: 'exchange',
      expected: null,
      value: 'x',
      succeeded: false,
      actual: 'denied',
    }
    assert.match(told(exchange), denied)
    assert.equal(told({ kind: 'read', saw: null }), '')
  })
})

describe('a partition that is expected back', () => {
  it('is asked no more once it was seen served, whatever else it was expected for', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const recovery = new Recovery()
    let reads = 0
    recovery.use([{ place: 'here', partition: 0, read: async () => reads++ }])
    recovery.expect('all healed', [0], 0)
    recovery.expect('primary moved', [0], 0)
    for (let turn = 0; turn < 10; turn++) {
      t.mock.timers.tick(1000)
      await new Promise(setImmediate)
    }
    assert.equal(reads, 2)
    assert.equal([...recovery.times.values()].flat().length, 1)
    assert.deepEqual(await recovery.complete(0), [])
  })
})
