// Measures the rows of outages, prints their table, and writes it where that was asked for.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/run.mjs'
import { machine, placeAndDate, today } from '../reports/machine.mjs'
import { writePage } from '../reports/pages.mjs'
import { measureOutages } from './index.mjs'
import { formatOutages } from './table.mjs'

/** `isWritten`: into benches/results/ and docs/performance.md. `json`: a file for the figures. */
export async function reportOutages({ isWritten, json, isQuick, packageFolder }) {
  const [startedAt, [load]] = [performance.now(), loadavg()]
  const rows = await measureOutages({ isQuick, packageFolder })
  const table = formatOutages(rows)
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const busy = `The load of the machine was ${load.toFixed(1)} before.`
  process.stdout.write(`\n${table}\n\n${seconds} s. ${busy}\n`)
  if (isQuick) process.stdout.write('This was a smoke run: its figures and verdicts mean nothing.\n')
  const [place, date] = [machine(), today()]
  const content = `${JSON.stringify({ date, machine: place, load, rows: rows.map(rounded) }, null, 2)}\n`
  if (json !== undefined) writeFileSync(json, content)
  if (!isWritten) return
  writeFileSync(join(root, 'benches', 'results', 'outage.json'), content)
  writePage('docs/performance.md', 'outage', `${placeAndDate(place, date)} ${busy}\n\n${table}`)
}

/** Such measurements are not more precise than four digits. */
function rounded({ figure, runs, ...fields }) {
  const round = (value) => value && Number(value.toPrecision(4))
  return { ...fields, figure: round(figure), runs: runs?.map(round) }
}
