import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { trends } from '../trend'
import type { Usage } from '../usage'

const MIB = 1024 * 1024
const flat: Usage = {
  rss: 90 * MIB,
  heap: 9 * MIB,
  external: 5 * MIB,
  resources: 4,
  files: 30,
  sockets: 8,
  threads: 7,
}

/** So many samples, each made from the flat one and its place in the run, from 0 to 1. */
function samples(at: (share: number) => Partial<Usage>): Usage[] {
  return Array.from({ length: 60 }, (_, index) => ({ ...flat, ...at(index / 59) }))
}

const growing = (all: Usage[]) => trends(all).flatMap(({ measure, grows }) => (grows ? [measure] : []))

describe('a trend', () => {
  it('is flat when it sways and when it only grows in the beginning', () => {
    assert.deepEqual(growing(samples(() => ({}))), [])
    assert.deepEqual(growing(samples((share) => ({ sockets: 8 + (Math.round(share * 600) % 9) }))), [])
    assert.deepEqual(growing(samples((share) => ({ rss: share < 0.2 ? 40 * MIB : 90 * MIB }))), [])
  })

  it('grows when more and more is held', () => {
    assert.deepEqual(growing(samples((share) => ({ rss: (90 + 60 * share) * MIB }))), ['rss'])
    assert.deepEqual(growing(samples((share) => ({ heap: (9 + 8 * share) * MIB }))), ['heap'])
    const leak = (share: number) => ({
      files: 30 + Math.round(20 * share),
      sockets: 8 + Math.round(20 * share),
    })
    assert.deepEqual(growing(samples(leak)), ['files', 'sockets'])
    assert.deepEqual(growing(samples((share) => ({ threads: 7 + Math.round(9 * share) }))), ['threads'])
  })

  it('leaves out what the system does not tell', () => {
    const told = trends(samples(() => ({ files: undefined, sockets: undefined, threads: undefined })))
    assert.deepEqual(
      told.map(({ measure }) => measure),
      ['rss', 'heap', 'external', 'resources'],
    )
  })
})
