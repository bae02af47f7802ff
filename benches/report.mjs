// The table, as Markdown that also reads well in a terminal.
import { MEASURES } from './compare.mjs'
import { PEERS } from './peers.mjs'

const HEADINGS = ['work', 'in flight', 'measure', '', 'median', 'against', 'median', 'result', 'goal', '']

/** Three significant digits; large numbers in groups of three. */
export function formatNumber(number) {
  if (Math.abs(number) >= 1000) return Math.round(number).toLocaleString('en-US')
  return String(Number(number.toPrecision(3)))
}

export function formatTable(results) {
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
    against(row),
    formatNumber(theirs),
    `${formatNumber(value)} ${row.unit ?? '×'}`,
    row.goal,
    verdict,
  ]
}

/** A comparison with another work, or another measure, of the same peer says which. */
function against({ ours, against, againstMeasure }) {
  if (againstMeasure !== undefined) return 'itself before'
  if (ours.peer === against.peer) return `${against.inFlight} × ${against.work} in flight`
  return PEERS[against.peer].title
}

/** A line about an entrant. */
export function formatSummary({ peer, work, inFlight, rows }, summary) {
  const parts = [
    summary.throughput && `${formatNumber(summary.throughput * rows)} rows/s`,
    summary.cpu && `CPU ${formatNumber(summary.cpu / rows)} µs a row`,
    summary.p50 && `p50 ${formatNumber(summary.p50)} ms, p99 ${formatNumber(summary.p99)} ms`,
    summary.peak && `${formatNumber(summary.start)} MB before, ${formatNumber(summary.peak)} MB at most`,
  ]
  return `${work}, ${inFlight} in flight, ${PEERS[peer].title}: ${parts.filter(Boolean).join(', ')}`
}
