import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeScanner } from '../../lib/api/scanner'
import { Crossing } from '../../lib/crossing/crossing'
import { RecordKind } from '../../lib/crossing/native'
import type { ScanEntry } from '../../lib/values/rows'
import { FakeNative, FakeScanner, packPage } from './fake-native'

function setUp(signal?: AbortSignal) {
  const native = new FakeNative()
  const inner = new FakeScanner(native)
  const scanner = makeScanner(new Crossing(native), inner, signal)
  return {
    native,
    inner,
    scanner,
    /** Lets the scanner ask for its page first, which it does after a few turns of the microtask queue. */
    async page(...sortKeys: string[]) {
      await new Promise(setImmediate)
      native.answerLast(packPage(sortKeys.map((sortKey) => ['h', sortKey, 'v'])))
    },
    async end() {
      await new Promise(setImmediate)
      native.answer([[native.last.token, RecordKind.Absent]])
    },
    async fail() {
      await new Promise(setImmediate)
      const failure = { code: 'ERR_BUSY', message: 'busy', retryable: true, maybeApplied: false }
      native.answer([[native.last.token, RecordKind.Failure, 0]], undefined, [failure])
    },
  }
}

const keyOf = ({ value }: IteratorResult<ScanEntry, undefined>) => value && String(value.sortKey)
const isClosed = { name: 'PegasusError', code: 'ERR_SCANNER_CLOSED' }

describe('a scanner', () => {
  it('asks for nothing before its first row is asked for', () => {
    const { native } = setUp()
    assert.deepEqual(native.sent, [])
  })

  it('gives the rows of all pages, empty ones between them, and then stays done', async () => {
    const { scanner, page, end, inner } = setUp()
    const rows = (async () => {
      const keys = []
      for await (const { sortKey } of scanner) keys.push(String(sortKey))
      return keys
    })()
    await page('a', 'b')
    await page()
    await page('c')
    await end()
    assert.deepEqual(await rows, ['a', 'b', 'c'])
    assert.deepEqual(await scanner.next(), { done: true, value: undefined })
    assert.equal(await scanner.nextBatch(), null)
    await scanner.close()
    assert.equal((await scanner.next()).done, true)
    assert.equal(inner.closed, 1)
  })

  it('gives each row once to calls that overlap, in the order of the calls', async () => {
    const { scanner, native, page, end } = setUp()
    const calls = [1, 2, 3, 4, 5].map(() => scanner.next())
    await page('a', 'b')
    assert.equal(native.sent.length, 1)
    await page('c')
    await end()
    assert.deepEqual((await Promise.all(calls)).map(keyOf), ['a', 'b', 'c', undefined, undefined])
  })

  it('gives the rest of the page at hand as a batch, then whole pages', async () => {
    const { scanner, page, end } = setUp()
    const first = scanner.next()
    await page('a', 'b', 'c')
    assert.equal(keyOf(await first), 'a')
    assert.deepEqual(
      (await scanner.nextBatch())?.map(({ sortKey }) => String(sortKey)),
      ['b', 'c'],
    )
    const batch = scanner.nextBatch()
    await page('d')
    assert.equal((await batch)?.length, 1)
    const last = scanner.nextBatch()
    await end()
    assert.equal(await last, null)
  })

  it('rejects one call when a page fails, and the next call tries again', async () => {
    const { scanner, page, fail } = setUp()
    const [first, second] = [scanner.next(), scanner.next()]
    const refused = assert.rejects(first, { code: 'ERR_BUSY' })
    await fail()
    await refused
    await page('a')
    assert.equal(keyOf(await second), 'a')
  })

  it('closes when its loop is left', async () => {
    for (const leave of ['break', 'throw'] as const) {
      const { scanner, page, inner } = setUp()
      const loop = (async () => {
        for await (const _ of scanner) {
          if (leave === 'break') break
          throw new Error('from the loop')
        }
      })()
      const left = leave === 'break' ? loop : assert.rejects(loop, /from the loop/)
      await page('a', 'b')
      await left
      assert.equal(inner.closed, 1)
      assert.equal((await scanner.next()).done, true)
    }
  })

  it('refuses rows after close, those of a fetch that runs too', async () => {
    const { scanner, page, inner } = setUp()
    const running = assert.rejects(scanner.next(), isClosed)
    await new Promise(setImmediate)
    await scanner.close()
    await page('a')
    await running
    await assert.rejects(scanner.next(), isClosed)
    await assert.rejects(scanner.nextBatch(), isClosed)
    await scanner[Symbol.asyncDispose]()
    assert.equal(inner.closed, 1)
    assert.equal((await scanner.return()).done, true)
  })

  it('hands on what is thrown into it', async () => {
    const { scanner, inner } = setUp()
    await assert.rejects(scanner.throw(new Error('thrown in')), /thrown in/)
    assert.equal(inner.closed, 1)
  })

  it('rejects every fetch of an aborted signal and frees the server', async () => {
    const controller = new AbortController()
    const { scanner, native, inner } = setUp(controller.signal)
    const running = assert.rejects(scanner.next(), (reason) => reason === 'enough')
    await new Promise(setImmediate)
    controller.abort('enough')
    await running
    assert.deepEqual(native.cancelled, [1])
    assert.ok(inner.closed > 0)
    await assert.rejects(scanner.nextBatch(), (reason) => reason === 'enough')
    assert.equal(native.sent.length, 1)
  })
})
