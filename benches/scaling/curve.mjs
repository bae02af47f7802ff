// A curve: figures for growing sizes, as a table, and how steep it is.
import { median } from '../compare.mjs'
import { formatNumber } from '../reports/tables.mjs'

/** Curves are read from here on: before it, what does not grow with the size hides what does. */
const TAIL = 16
/** Doubling the size may double a figure and no more; the rest is the noise of one machine. */
const STEEPEST = 1.15

/** Smaller figures are noise: milliseconds, and events. */
const NOISE = 10
const NOISY_MEGABYTES = 1

/**
 * `size`: the field of `points` that grows; `columns`: title by field; `growing`: the fields that may grow no faster
 * than in proportion. `computed`: a point that was not measured.
 */
export function curve({ name, title, size, columns, growing, points, computed }) {
  const steepness = Object.fromEntries(growing.map((field) => [field, exponent(points, size, field)]))
  return { name, title, size, columns, points, computed, steepness }
}

/** The power of the size with which a figure grew at the end of the curve: 1 is in proportion, 2 is quadratic. */
export function exponent(points, size, field) {
  const last = points.at(-1)
  const first = points.find((point) => point[size] * TAIL >= last[size])
  const noise = field === 'megabytes' ? NOISY_MEGABYTES : NOISE
  const growth = Math.max(last[field], noise) / Math.max(first[field], noise)
  return first === last ? 0 : Math.log(growth) / Math.log(last[size] / first[size])
}

/**
 * One point from several measurements of one size: the shortest times, as other programs only make them longer, and the
 * medians of everything else.
 */
export function pointOf(points) {
  const of = (field) => (field.endsWith('Ms') ? (values) => Math.min(...values) : median)
  const fields = Object.keys(points[0])
  return Object.fromEntries(fields.map((field) => [field, of(field)(points.map((point) => point[field]))]))
}

export function formatCurve({ columns, points, computed, steepness }) {
  const fields = Object.keys(columns)
  const all = computed === undefined ? points : [...points, computed]
  const lines = [
    Object.values(columns),
    fields.map(() => '--:'),
    ...all.map((point) => fields.map((field) => cell(point, field))),
  ]
  const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
  return `${table}\n\n${Object.entries(steepness)
    .map(([field, power]) => steep(columns[field], power))
    .join('\n')}`
}

function cell(point, field) {
  const value = point[field]
  if (value === undefined) return ''
  if (Number.isNaN(value)) return '?'
  if (point.isLate && field === 'openMs') return `over ${formatNumber(value)}`
  return point.isComputed ? `(${formatNumber(value)})` : formatNumber(value)
}

function steep(title, power) {
  if (!Number.isFinite(power)) return `- ${title}: not known.`
  const verdict = power <= STEEPEST ? 'not steeper than linear' : 'STEEPER THAN LINEAR'
  return `- ${title}: grows with the power ${formatNumber(power)} of the size, ${verdict}.`
}
