import assert from 'node:assert/strict'
import { test } from 'node:test'
import { curve, exponent, formatCurve } from './curve.mjs'

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
