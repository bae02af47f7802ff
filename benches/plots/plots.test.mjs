import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuPlot, latencyPlot, throughputPlot } from './index.mjs'
import { linear, logarithmic } from './scales.mjs'

test('a linear scale starts at zero and ends at or above the largest', () => {
  const { ticks, position } = linear([30, 870])
  assert.deepEqual(ticks, [0, 200, 400, 600, 800, 1000])
  assert.equal(position(500), 0.5)
})

test('a logarithmic scale has all values between its ends', () => {
  const { ticks, position } = logarithmic([1.5, 60])
  assert.deepEqual(ticks, [1, 2, 5, 10, 20, 50, 100])
  assert.equal(position(10), 0.5)
})

test('plots show who was measured, and nobody else', () => {
  const summary = (peer, inFlight) => ({
    ...{ peer, work: 'get', inFlight, rows: 1, throughput: 1000, cpu: 2 },
    ...{ p50: 1, p90: 2, p99: 3 },
  })
  const summaries = [summary('ours', 1), summary('ours', 128), summary('thrift', 1), summary('thrift', 128)]
  summaries.push(...summaries.map((one) => ({ ...one, work: 'set' })))
  for (const plot of [throughputPlot, cpuPlot, latencyPlot]) {
    const svg = plot(summaries)
    assert.match(svg, /^<svg .*<\/svg>\n$/s)
    assert.ok(svg.includes('pegasus-client') && svg.includes('thrift') && !svg.includes('async fn'))
    assert.ok(!svg.includes('NaN'))
  }
})
