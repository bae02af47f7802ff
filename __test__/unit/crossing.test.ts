import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { makeTable } from '../../lib/api/table'
import { unwrap } from '../../lib/crossing/answers'
import { Crossing } from '../../lib/crossing/crossing'
import { MAYBE_STALE, RecordKind, SUCCEEDED } from '../../lib/crossing/native'
import { PegasusError } from '../../lib/values/errors'
import { FakeNative, fakeTable, handedOver } from './fake-native'

function setUp() {
  const native = new FakeNative()
  const crossing = new Crossing(native)
  return { native, crossing, send: native.operation('do'), table: makeTable(crossing, fakeTable(native)) }
}

describe('answers', () => {
  it('come as the values that their kinds name', async () => {
    const { native, crossing, send } = setUp()
    const calls = Array.from({ length: 8 }, () => crossing.call(send))
    native.answer(
      [
        [1, RecordKind.Done],
        [2, RecordKind.Absent],
        [3, RecordKind.Bytes, 1, 2],
        [4, RecordKind.Number, 5, 3],
        [5, RecordKind.Number, 0xffff_ffff, 0xffff_ffff],
        [6, RecordKind.Boolean, 1],
        [7, RecordKind.BigInt, 0xffff_fffe, 0xffff_ffff],
        [8, RecordKind.Extra, 1],
      ],
      Buffer.from('abcd'),
      ['first', 'second'],
    )
    const values = await Promise.all(calls)
    assert.deepEqual(values, [undefined, null, Buffer.from('bc'), 3 * 2 ** 32 + 5, -1, true, -2n, 'second'])
  })

  it('of secondaries are told of before they are given', async () => {
    const { native, crossing, send } = setUp()
    const told: string[] = []
    const thrown = new Error('not good enough')
    const calls = [
      crossing.call(send, undefined, () => told.push('first')),
      crossing.call(send),
      crossing.call(send, undefined, () => told.push('of a primary')),
      crossing.call(send, undefined, () => {
        throw thrown
      }),
    ]
    calls[0]?.then(() => told.push('given'))
    native.answer([
      [1, RecordKind.Boolean + MAYBE_STALE, 1],
      [2, RecordKind.Absent + MAYBE_STALE],
      [3, RecordKind.Absent],
      [4, RecordKind.Absent + MAYBE_STALE],
    ])
    const [first, second, third, fourth] = await Promise.all(calls)
    assert.deepEqual([first, second, third], [true, null, null])
    assert.throws(() => unwrap(fourth), thrown)
    assert.deepEqual(told, ['first', 'given'])
    assert.deepEqual(
      native.sent.map(({ cancellable }) => cancellable),
      [false, false, false, false],
    )
  })

  it('of secondaries tell nobody who has given up', async () => {
    const { native, crossing, send } = setUp()
    const controller = new AbortController()
    const call = crossing.call(send, controller.signal, () => assert.fail('told'))
    controller.abort()
    native.answer([[1, RecordKind.Absent + MAYBE_STALE]])
    await assert.rejects(call, { name: 'AbortError' })
  })

  it('find their promise in whatever order they come', async () => {
    const { native, crossing, send } = setUp()
    const [first, second] = [crossing.call(send), crossing.call(send)]
    native.answer([
      [2, RecordKind.Boolean, 1],
      [1, RecordKind.Boolean, 0],
    ])
    assert.deepEqual(await Promise.all([first, second]), [false, true])
  })

  it('are to questions in the order in which they were asked, whichever way they cross', async () => {
    const { native, crossing, send, table } = setUp()
    table.get('h', 's')
    crossing.call(send)
    table.set('h', 's', 'v')
    await handedOver()
    assert.deepEqual(
      native.sent.map(({ method }) => method),
      ['get', 'do', 'set'],
    )
  })

  it('free their token, so that tokens stay few', async () => {
    const { native, crossing, send } = setUp()
    for (let round = 0; round < 100; round++) {
      const calls = [crossing.call(send), crossing.call(send)]
      const [left, right] = native.sent.slice(-2)
      native.answer([
        [left?.token ?? 0, RecordKind.Done],
        [right?.token ?? 0, RecordKind.Done],
      ])
      await Promise.all(calls)
    }
    assert.deepEqual([...new Set(native.sent.map(({ token }) => token))].sort(), [1, 2])
  })

  it('without a promise are reported, and cost the others nothing', async () => {
    const { native, crossing, send } = setUp()
    const call = crossing.call(send)
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve))
    native.answer([
      [77, RecordKind.Done],
      [1, RecordKind.Boolean, 1],
    ])
    assert.equal(await call, true)
    assert.match((await warning).message, /token 77/)
  })

  it('of a call that throws come at once, and its token is free', async () => {
    const { crossing } = setUp()
    const broken = () => {
      throw new Error('not a Buffer')
    }
    await assert.rejects(async () => unwrap(await crossing.call(broken)), /not a Buffer/)
    const tokens: number[] = []
    crossing.call((token) => tokens.push(token))
    assert.deepEqual(tokens, [1])
  })
})

describe('failures', () => {
  const failure = {
    code: 'ERR_TIMEOUT',
    message: 'too late',
    retryable: true,
    maybeApplied: true,
    attempts: 3,
  }

  it('become a PegasusError on the stack of the caller', async () => {
    const { native, table } = setUp()
    async function theCaller() {
      await table.set('h', 's', 'v')
    }
    const call = theCaller()
    native.answer([[1, RecordKind.Failure, 0]], undefined, [{ ...failure, table: 'temp', server: undefined }])
    const error: unknown = await call.catch((reason) => reason)
    assert.ok(error instanceof PegasusError)
    assert.deepEqual(
      { ...error },
      { code: 'ERR_TIMEOUT', retryable: true, maybeApplied: true, table: 'temp', attempts: 3 },
    )
    assert.match(error.stack ?? '', /^PegasusError: too late\n\s+at Table\.set .*at async theCaller /s)
  })
})

describe('a spent ration', () => {
  it('is followed by the next one in a later turn of the event loop, also where timers stand still', async (t) => {
    const { native, crossing, send } = setUp()
    const call = crossing.call(send)
    t.mock.timers.enable({ apis: ['setImmediate'] })
    native.answer([[1, RecordKind.Done]], undefined, undefined, true)
    await call
    assert.equal(native.resumed, 0)
    t.mock.timers.reset()
    await handedOver()
    assert.equal(native.resumed, 1)
  })

  it('is told of: other batches resume nothing', async () => {
    const { native, crossing, send } = setUp()
    const call = crossing.call(send)
    native.answer([[1, RecordKind.Done]])
    await call
    await handedOver()
    assert.equal(native.resumed, 0)
  })
})

describe('failures of the addon', () => {
  const failure = { message: 'no', retryable: false, maybeApplied: false }

  it('leave the length of stacks as the program set it, and mind a program that froze it', async () => {
    const given = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    for (const [value, writable] of [
      [3, true],
      [0, true],
      [7, false],
    ] as const) {
      const { native, table } = setUp()
      const call = table.set('h', 's', 'v')
      Object.defineProperty(Error, 'stackTraceLimit', { ...given, value, writable })
      native.answer([[1, RecordKind.Failure, 0]], undefined, [{ ...failure, code: 'ERR_BUSY' }])
      const error: unknown = await call.catch((reason) => reason)
      const left = Error.stackTraceLimit
      Object.defineProperty(Error, 'stackTraceLimit', given)
      assert.equal(left, value)
      assert.ok(error instanceof PegasusError)
      assert.match(
        error.stack ?? '',
        value === 0 ? /^PegasusError: no$/ : /^PegasusError: no\n\s+at Table\.set /,
      )
    }
  })

  it('that are about an argument become a RangeError on the stack of the caller', async () => {
    const { native, table } = setUp()
    const call = table.set('h', 's', 'v')
    const refused = { ...failure, code: 'ERR_INVALID_ARGUMENT', message: 'the write is too long' }
    native.answer([[1, RecordKind.Failure, 0]], undefined, [refused])
    const error: unknown = await call.catch((reason) => reason)
    assert.ok(error instanceof RangeError)
    assert.deepEqual({ ...error }, { code: 'ERR_INVALID_ARGUMENT' })
    assert.match(error.stack ?? '', /^RangeError: the write is too long\n\s+at Table\.set /)
  })

  it('of a removed range say how far it came', async () => {
    for (const nextSortKey of [Buffer.from('k'), undefined]) {
      const { native, table } = setUp()
      const call = table.delRange('h', '', '')
      native.answer([[1, RecordKind.Failure, 0]], undefined, [
        { ...failure, code: 'ERR_BUSY', deleted: 7, nextSortKey },
      ])
      const error: unknown = await call.catch((reason) => reason)
      assert.ok(error instanceof PegasusError)
      assert.deepEqual([error.deleted, error.nextSortKey], [7, nextSortKey ?? null])
    }
  })

  it('of items are values, each with a PegasusError', async () => {
    const { native, table } = setUp()
    async function theCaller() {
      return await table.batchSet([
        ['h', 's', 'v'],
        ['h', 't', 'v'],
        ['h', 'u', 'v'],
      ])
    }
    const call = theCaller()
    const numbers = Buffer.from(Uint32Array.of(SUCCEEDED, 1, SUCCEEDED).buffer)
    native.answerLast({ numbers, failures: [{ ...failure, code: 'ERR_INVALID_ARGUMENT' }] })
    const [first, second, third] = await call
    assert.deepEqual([first, third], [{ ok: true }, { ok: true }])
    assert.ok(second !== undefined && !second.ok && second.error instanceof PegasusError)
    assert.equal(second.error.code, 'ERR_INVALID_ARGUMENT')
    assert.match(second.error.stack ?? '', /^PegasusError: no\n\s+at Table\.batchSet .*at async theCaller /s)
  })

  it('of thousands of items are made in many turns of the event loop, each on the stack of the caller', async () => {
    const { native, table } = setUp()
    async function theCaller() {
      return await table.batchDel(Array.from({ length: 1000 }, (_, at) => ['h', `${at}`] as const))
    }
    const call = theCaller()
    const numbers = Buffer.from(Uint32Array.from({ length: 1000 }, (_, at) => 1 + (at % 2)).buffer)
    const failures = ['ERR_BUSY', 'ERR_TIMEOUT'].map((code) => ({ ...failure, code }))
    let turns = 0
    let isOver = false
    const turn = () => {
      turns++
      if (!isOver) setImmediate(turn)
    }
    setImmediate(turn)
    native.answerLast({ numbers, failures })
    const outcomes = await call
    isOver = true
    const errors = outcomes.map((outcome) => (outcome.ok ? undefined : outcome.error))
    assert.equal(new Set(errors).size, 1000)
    for (const [at, error] of errors.entries()) {
      assert.equal(error?.code, at % 2 === 0 ? 'ERR_BUSY' : 'ERR_TIMEOUT')
      assert.match(
        error?.stack ?? '',
        /^PegasusError: no\n\s+at (async )?Table\.batchDel .*at async theCaller /s,
      )
    }
    assert.ok(turns >= 15, `${turns} turns`)
  })
})

describe('progress', () => {
  const progress = (partitionsDone: number) => ({ rows: 10, partitionsDone, partitions: 2 })

  it('comes before the answer and ends nothing', async () => {
    const { native, table } = setUp()
    const seen: unknown[] = []
    const call = table.count({ onProgress: (each) => seen.push(each) })
    assert.equal(native.last.args[1], true)
    native.answer([[1, RecordKind.Progress, 0]], undefined, [progress(1)])
    native.answer(
      [
        [1, RecordKind.Progress, 0],
        [1, RecordKind.Number, 20],
      ],
      undefined,
      [progress(2)],
    )
    assert.equal(await call, 20)
    assert.deepEqual(seen, [progress(1), progress(2)])
  })

  it('is not asked for where nobody listens', async () => {
    const { native, table } = setUp()
    const call = table.count()
    assert.deepEqual([native.last.args[1], native.last.cancellable], [false, false])
    native.answer([[1, RecordKind.Number, 20]])
    assert.equal(await call, 20)
  })

  it('whose listener throws ends its call and no other', async () => {
    const { native, table, crossing, send } = setUp()
    let calls = 0
    const onProgress = () => {
      calls++
      throw new Error('enough')
    }
    const call = table.count({ onProgress })
    const other = crossing.call(send)
    native.answer(
      [
        [1, RecordKind.Progress, 0],
        [1, RecordKind.Progress, 0],
        [2, RecordKind.Done],
      ],
      undefined,
      [progress(1)],
    )
    await assert.rejects(call, /enough/)
    assert.equal(await other, undefined)
    assert.deepEqual([calls, native.cancelled], [1, [1]])
    native.answer([[1, RecordKind.Cancelled]])
  })

  it('is not heard after an abort, nor by the next one with the token', async () => {
    const { native, table } = setUp()
    const controller = new AbortController()
    const seen: unknown[] = []
    const onProgress = (each: unknown) => seen.push(each)
    const call = table.count({ onProgress, signal: controller.signal })
    controller.abort('stop')
    await assert.rejects(call, (reason) => reason === 'stop')
    native.answer([[1, RecordKind.Progress, 0]], undefined, [progress(1)])
    native.answer([[1, RecordKind.Cancelled]])
    const next = table.count()
    native.answer([[1, RecordKind.Progress, 0]], undefined, [progress(2)])
    native.answer([[1, RecordKind.Number, 5]])
    assert.equal(await next, 5)
    assert.deepEqual(seen, [])
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  })
})

describe('an AbortSignal', () => {
  it('that is aborted already sends nothing', async () => {
    const { native, table } = setUp()
    const reason = new Error('enough')
    await assert.rejects(table.get('h', 's', { signal: AbortSignal.abort(reason) }), reason)
    assert.deepEqual(native.sent, [])
  })

  it('rejects at once and keeps the slot until the record has come', async () => {
    const { native, table } = setUp()
    const controller = new AbortController()
    const call = table.get('h', 's', { signal: controller.signal })
    controller.abort('enough')
    await assert.rejects(call, (reason) => reason === 'enough')
    assert.deepEqual(native.cancelled, [1])
    assert.equal(native.last.cancellable, true)

    const later = table.get('h', 's')
    await handedOver()
    assert.deepEqual([native.last.token, native.last.cancellable], [2, false])
    native.answer([[1, RecordKind.Cancelled]])
    native.answer([[2, RecordKind.Absent]])
    assert.equal(await later, null)
    table.get('h', 's')
    await handedOver()
    assert.equal(native.last.token, 2)
  })

  it('of many calls has one listener, ends each that still waits, and warns of nothing', async () => {
    const { native, table } = setUp()
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const controller = new AbortController()
    const { signal } = controller
    const calls = Array.from({ length: 20 }, () => table.get('h', 's', { signal }))
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    native.answer([[1, RecordKind.Absent]])
    assert.equal(await calls[0], null)
    controller.abort('enough')
    const ends = await Promise.allSettled(calls)
    assert.equal(ends.filter(({ status }) => status === 'rejected').length, 19)
    assert.equal(native.cancelled.length, 19)
    await new Promise(setImmediate)
    process.off('warning', note)
    assert.deepEqual(warnings, [])
  })

  it('of thousands of calls ends them in several turns, each with one flush, but none that was answered', async () => {
    const { native, table } = setUp()
    const controller = new AbortController()
    const { signal } = controller
    const settled = Promise.allSettled(Array.from({ length: 5000 }, () => table.get('h', 's', { signal })))
    await handedOver()
    const { flushes } = native
    const last = native.last.token
    controller.abort('enough')
    const ended: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      ended.push(native.cancelled.length)
      if (turn === 0) native.answer([[last, RecordKind.Absent]])
      await handedOver()
    }
    assert.deepEqual(ended, [2048, 4096, 4999, 4999])
    assert.equal(native.flushes - flushes, 3)
    const ends = await settled
    assert.ok(ends.slice(0, -1).every((end) => end.status === 'rejected' && end.reason === 'enough'))
    assert.deepEqual(ends.at(-1), { status: 'fulfilled', value: null })
    // Its slot is another call's now, which the signal must not end.
    const later = table.get('h', 's')
    await handedOver()
    assert.equal(native.last.token, last)
    native.answer([[last, RecordKind.Absent]])
    assert.equal(await later, null)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('has no listener left when the answer was quicker', async () => {
    const { native, table } = setUp()
    const { signal } = new AbortController()
    const call = table.get('h', 's', { signal })
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    native.answer([[1, RecordKind.Absent]])
    await call
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    assert.deepEqual(native.cancelled, [])
  })
})

describe('log lines', () => {
  const line = (logId: number, level: number, message: string) => ({ logId, level, message })

  it('go to the logger of their client, by level, and nowhere once it is gone', () => {
    const { native, crossing } = setUp()
    const lines: string[] = []
    const note = (level: string) => (message: string) => lines.push(`${level} ${message}`)
    const logger = { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') }
    const logId = crossing.addLogger(logger)
    const log = (level: number) =>
      native.answer([[0, RecordKind.Log, 0]], undefined, [line(logId, level, 'hello')])
    for (const level of [1, 2, 3, 4]) log(level)
    crossing.removeLogger(logId)
    log(1)
    assert.deepEqual(lines, ['error hello', 'warn hello', 'info hello', 'debug hello'])
  })

  it('of a logger that throws are reported once, and answers still come', async () => {
    const { native, crossing, send } = setUp()
    const broken = () => {
      throw new Error('disk full')
    }
    const logId = crossing.addLogger({ error: broken, warn: broken, info: broken, debug: broken })
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const call = crossing.call(send)
    const extras = [line(logId, 1, 'a'), line(logId, 2, 'b')]
    native.answer(
      [
        [0, RecordKind.Log, 0],
        [0, RecordKind.Log, 1],
        [1, RecordKind.Done],
      ],
      undefined,
      extras,
    )
    await call
    await new Promise(setImmediate)
    process.off('warning', note)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]?.message ?? '', /disk full/)
  })
})
