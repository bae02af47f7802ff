import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeTable } from '../../lib/api/table'
import { Crossing } from '../../lib/crossing/crossing'
import { RowOperation } from '../../lib/crossing/native'
import { incrementBytes, Requests } from '../../lib/crossing/requests'
import { NO_BYTES } from '../../lib/values/bytes'
import { decodeRequests, FakeNative, fakeTable } from './fake-native'

function decoded(requests: Requests) {
  const { length } = requests
  return [...decodeRequests(requests.take().subarray(0, length))]
}

describe('requests', () => {
  it('are records, one behind the other', () => {
    const requests = new Requests()
    requests.add(RowOperation.Set, 0x8000_0001, 7, -1, 60, 'hash', Buffer.from('sort'), 'välue')
    requests.add(RowOperation.Get, 2, 8, 500, 0, '', new Uint8Array([0, 255]), NO_BYTES)
    assert.equal(requests.length % 4, 0)
    assert.deepEqual(decoded(requests), [
      {
        operation: 'set',
        token: 0x8000_0001,
        args: [7, Buffer.from('hash'), Buffer.from('sort'), Buffer.from('välue'), 60, -1],
      },
      {
        operation: 'get',
        token: 2,
        args: [8, Buffer.alloc(0), Buffer.from([0, 255]), Buffer.alloc(0), 0, 500],
      },
    ])
    assert.equal(requests.length, 0)
  })

  it('hold bytes and strings of any length and any content', () => {
    const texts = ['', 'a', 'é', 'a'.repeat(31), `${'a'.repeat(31)}é`, 'é'.repeat(40), '\u{1f600}', '\ud800']
    const long = Buffer.alloc(3_000_000, 7)
    const requests = new Requests()
    for (const text of texts) requests.add(RowOperation.Set, 1, 1, -1, 0, text, text, text)
    requests.add(RowOperation.Set, 1, 1, -1, 0, 'h', long.subarray(0, 40), long)
    requests.add(RowOperation.Set, 1, 1, -1, 0, long.subarray(0, 65_534), 'x'.repeat(70_000), '')
    const records = decoded(requests)
    texts.forEach((text, at) => {
      const bytes = Buffer.from(text)
      assert.deepEqual(records[at]?.args.slice(1, 4), [bytes, bytes, bytes])
    })
    assert.deepEqual(records.at(-2)?.args.slice(2, 4), [long.subarray(0, 40), long])
    assert.equal(records.at(-1)?.args[2].length, 70_000)
    requests.add(RowOperation.Get, 1, 1, -1, 0, 'h', 's', NO_BYTES)
    assert.equal(decoded(requests).length, 1)
  })

  it('refuse what is no key and no value by name, and keep nothing of it', async () => {
    const native = new FakeNative()
    const crossing = new Crossing(native)
    const table = makeTable(crossing, fakeTable(native))
    const set = (hashKey: unknown, sortKey: unknown, value: unknown) =>
      table.set(hashKey as string, sortKey as string, value as string)
    await assert.rejects(set(1, 's', 'v'), /^TypeError.*hashKey must be a string/)
    await assert.rejects(set('h', null, 'v'), /^TypeError.*sortKey must be a string/)
    await assert.rejects(set('h', 's', [1]), /^TypeError.*value must be a string/)
    await assert.rejects(set('é'.repeat(32_768), 's', 'v'), /^RangeError.*hashKey must be shorter than 65535/)
    assert.equal(crossing.requests.length, 0)
    assert.deepEqual(native.sent, [])
  })

  it('carry what is added by an increment exactly', () => {
    for (const by of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      assert.equal(Buffer.from(incrementBytes(by)).readBigInt64LE(), by)
    }
  })
})
