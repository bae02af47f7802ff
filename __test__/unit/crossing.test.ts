import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { Crossing, unwrap } from '../../lib/crossing'
import { PegasusError } from '../../lib/errors'
import { Kind } from '../../lib/native'
import { makeTable } from '../../lib/table'
import { FakeNative, fakeTable } from './fake-native'

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
        [1, Kind.Done],
        [2, Kind.Absent],
        [3, Kind.Bytes, 1, 2],
        [4, Kind.Number, 5, 3],
        [5, Kind.Number, 0xffff_ffff, 0xffff_ffff],
        [6, Kind.Boolean, 1],
        [7, Kind.BigInt, 0xffff_fffe, 0xffff_ffff],
        [8, Kind.Extra, 1],
      ],
      Buffer.from('abcd'),
      ['first', 'second'],
    )
    const values = await Promise.all(calls)
    assert.deepEqual(values, [undefined, null, Buffer.from('bc'), 3 * 2 ** 32 + 5, -1, true, -2n, 'second'])
  })

  it('find their promise in whatever order they come', async () => {
    const { native, crossing, send } = setUp()
    const [first, second] = [crossing.call(send), crossing.call(send)]
    native.answer([
      [2, Kind.Boolean, 1],
      [1, Kind.Boolean, 0],
    ])
    assert.deepEqual(await Promise.all([first, second]), [false, true])
  })

  it('free their token, so that tokens stay few', async () => {
    const { native, crossing, send } = setUp()
    for (let round = 0; round < 100; round++) {
      const calls = [crossing.call(send), crossing.call(send)]
      const [left, right] = native.sent.slice(-2)
      native.answer([
        [left?.token ?? 0, Kind.Done],
        [right?.token ?? 0, Kind.Done],
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
      [77, Kind.Done],
      [1, Kind.Boolean, 1],
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
    native.answer([[1, Kind.Failure, 0]], undefined, [{ ...failure, table: 'temp', server: undefined }])
    const error: unknown = await call.catch((reason) => reason)
    assert.ok(error instanceof PegasusError)
    assert.deepEqual(
      { ...error },
      { code: 'ERR_TIMEOUT', retryable: true, maybeApplied: true, table: 'temp', attempts: 3 },
    )
    assert.match(error.stack ?? '', /^PegasusError: too late\n\s+at Table\.set .*at async theCaller /s)
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
    assert.deepEqual([native.last.token, native.last.cancellable], [2, false])
    native.answer([[1, Kind.Cancelled]])
    native.answer([[2, Kind.Absent]])
    assert.equal(await later, null)
    table.get('h', 's')
    assert.equal(native.last.token, 2)
  })

  it('has no listener left when the answer was quicker', async () => {
    const { native, table } = setUp()
    const { signal } = new AbortController()
    const call = table.get('h', 's', { signal })
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    native.answer([[1, Kind.Absent]])
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
    const log = (level: number) => native.answer([[0, Kind.Log, 0]], undefined, [line(logId, level, 'hello')])
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
        [0, Kind.Log, 0],
        [0, Kind.Log, 1],
        [1, Kind.Done],
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
