import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pack, sortedUnique } from '../../lib/packing'
import { decodePairs, ScanPage } from '../../lib/rows'
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

describe('lists of bytes', () => {
  it('are packed with their lengths', () => {
    assert.deepEqual([...pack([Buffer.from('ab'), new Uint8Array(0)])], [2, 0, 0, 0, 97, 98, 0, 0, 0, 0])
  })

  it('are sorted by bytes, each element once', () => {
    const list = ['b', 'ÿ', 'a', 'b', '', 'aa'].map((text) => Buffer.from(text))
    assert.deepEqual(sortedUnique(list).map(String), ['', 'a', 'aa', 'b', 'ÿ'])
  })
})
