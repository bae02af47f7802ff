import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pack } from '../../lib/crossing/packing'
import { decodeValues } from '../../lib/crossing/results/batches'
import { decodeCheckResult } from '../../lib/crossing/results/check-results'
import { decodePairs, ScanPage } from '../../lib/crossing/results/pages'
import { packPage } from './fake-native'

describe('a page of pairs', () => {
  it('gives its entries in order, as views of one Buffer', () => {
    const page = packPage(
      [
        ['a', '1'],
        ['', ''],
        ['bb', '22'],
      ],
      false,
    )
    const { entries, complete } = decodePairs(page)
    assert.deepEqual(
      entries.map(({ sortKey, value }) => [String(sortKey), String(value)]),
      [
        ['a', '1'],
        ['', ''],
        ['bb', '22'],
      ],
    )
    assert.equal(complete, false)
    assert.ok(entries.every(({ value }) => value.buffer === page.buffer))
  })

  it('may be empty and complete', () => {
    assert.deepEqual(decodePairs(packPage([])), { entries: [], complete: true })
  })
})

describe('a page of scanned rows', () => {
  it('gives one entry after the other', () => {
    const page = new ScanPage(
      packPage([
        ['h', 's', 'v'],
        ['h', 't', ''],
      ]),
    )
    const entry = { hashKey: Buffer.from('h'), sortKey: Buffer.from('s'), value: Buffer.from('v') }
    assert.deepEqual(page.take(), entry)
    assert.equal(page.left, 1)
    assert.equal(page.takeAll().length, 1)
    assert.equal(page.take(), undefined)
  })

  it('gives the moment of expiry, where it was asked for', () => {
    const page = new ScanPage(
      packPage([
        ['h', 's', 'v', 1_700_000_000],
        ['h', 't', 'v', 0],
      ]),
    )
    assert.deepEqual(
      page.takeAll().map(({ expireAt }) => expireAt),
      [new Date('2023-11-14T22:13:20Z'), null],
    )
  })
})

describe('a page of values', () => {
  it('gives them in order, as views, with null for those that are not there', () => {
    const header = Buffer.from(Uint32Array.of(4, 2, 0xffff_ffff, 0, 1).buffer)
    const page = Buffer.concat([header, Buffer.from('abc')])
    const values = decodeValues(page)
    assert.deepEqual(values, [Buffer.from('ab'), null, Buffer.alloc(0), Buffer.from('c')])
    assert.equal(values[0]?.buffer, page.buffer)
  })
})

describe('what came of a check', () => {
  it('is told by bits, and the value that follows', () => {
    const result = (...bytes: number[]) => Object.values(decodeCheckResult(Buffer.from(bytes)))
    assert.deepEqual(result(0), [false, false, false, null])
    assert.deepEqual(result(1), [true, false, false, null])
    assert.deepEqual(result(2), [false, true, false, null])
    assert.deepEqual(result(7, 97), [true, true, true, Buffer.from('a')])
    assert.deepEqual(result(6), [false, true, true, Buffer.alloc(0)])
  })
})

describe('lists of bytes', () => {
  it('are packed with their lengths', () => {
    assert.deepEqual([...pack([Buffer.from('ab'), new Uint8Array(0)])], [2, 0, 0, 0, 97, 98, 0, 0, 0, 0])
  })
})
