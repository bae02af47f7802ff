import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeast, atMost, atMostMore, entrant, judge, median, shown, summarize } from './compare.mjs'

test('medians', () => {
  assert.equal(median([5, 1, 3]), 3)
  assert.equal(median([4, 1, 3, 2]), 2.5)
})

test('a summary has the medians of what the rounds have', () => {
  const round = (operations) => ({ operations, seconds: 2, cpuSeconds: 1 })
  const summary = summarize(entrant('ours', 'multiGet', 1, 100), [round(10), round(30), round(20)])
  assert.deepEqual(summary, { throughput: 10, rowThroughput: 1000, cpu: 50_000 })
})

test('goals are met or missed', () => {
  const [ours, against] = [entrant('ours', 'get', 1), entrant('thrift', 'get', 1)]
  const summaries = new Map([
    [ours, { throughput: 300, peak: 150, start: 100 }],
    [against, { throughput: 100 }],
  ])
  const verdictOf = (row) => judge({ ours, against, ...row }, (who) => summaries.get(who)).verdict
  assert.equal(verdictOf({ measure: 'throughput', ...atLeast(3) }), 'met')
  assert.equal(verdictOf({ measure: 'throughput', ...atLeast(3.1) }), 'missed')
  assert.equal(verdictOf({ measure: 'throughput', ...atMost(2) }), 'missed')
  const grows = { against: ours, measure: 'peak', againstMeasure: 'start' }
  assert.equal(verdictOf({ ...grows, ...atMost(1.1) }), 'missed')
  assert.equal(verdictOf({ ...grows, ...atMostMore(50, 'MB') }), 'met')
  assert.equal(verdictOf({ measure: 'throughput', ...shown }), '')
})

test('a measure that is missing is a mistake, not a verdict', () => {
  const [ours, against] = [entrant('ours', 'get', 1), entrant('thrift', 'get', 1)]
  const row = { ours, against, measure: 'p50', ...atMost(1) }
  assert.throws(() => judge(row, () => ({ throughput: 1 })), /p50/)
})
