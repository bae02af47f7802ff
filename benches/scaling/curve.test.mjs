import assert from 'node:assert/strict'
import { test } from 'node:test'
import { curve, exponent, formatCurve, pointOf } from './curve.mjs'
import { computed } from './fleet.mjs'

const points = [1, 64, 256, 1024].map((size) => ({
  size,
  linear: size,
  square: size ** 2,
  little: size / 200,
}))

test('how steep a curve is, is read at its end and above the noise', () => {
  assert.equal(exponent(points, 'size', 'linear'), 1)
  assert.equal(exponent(points, 'size', 'square'), 2)
  assert.equal(exponent(points, 'size', 'little'), 0)
  assert.equal(exponent(points.slice(0, 1), 'size', 'square'), 0)
})

test('many clients are computed from the busiest one of all measurements', () => {
  const point = { queries: 0, dials: 0, requests: 0, queriesBoth: 0, metaDialsBoth: 0, dialsBoth: 0 }
  const measured = [
    { ...point, clients: 10, queries: 20, dials: 5 },
    { ...point, clients: 100, queries: 90, dials: 80 },
  ]
  const { clients, queries, queriesEach, dials } = computed(measured)
  assert.deepEqual(
    { clients, queries, queriesEach, dials },
    { clients: 1000, queries: 2000, queriesEach: 2, dials: 800 },
  )
})

test('of several measurements the shortest times count, and the medians of the rest', () => {
  const runs = [
    { openMs: 3, queries: 1 },
    { openMs: 2, queries: 9 },
    { openMs: 5, queries: 4 },
  ]
  assert.deepEqual(pointOf(runs), { openMs: 2, queries: 4 })
})

test('a curve that is too steep is called so, and a computed point stands in parentheses', () => {
  const text = formatCurve(
    curve({
      size: 'size',
      columns: { size: 'n', linear: 'a', square: 'b' },
      growing: ['linear', 'square'],
      points,
      computed: { size: 4096, linear: 4096, square: 7, isComputed: true },
    }),
  )
  assert.match(text, /\| \(4,096\) \| \(4,096\) \| \(7\) \|/)
  assert.match(text, /- a: .* power 1 of the size, not steeper than linear\./)
  assert.match(text, /- b: .* power 2 of the size, STEEPER THAN LINEAR\./)
})

test('what was not measured to its end is no figure', () => {
  const late = { size: 8, openMs: 20_000, megabytes: Number.NaN, isLate: true }
  const columns = { size: 'n', openMs: 'ms', megabytes: 'MB' }
  const text = formatCurve(curve({ size: 'size', columns, growing: ['megabytes'], points: [late] }))
  assert.match(text, /\| 8 \| over 20,000 \| \? \|/)
})
