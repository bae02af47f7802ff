// The table, as Markdown that also reads well in a terminal.
import { MEASURES } from './cases.mjs'
import { PEERS } from './peers.mjs'

const HEADINGS = [
  'work',
  'in flight',
  'measure',
  '',
  'median',
  'against',
  'median',
  'ratio',
  'goal',
  'verdict',
]

/** Three significant digits; large numbers in groups of three. */
export function formatNumber(number) {
  if (number >= 1000) return Math.round(number).toLocaleString('en-US')
  return String(Number(number.toPrecision(3)))
}

export function formatTable(results) {
  const lines = [HEADINGS, ...results.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const format = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = format(widths.map((width) => '-'.repeat(width)))
  return [format(lines[0]), rule, ...lines.slice(1).map(format)].join('\n')
}

function cells({ row, ours, theirs, ratio, verdict }) {
  const { work, inFlight, peer } = row.ours
  return [
    work,
    String(inFlight),
    MEASURES[row.measure].title,
    PEERS[peer].title,
    formatNumber(ours),
    PEERS[row.against.peer].title,
    formatNumber(theirs),
    `${formatNumber(ratio)} ×`,
    row.text,
    verdict,
  ]
}
