// The result tables, as Markdown that is also readable in a terminal.
import { MEASURES } from '../compare.mjs'
import { PEERS } from '../processes/pool.mjs'

const HEADINGS = ['work', 'in flight', 'measure', '', 'median', 'against', 'median', 'result', 'goal', '']

/** Formats a number with three significant digits; groups the digits of large numbers by three. */
export function formatNumber(number) {
  if (Math.abs(number) >= 1000) return Math.round(number).toLocaleString('en-US')
  return String(Number(number.toPrecision(3)))
}

/** Rows with a goal come first, other comparisons after them. */
export function formatTables(results) {
  const withGoal = results.filter(({ row }) => row.goal !== '')
  const others = results.filter(({ row }) => row.goal === '')
  const also = others.length === 0 ? '' : `\nAlso measured, without a goal:\n\n${formatTable(others)}\n`
  return `${formatTable(withGoal)}\n${also}`
}

function formatTable(results) {
  const lines = [HEADINGS, ...results.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const format = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = format(widths.map((width) => '-'.repeat(width)))
  return [format(lines[0]), rule, ...lines.slice(1).map(format)].join('\n')
}

function cells({ row, ours, theirs, value, verdict }) {
  return [
    row.ours.work,
    String(row.ours.inFlight),
    MEASURES[row.measure].title,
    PEERS[row.ours.peer].title,
    formatNumber(ours),
    againstTitle(row),
    formatNumber(theirs),
    `${formatNumber(value)} ${row.unit ?? '×'}`,
    row.goal,
    verdict,
  ]
}

/** The title of the other side. If it is the same peer, names the other work or measure. */
export function againstTitle({ ours, against, againstMeasure }) {
  if (againstMeasure !== undefined) return 'itself before'
  if (ours.peer === against.peer) return `${against.inFlight} × ${against.work} in flight`
  return PEERS[against.peer].title
}

/** One line about an entrant. */
export function formatSummary({ peer, work, inFlight, rows }, summary) {
  const parts = [
    summary.throughput && `${formatNumber(summary.throughput * rows)} rows/s`,
    summary.cpu && `CPU ${formatNumber(summary.cpu / rows)} µs a row`,
    summary.p50 && `p50 ${formatNumber(summary.p50)} ms, p99 ${formatNumber(summary.p99)} ms`,
    summary.peak && `${formatNumber(summary.start)} MB before, ${formatNumber(summary.peak)} MB at most`,
  ]
  return `${work}, ${inFlight} in flight, ${PEERS[peer].title}: ${parts.filter(Boolean).join(', ')}`
}
