import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostInASecond } from './bench.mjs'
import { atLeast, atMost, leftOut, row } from './rows.mjs'
import { formatOutages } from './table.mjs'

test('the worst second is found wherever it starts', () => {
  assert.equal(mostInASecond([]), 0)
  assert.equal(mostInASecond([0, 900, 1000, 1100, 1899, 5000]), 4)
})

test('a goal is met by the median, and by no run in which a call failed', () => {
  const goal = atMost(300, 'ms')
  const judge = (fields) => row({ what: 'cut', unit: 'ms', goal, ...fields }).verdict
  assert.equal(judge({ runs: [10, 900, 300] }), 'met')
  assert.equal(judge({ runs: [301] }), 'missed')
  assert.equal(judge({ runs: [10], failures: 1 }), 'missed')
  assert.equal(row({ what: 'share', unit: '%', runs: [94.9], goal: atLeast(95, '%') }).verdict, 'missed')
  assert.equal(row({ what: 'shown', unit: '', runs: [1] }).verdict, undefined)
})

test('the table has failures, and rows that were left out with the reason', () => {
  const rows = [
    row({ what: 'cut', unit: 'ms', runs: [2000], goal: atMost(300, 'ms'), failures: 3 }),
    leftOut('names', 'it needs Linux'),
  ]
  assert.deepEqual(formatOutages(rows).split('\n').slice(2), [
    '| cut | 2,000 ms | ≤ 300 ms | missed | 3 failed |',
    '| names |  |  |  | left out: it needs Linux |',
  ])
})
