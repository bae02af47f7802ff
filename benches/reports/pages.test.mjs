import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillIn, speedTable } from './pages.mjs'

test('a page keeps what stands around a table', () => {
  const page = 'before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n'
  assert.equal(fillIn(page, 'speed', 'new'), 'before\n<!-- speed -->\nnew\n<!-- /speed -->\nafter\n')
  assert.throws(() => fillIn(page, 'results', 'new'), /there is no <!-- results -->/)
})

test('the fastest client comes first, and what is no client does not come', () => {
  const summary = (peer, throughput) => ({ peer, work: 'get', inFlight: 128, throughput, cpu: 5.123, p99: 1 })
  const lines = speedTable([summary('thrift', 1000), summary('ours', 54321), summary('echo', 1e6)]).split(
    '\n',
  )
  assert.deepEqual(lines.slice(2), [
    '| pegasus-client | 54,321 | 5.12 | 1 |',
    '| plain JavaScript: thrift | 1,000 | 5.12 | 1 |',
  ])
})
