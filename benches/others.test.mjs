import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processSeconds, watchOthers } from './others.mjs'

test('the time of a process, whatever it is called', () => {
  const stat = '1234 (a) b (c) S 1 1234 1234 0 -1 4194560 5 0 0 0 250 50 0 0 20 0 1 0 9 9 9'
  assert.equal(processSeconds(stat), 3)
})

test('own work is no work of others', { skip: process.platform !== 'linux' }, async () => {
  const spin = () => {
    const end = performance.now() + 300
    while (performance.now() < end);
  }
  // Other programs on this machine take about the same in both.
  const known = await watchOthers([process.pid], spin)
  const unknown = await watchOthers([], spin)
  assert.ok(known.share < unknown.share, `${known.share} is less than ${unknown.share}`)
})
