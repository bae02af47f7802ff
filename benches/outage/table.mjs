// The table of outages, as Markdown that is also readable in a terminal.
import { formatNumber } from '../reports/tables.mjs'

const HEADINGS = ['what', 'figure', 'goal', '', 'beside it']

export function formatRow({ what, figure, unit, goal, verdict }) {
  if (figure === undefined) return `${what}: left out`
  return `${what}: ${formatFigure({ figure, unit })}${goal === undefined ? '' : ` (goal ${goal}: ${verdict})`}`
}

export function formatOutages(rows) {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(cells)]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function cells(row) {
  const { what, goal = '', verdict = '', failures, note = '' } = row
  const failed = failures > 0 && !note.includes('failed') ? `${failures} failed` : ''
  return [
    what,
    row.figure === undefined ? '' : formatFigure(row),
    goal,
    verdict,
    [failed, note].filter(Boolean).join('; '),
  ]
}

function formatFigure({ figure, unit }) {
  return `${formatNumber(figure)} ${unit}`.trim()
}
